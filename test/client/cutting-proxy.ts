import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What becomes of a request: it never arrives, its answer never comes, half of its answer comes, all goes well. */
export type Cut = "before the request" | "after the record" | "in the answer" | "nowhere";

/** A request as it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: string;
  readonly cut: Cut;
}

/** A proxy on loopback that cuts connections. */
export interface CuttingProxy {
  readonly url: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/**
 * Starts one before a server, which may be another one for every request. `plan`: what becomes of the first requests; all others go
 * through. `onLost` runs once the server has answered, before a connection is cut after the record.
 */
export async function startCuttingProxy(
  target: () => string,
  plan: readonly Cut[],
  onLost: () => Promise<void> = async () => undefined,
): Promise<CuttingProxy> {
  const seen: Seen[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const cut = plan[seen.length] ?? "nowhere";
    const { method = "", url: path = "", headers, socket } = request;
    const place = seen.push({ method, path, key: headers["idempotency-key"] as string | undefined, body: "", cut }) - 1;
    const body = await buffer(request);
    seen[place] = { ...seen[place], body: body.toString() } as Seen;
    if (cut === "before the request") return socket.destroy();
    const { host: _host, connection: _connection, "content-length": _length, ...own } = headers;
    const answer = await fetch(`${target()}${path}`, {
      method,
      headers: own as Record<string, string>,
      ...(body.length === 0 ? {} : { body }),
    });
    const said = Buffer.from(await answer.arrayBuffer());
    if (cut === "after the record") {
      await onLost();
      return socket.destroy();
    }
    const { "transfer-encoding": _encoding, ...head } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, { ...head, "content-length": String(said.length) });
    if (cut === "nowhere") return response.end(said);
    return response.write(said.subarray(0, said.length / 2), () => socket.destroy());
  };
  const server = createServer((request, response) => {
    // A server that is not there is one that does not answer.
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
