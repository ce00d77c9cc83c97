import { Agent as HttpAgent, type AgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { addAbortSignal, Readable } from "node:stream";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { keptConnections, singleConnections } from "../http/connections.ts";
import { limitBytes } from "../http/limit-bytes.ts";
import { noteUnsent } from "./unsent.ts";

/**
 * A connection that is not there after this many milliseconds will hardly come; nothing was sent yet. Shorter than the
 * time for the whole request: what ends that is an abort, of which nobody knows how far the request came.
 */
function connectionTimeoutFor(timeout: number): number {
  return Math.min(10_000, Math.ceil(timeout / 2));
}

/** How one client of the AWS SDK speaks HTTP. */
export interface RequestHandlerOptions {
  /** Milliseconds until the headers of an answer are there, and the same again until all of its body is. */
  readonly timeout: number;
  /** Whether connections are kept for the next request. */
  readonly keepAlive: boolean;
  /** The most bytes that the body of one answer may have. */
  readonly maxAnswerBytes: number;
  /** The status of a success besides 200. */
  readonly success?: 201 | undefined;
}

type Bounds = Omit<RequestHandlerOptions, "keepAlive">;

type Handling = ReturnType<NodeHttpHandler["handle"]>;

/** Connections that are kept for reads, of all accounts and regions. */
let kept: Agents | undefined;

/** For reads, and for questions to STS. */
export function createRequestHandler(options: RequestHandlerOptions): NodeHttpHandler {
  return new BoundedHandler(
    options,
    options.keepAlive ? (kept ??= createAgents(keptConnections)) : createAgents(singleConnections),
  );
}

/** For one purchase, on a connection of its own: its errors say whether it came to a connection. */
export function createPurchaseHandler(options: Bounds): NodeHttpHandler {
  return new PurchaseHandler(options);
}

/**
 * The SDK's handler, which believes and reads whatever is answered: this one takes no success but 200, or the one that the service
 * documents for the call, and no more than so many bytes. 203 and 206 are what a proxy makes of an answer.
 */
class BoundedHandler extends NodeHttpHandler {
  readonly #options: Bounds;

  constructor(options: Bounds, agents: Agents) {
    const { timeout } = options;
    super({
      connectionTimeout: connectionTimeoutFor(timeout),
      // The request timeout ends with the headers of the answer, the socket timeout covers pauses in its body. Without
      // throwOnRequestTimeout the SDK only warns.
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      socketTimeout: timeout,
      ...agents,
    });
    this.#options = options;
  }

  override async handle(...parameters: Parameters<NodeHttpHandler["handle"]>): Handling {
    const handled = await super.handle(...parameters);
    const { response } = handled;
    const body = response.body as Readable;
    const { statusCode } = response;
    if (statusCode > 200 && statusCode < 300 && statusCode !== this.#options.success) {
      body.destroy();
      throw answerError(`the answer has the status ${statusCode}, not 200`, statusCode);
    }
    response.body = bounded(body, this.#options);
    return handled;
  }
}

/** Notes of an error that it came before there was a connection. For a single request. */
class PurchaseHandler extends BoundedHandler {
  #connected = false;

  constructor(options: Bounds) {
    // A connection that was kept may be dead, and a reset of it cannot be told from "bought, answer lost".
    const agents = createAgents(singleConnections);
    super(options, agents);
    const note = () => {
      this.#connected = true;
    };
    const timeout = connectionTimeoutFor(options.timeout);
    onConnection(agents.httpAgent, { event: "connect", timeout, note });
    onConnection(agents.httpsAgent, { event: "secureConnect", timeout, note });
  }

  override async handle(...parameters: Parameters<NodeHttpHandler["handle"]>): Handling {
    try {
      return await super.handle(...parameters);
    } catch (error) {
      if (!this.#connected) noteUnsent(error);
      throw error;
    }
  }
}

interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

function createAgents(connections: AgentOptions): Agents {
  return { httpAgent: new HttpAgent(connections), httpsAgent: new HttpsAgent(connections) };
}

interface Watch {
  /** Node writes a request over TLS after `secureConnect`, which it emits only for a certificate that it accepts. */
  readonly event: "connect" | "secureConnect";
  /** Milliseconds. The SDK's own limit ends when TCP is connected, before the handshake of TLS. */
  readonly timeout: number;
  readonly note: () => void;
}

function onConnection(agent: HttpAgent | HttpsAgent, { event, timeout, note }: Watch): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...parameters: Parameters<HttpAgent["createConnection"]>) => {
    const socket = connect(...parameters);
    const late = Object.assign(new Error(`No connection within ${timeout} ms.`), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => socket?.destroy(late), timeout);
    socket?.once(event, () => {
      clearTimeout(timer);
      note();
    });
    socket?.once("close", () => clearTimeout(timer));
    return socket;
  };
}

/** The body, which fails when it grows too long or takes too long. */
function bounded(body: Readable, { maxAnswerBytes, timeout }: Bounds): Readable {
  const ending = addAbortSignal(AbortSignal.timeout(timeout), body);
  return Readable.from(limitBytes(ending, maxAnswerBytes), { objectMode: false });
}

/** An answer that is not looked at, in the shape of an error of the SDK. */
function answerError(what: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`${what}: it is not read. See what answers at the endpoint`), {
    name: "UnbelievableAnswerError",
    $metadata: { httpStatusCode },
  });
}
