import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { addAbortSignal, pipeline, type Readable, Transform } from "node:stream";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** A connection that is not there after this many milliseconds will hardly come; nothing was sent yet. */
const connectionTimeout = 10_000;

/** How one client of the AWS SDK speaks HTTP. */
export interface RequestHandlerOptions {
  /** Milliseconds until the headers of an answer are there, and the same again until all of its body is. */
  readonly timeout: number;
  /** Whether connections are kept for the next request. */
  readonly keepAlive: boolean;
  /** The most bytes that the body of one answer may have. */
  readonly maxAnswerBytes: number;
}

type Bounds = Omit<RequestHandlerOptions, "keepAlive">;

type Handling = ReturnType<NodeHttpHandler["handle"]>;

/** Requests that failed before there was a connection to send them over. */
const unsent = new WeakSet<object>();

/**
 * Whether an error of a purchase came before the connection was there, the handshake of TLS and the check of the
 * certificate included: a name that is not found, a refused connection, a refused certificate, no free file descriptor.
 * Then nothing of the request left this machine. Seen at the socket, because the codes of such errors do not tell: EPROTO
 * and TLS alerts come in a handshake as well as after the request.
 */
export function failedUnsent(error: unknown): boolean {
  return typeof error === "object" && error !== null && unsent.has(error);
}

/** For reads, and for questions to STS. */
export function createRequestHandler(options: RequestHandlerOptions): NodeHttpHandler {
  return new BoundedHandler(options, createAgents(options.keepAlive));
}

/** For one purchase, on a connection of its own: its errors tell {@link failedUnsent}. */
export function createPurchaseHandler(options: Bounds): NodeHttpHandler {
  return new PurchaseHandler(options);
}

/**
 * The SDK's handler, which believes and reads whatever is answered: this one takes no success but 200, and no more than so
 * many bytes. What AWS answers to all calls of this package is 200; 203 and 206 are what a proxy makes of an answer.
 */
class BoundedHandler extends NodeHttpHandler {
  readonly #options: Bounds;

  constructor(options: Bounds, agents: Agents) {
    const { timeout } = options;
    super({
      connectionTimeout,
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
    if (statusCode > 200 && statusCode < 300) {
      body.destroy();
      throw answerError(`the answer has the status ${statusCode}, not 200`, statusCode);
    }
    response.body = bounded(body, statusCode, this.#options);
    return handled;
  }
}

/** Notes of an error that it came before there was a connection. For a single request. */
class PurchaseHandler extends BoundedHandler {
  #connected = false;

  constructor(options: Bounds) {
    // A connection that was kept may be dead, and a reset of it cannot be told from "bought, answer lost".
    const agents = createAgents(false);
    super(options, agents);
    const note = () => {
      this.#connected = true;
    };
    onConnection(agents.httpAgent, "connect", note);
    onConnection(agents.httpsAgent, "secureConnect", note);
  }

  override async handle(...parameters: Parameters<NodeHttpHandler["handle"]>): Handling {
    try {
      return await super.handle(...parameters);
    } catch (error) {
      if (!this.#connected && typeof error === "object" && error !== null) unsent.add(error);
      throw error;
    }
  }
}

interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

function createAgents(keepAlive: boolean): Agents {
  // With a finite maxSockets, which is the handler's default, Node asks for keep-alive even where the agent does not.
  const options = keepAlive ? { keepAlive, maxSockets: 50 } : { keepAlive, maxSockets: Infinity };
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
}

/** Node writes a request over TLS after `secureConnect`, which it emits only for a certificate that it accepts. */
function onConnection(agent: HttpAgent | HttpsAgent, event: "connect" | "secureConnect", note: () => void): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...parameters: Parameters<HttpAgent["createConnection"]>) => {
    const socket = connect(...parameters);
    socket?.once(event, note);
    return socket;
  };
}

/** The body, which fails when it grows too long or takes too long. */
function bounded(body: Readable, statusCode: number, { maxAnswerBytes, timeout }: Bounds): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxAnswerBytes) done(null, chunk);
      else done(answerError(`the answer has more than ${maxAnswerBytes} bytes`, statusCode));
    },
  });
  // Its errors come out at `counted`.
  pipeline(body, addAbortSignal(AbortSignal.timeout(timeout), counted), () => undefined);
  return counted;
}

/** An answer that is not looked at, in the shape of an error of the SDK. */
function answerError(what: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`${what}: it is not read. See what answers at the endpoint`), {
    name: "UnbelievableAnswerError",
    $metadata: { httpStatusCode },
  });
}
