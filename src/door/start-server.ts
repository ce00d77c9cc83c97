import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { DoorHandler } from "./door-parts.ts";

/** A server that answers. */
export interface DoorServer {
  /** `http://127.0.0.1:4780`. */
  readonly url: string;
  /** Drains the handler, still answering, then closes. */
  close(): Promise<void>;
}

/** Milliseconds for headers, for a whole request, and between two requests of a connection: whoever is slower is cut. */
const times = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1000,
};

/** Milliseconds for answers under way once the handler is drained. */
const lastAnswers = 5000;

/** Connections at once; the kernel refuses more. */
const mostConnections = 2000;

/** Answers on a port of loopback (0: any that is free), and drives what is accepted. Throws where the port is taken. */
export async function startServer(handler: DoorHandler, port: number): Promise<DoorServer> {
  const server = createAdaptorServer({ fetch: handler, overrideGlobalObjects: false, serverOptions: times }) as Server;
  server.maxConnections = mostConnections;
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
