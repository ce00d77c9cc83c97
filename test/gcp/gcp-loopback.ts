import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request is about. */
export type Kind = "insert" | "list" | "get" | "operation" | "skus" | "other";

/** A request as it arrived. */
export interface Arrived {
  readonly kind: Kind;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

/** Status and body of an answer (an object is sent as JSON), or a function that answers by hand. */
export type Reply =
  | { readonly status: number; readonly body: object | string; readonly headers?: Readonly<Record<string, string>> }
  | ((response: ServerResponse, request: Arrived) => void);

export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  /** Answers the next requests of a kind, one reply each; the last one stays. */
  on(kind: Kind, ...replies: Reply[]): void;
  count(kind: Kind): number;
  /** The last request of a kind. */
  last(kind: Kind): Arrived;
}

export const ok = (body: object | string): Reply => ({ status: 200, body });

function kindOf(method: string, path: string): Kind {
  if (/^\/v1\/services\/[^/]+\/skus$/.test(path)) return "skus";
  const rest = /^\/compute\/v1\/projects\/[^/]+\/regions\/[^/]+\/(.*)$/.exec(path)?.[1] ?? "";
  if (rest === "commitments") return method === "POST" ? "insert" : "list";
  if (/^commitments\/[^/]+$/.test(rest)) return "get";
  return /^operations\/[^/]+$/.test(rest) ? "operation" : "other";
}

const failing: Reply = { status: 500, body: {} };

/** A server on loopback that answers like Google's APIs what a test tells it; everything else with 500. */
export async function startLoopback(): Promise<Loopback> {
  const arrived: Arrived[] = [];
  const replies = new Map<Kind, Reply[]>();
  const server = createServer((message, response) => {
    let body = "";
    message.on("data", (chunk) => (body += String(chunk)));
    message.on("end", () => {
      const { pathname: path, searchParams: query } = new URL(message.url ?? "", "http://127.0.0.1");
      const method = message.method ?? "";
      const request = { kind: kindOf(method, path), method, path, query, body, headers: message.headers };
      arrived.push(request);
      const queue = replies.get(request.kind) ?? [];
      const reply = (queue.length > 1 ? queue.shift() : queue[0]) ?? failing;
      if (typeof reply === "function") return reply(response, request);
      const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
      response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    on: (kind, ...list) => replies.set(kind, list),
    count: (kind) => arrived.filter((one) => one.kind === kind).length,
    last(kind) {
      const found = arrived.findLast((one) => one.kind === kind);
      if (!found) throw new Error(`No ${kind} arrived.`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
