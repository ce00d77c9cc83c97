import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { certificate, expired, key } from "./certificates.ts";

/** A server to which nothing of a request gets through, or all of it without an answer. */
export interface BrokenServer extends AsyncDisposable {
  readonly port: number;
  /** What came through of requests, behind TLS where there is any. */
  readonly received: () => string;
}

async function listen(server: Server, take: (socket: Socket) => void, event = "connection"): Promise<BrokenServer> {
  let received = "";
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  server.on("tlsClientError", () => undefined);
  server.on(event, (socket: Socket) => {
    socket.on("error", () => undefined);
    if (event === "secureConnection") socket.on("data", (chunk) => (received += String(chunk)));
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

const overTls = (cert: string, take: (socket: Socket) => void = () => undefined) =>
  listen(createTlsServer({ key, cert }), take, "secureConnection");

/** A port on which nobody listens. */
async function nobody(): Promise<BrokenServer> {
  const server = await listen(createServer(), () => undefined);
  await server[Symbol.asyncDispose]();
  return { ...server, [Symbol.asyncDispose]: async () => undefined };
}

/** Servers over https that nothing of a request reaches. */
export const unreached = {
  "the connection is refused": nobody,
  "the certificate is signed by itself": () => overTls(certificate),
  "the certificate is over": () => overTls(expired),
  "the server does not speak TLS": () =>
    listen(createServer(), (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))),
  "the connection is reset in the handshake": () =>
    listen(createServer(), (socket) => socket.once("data", () => socket.resetAndDestroy())),
  "the connection ends in the handshake": () =>
    listen(createServer(), (socket) => socket.once("data", () => socket.end())),
  "the handshake hangs until the time is over": () => listen(createServer(), () => undefined),
} as const;

/** A server over https that reads a request, and resets the connection. */
export const resetting = () => overTls(certificate, (socket) => socket.once("data", () => socket.destroy()));

/** A proxy that answers every CONNECT with a status. */
export async function refusingProxy(status: string): Promise<BrokenServer & { readonly asked: () => string }> {
  let asked = "";
  const server = await listen(createServer(), (socket) =>
    socket.on("data", (chunk) => {
      asked += String(chunk);
      socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n\r\n{}`);
    }),
  );
  return { ...server, asked: () => asked };
}
