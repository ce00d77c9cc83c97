import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** The ways in which an answer has no end, or one that nobody should wait for. */
export type Endlessness =
  "body" | "body of a refusal" | "headers" | "header too long" | "interim answers" | "gzip bomb";

/** A server on loopback whose answers have no end. */
export interface EndlessServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: () => number;
  /** Bytes of bodies that it could get rid of: what was taken, and what the system's buffers hold. */
  readonly written: () => number;
  /** Every connection is over. */
  readonly closed: () => Promise<unknown>;
}

/** A mebibyte of what could be the middle of a list. */
const chunk = Buffer.alloc(1_024 ** 2, '{"name":"x"},');

/** What 64 MiB of blanks become. */
const bomb = gzipSync(Buffer.alloc(64 * 1_024 ** 2, " "));

/** Starts a server whose every answer is endless in one way. */
export async function startEndless(kind: Endlessness): Promise<EndlessServer> {
  let requests = 0;
  let written = 0;
  const closings: Promise<unknown>[] = [];

  /** As fast as it is taken, until the other side ends it. */
  function pour(response: ServerResponse): void {
    while (!response.destroyed) {
      written += chunk.length;
      if (!response.write(chunk)) return void response.once("drain", () => pour(response));
    }
  }

  const server = createServer((request, response) => {
    requests += 1;
    const { socket } = request;
    closings.push(new Promise((resolve) => socket.once("close", resolve)));
    const json = { "content-type": "application/json" };
    request.resume().once("end", () => {
      if (kind === "header too long") socket.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(1_024 ** 2)}\r\n\r\n{}`);
      else if (kind === "headers") socket.write("HTTP/1.1 200 OK\r\nx: x");
      else if (kind === "interim answers") socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000));
      else if (kind === "gzip bomb") response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb);
      else pour(response.writeHead(kind === "body" ? 200 : 400, json));
    });
  });
  // Where the answer ends, so does the connection, before long.
  server.keepAliveTimeout = 1;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    written: () => written,
    closed: () => Promise.all(closings),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** More than 16 MiB with what the system's buffers on both sides can hold, and far less than an answer that was taken whole. */
export const mostWritten = 48 * 1_024 ** 2;
