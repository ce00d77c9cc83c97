import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived at the server. */
export interface Arrived {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/**
 * What the server does: answers, or breaks off. `reset` closes without an answer, `cut` promises more bytes than it
 * sends, `hang` never answers, `hang-body` sends headers and half a body and then nothing.
 */
export type Reply =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly fault: "reset" | "hang" }
  | { readonly fault: "cut" | "hang-body"; readonly status: number; readonly body: unknown };

/** A loopback server that keeps what arrived. */
export interface Loopback extends AsyncDisposable {
  readonly origin: string;
  readonly arrived: readonly Arrived[];
  /** How many requests of a method arrived. */
  count(method: string): number;
}

/** Starts a server on 127.0.0.1 that answers with `reply`. */
export async function startLoopback(
  reply: (request: Arrived, nth: number) => Reply | Promise<Reply>,
): Promise<Loopback> {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const one = { method, path, headers, text: Buffer.concat(chunks).toString("utf8") };
      arrived.push(one);
      const answer = reply(one, arrived.length);
      if (answer instanceof Promise) void answer.then((later) => send(response, later));
      else send(response, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    arrived,
    count: (method) => arrived.filter((request) => request.method === method).length,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (!("status" in reply)) {
    if (reply.fault === "reset") response.socket?.resetAndDestroy();
    return;
  }
  const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? "");
  const headers = { "Content-Type": "application/json", ...("headers" in reply ? reply.headers : {}) };
  if ("fault" in reply) {
    response.writeHead(reply.status, { ...headers, "Content-Length": String(Buffer.byteLength(text) + 100) });
    response.write(text, () => void (reply.fault === "cut" && response.socket?.destroy()));
    return;
  }
  response.writeHead(reply.status, headers);
  response.end(reply.body === undefined ? undefined : text);
}
