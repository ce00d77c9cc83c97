import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex, Writable } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import type { DoorHandler } from "./door-parts.ts";
import { lookTime } from "./look-time.ts";

/** A server that answers. */
export interface DoorServer {
  /** `http://127.0.0.1:4780`. */
  readonly url: string;
  /** Drains the handler, still answering, then closes. */
  close(): Promise<void>;
}

/** Milliseconds for which nothing may come or go on a connection: longer than a request waits, or looks at a provider and records it. */
export const longestIdle = lookTime + 30_000;

/** Milliseconds for headers, for a whole request, and between two requests of a connection: whoever is slower is cut. */
const times = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1000,
};

/** Other times than the usual ones, in milliseconds. */
type ServerTimes = Partial<typeof times> & { readonly idleTimeout?: number };

/** Milliseconds for answers under way once the handler is drained. */
const lastAnswers = 5000;

/** Connections at once; the kernel refuses more. */
const mostConnections = 2000;

/** Requests that one connection may have sent before it was answered: each answer waits in memory for the one before to be read. */
const mostUnanswered = 4;

/** A request and its answer, as node has them. */
interface Exchange {
  readonly incoming: { readonly socket: Duplex & { readonly remoteAddress?: string | undefined } };
  readonly outgoing: Writable;
}

/** Lets a handler answer a connection that reads its answers. One that sends request after request, and reads none, is cut. */
function cutUnanswered(handler: DoorHandler): (request: Request, exchange: Exchange) => Promise<Response> | Response {
  const unanswered = new WeakMap<object, number>();
  return (request, { incoming: { socket }, outgoing }) => {
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    outgoing.once("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    if (count <= mostUnanswered) return handler(request, { address: socket.remoteAddress, outgoing });
    // What came in one piece with it is not carried out either.
    socket.destroy();
    return new Response(null, { status: 503 });
  };
}

/** Answers on a port of loopback (0: any that is free), and drives what is accepted. Throws where the port is taken. */
export async function startServer(
  handler: DoorHandler,
  port: number,
  { idleTimeout = longestIdle, ...otherTimes }: ServerTimes = {},
): Promise<DoorServer> {
  const server = createAdaptorServer({
    fetch: cutUnanswered(handler),
    overrideGlobalObjects: false,
    serverOptions: { ...times, ...otherTimes },
  }) as Server;
  server.maxConnections = mostConnections;
  // Also while it is written to: a client that never reads its answer is cut.
  server.timeout = idleTimeout;
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
  handler.start();
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    close: async () => {
      await handler.drain();
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), lastAnswers);
      await closed;
      clearTimeout(timer);
    },
  };
}
