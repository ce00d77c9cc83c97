import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived. */
export interface Arrived {
  /** `DescribeReservedNodes`; for a service of REST `GET reservedInstances`. */
  readonly action: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  readonly parameters: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

/** Status and body of an answer, or a function that answers by hand and may look at the request. */
export type Reply =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | ((response: ServerResponse, request: Arrived) => void);

export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  /** Answers the next requests of an action, one reply each; the last one stays. */
  on(action: string, ...replies: Reply[]): void;
  /** How often an action arrived. */
  count(action: string): number;
  /** The last request of an action. */
  last(action: string): Arrived;
}

/** A server on loopback that speaks what a test tells it; answers GetCallerIdentity with account 123456789012. */
export async function startLoopback(): Promise<Loopback> {
  const arrived: Arrived[] = [];
  const replies = new Map<string, Reply[]>();
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const parameters = new URLSearchParams(body);
      const { url: path = "", headers } = request;
      const target = String(headers["x-amz-target"] ?? "").split(".")[1];
      // Of the REST services, Savings Plans names its actions by the path alone.
      const rest = /^\/\w+$/.test(path) ? path.slice(1) : `${request.method} ${/([^/?]*)(\?.*)?$/.exec(path)?.[1]}`;
      const action = parameters.get("Action") ?? target ?? rest;
      const one: Arrived = { action, path, body, parameters, headers };
      arrived.push(one);
      answer(one, response);
    });
  });

  function answer(request: Arrived, response: ServerResponse): void {
    const queue = replies.get(request.action) ?? [];
    const reply = (queue.length > 1 ? queue.shift() : queue[0]) ?? error(400, "InvalidAction");
    if (typeof reply === "function") reply(response, request);
    else send(response, reply);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  replies.set("GetCallerIdentity", [callerIdentity("123456789012")]);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    on: (action, ...list) => replies.set(action, list),
    count: (action) => arrived.filter((one) => one.action === action).length,
    last(action) {
      const found = arrived.findLast((one) => one.action === action);
      if (!found) throw new Error(`No ${action} arrived.`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, reply: Exclude<Reply, (...parameters: never[]) => unknown>): void {
  const type = reply.body.startsWith("{") ? "application/json" : "text/xml;charset=UTF-8";
  response.writeHead(reply.status, { "content-type": type, ...reply.headers });
  response.end(reply.body);
}

/** A reply that depends on the request. */
export function computed(reply: (request: Arrived) => Reply): Reply {
  return (response, request) => {
    const chosen = reply(request);
    if (typeof chosen === "function") chosen(response, request);
    else send(response, chosen);
  };
}

export const ok = (body: string): Reply => ({ status: 200, body });

export function recorded(name: string): string {
  return readFileSync(new URL(`../../fixtures/recorded/aws/${name}`, import.meta.url), "utf8");
}

export function error(status: number, code: string, message = "An error."): Reply {
  const body = recorded("ec2-error.xml")
    .replace("InvalidReservedInstancesId", code)
    .replace("The specified Reserved Instance does not exist", message);
  return { status, body };
}

export function callerIdentity(account: string): Reply {
  return ok(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/buyer</Arn><UserId>AIDAEXAMPLE</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );
}
