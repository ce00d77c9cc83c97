import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

const host = "127.0.0.1";

/** A request on its way to the sandbox. */
export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What goes back to the client. */
export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The whole length is promised, half of the body is sent, then the connection ends. */
  readonly cut?: boolean;
}

/** Has the sandbox carry a request out. */
export type Forward = (request: ProxiedRequest) => Promise<ProxiedAnswer>;

/** A loopback server between the SDKs and the sandbox, which decides about every request. */
export interface ScriptedProxy {
  readonly url: string;
  /** Nothing listens: connections are refused, and those that are idle end. */
  refuse(): void;
  /** Listens again; resolves at once where it does. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** What a handler answers with where no answer comes: the connection ends. */
export type Handler = (request: ProxiedRequest, forward: Forward) => Promise<ProxiedAnswer | undefined>;

/** Starts the proxy before a sandbox at `port`. */
export async function startScriptedProxy(port: number, handle: Handler): Promise<ScriptedProxy> {
  const agent = new Agent({ keepAlive: true });
  const forward: Forward = (request) => sendTo(port, agent, request);
  const server = createServer((message, reply) => {
    // What the client breaks off is seen by the client.
    answer(message, reply).catch(() => message.socket.destroy());
  });

  async function answer(message: IncomingMessage, reply: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/" } = message;
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const given = await handle({ method, path, headers, body: await text(message) }, forward);
    if (given === undefined) {
      message.socket.destroy();
      return;
    }
    const bytes = Buffer.from(given.body);
    reply.writeHead(given.status, { ...given.headers, "content-length": bytes.length });
    if (given.cut) reply.write(bytes.subarray(0, bytes.length >> 1), () => message.socket.destroy());
    else reply.end(bytes);
  }

  const open = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  await open(0);
  const { port: own } = server.address() as AddressInfo;

  let opening: Promise<void> | undefined;

  /** On its own port, which it had a moment ago; another program may hold it for a moment. */
  async function reopen(): Promise<void> {
    for (let attempt = 1; !server.listening; attempt += 1) {
      await open(own).catch(async (error: unknown) => {
        if (attempt === 100) throw error;
        await delay(50);
      });
    }
  }

  return {
    url: `http://${host}:${own}`,
    refuse: () => void server.close(),
    async listen() {
      if (!server.listening) opening ??= reopen().finally(() => (opening = undefined));
      await opening;
    },
    async close() {
      agent.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** Under the sandbox's own name, which it insists on. */
async function sendTo(port: number, agent: Agent, request: ProxiedRequest): Promise<ProxiedAnswer> {
  const { method, path, body } = request;
  const { connection: _connection, "transfer-encoding": _encoding, ...others } = request.headers;
  const headers = { ...others, host: `${host}:${port}`, "content-length": String(Buffer.byteLength(body)) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  httpRequest({ host, port, method, path, headers, agent }, resolve).on("error", reject).end(body);
  const answered = await promise;
  const shown = Object.entries(answered.headers).filter(([name]) => !["connection", "keep-alive"].includes(name));
  return {
    status: answered.statusCode ?? 0,
    headers: Object.fromEntries(shown.map(([name, value]): [string, string] => [name, String(value)])),
    body: await text(answered),
  };
}
