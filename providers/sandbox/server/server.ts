import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Environment, systemEnvironment } from "../../../src/contract/environment.ts";
import { checkNumber } from "../../../src/contract/check-number.ts";
import { messageOf } from "../../../src/contract/errors.ts";
import { refusalOf } from "./admit.ts";
import { control, controlPrefix } from "./control.ts";
import { type FaultScript, type TakenFault, createFaultScript } from "./fault-script.ts";
import type { FaultRule } from "./fault.ts";
import type { Imitation, ListingFault, SandboxRequest, SandboxResponse } from "./imitation.ts";
import { type Exchange, inflict, send } from "./inflict.ts";
import { listen, type Listener } from "./listener.ts";
import { readBody } from "./read-body.ts";
import { type LoggedRequest, type RequestLog, createRequestLog } from "./request-log.ts";
import { type SandboxStore, createStore } from "./sandbox-store.ts";

const bodyLimit = 1_000_000;

/** As long as a fault may delay an answer, in milliseconds. */
const longestLatency = 600_000;

/** How a sandbox is started. */
export interface SandboxOptions {
  readonly imitations: readonly Imitation[];
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** The journal in which the state survives; without it the state is in memory only. */
  readonly stateFile?: string | undefined;
  /** What the imitated services take for the time. */
  readonly clock?: Pick<Environment, "now"> | undefined;
  /** Milliseconds that every request takes before it has its effect, up to 600,000; default 0. For benchmarks. */
  readonly latency?: number | undefined;
}

/** A running sandbox. */
export interface Sandbox extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Every request but those to `/_sandbox/`, in order of arrival. */
  readonly requests: readonly LoggedRequest[];
  readonly store: SandboxStore;
  /** Called when a request has had its effect, before it is answered; a test can kill the client here. */
  onRequest: ((request: LoggedRequest) => void | Promise<void>) | undefined;
  /** Throws a RefusedError `invalid-configuration` for a rule that cannot be read. */
  addFault(rules: FaultRule | readonly FaultRule[]): void;
  clearFaults(): void;
  /** The actions that buy, as the request log names them. */
  readonly purchaseActions: ReadonlySet<string>;
  /** Which of the requests asked for a purchase, whatever became of it. */
  purchaseRequests(): readonly LoggedRequest[];
  /** How many commitments were ever bought, before restarts too. */
  purchases(): number;
  /** Ends every connection. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a loopback HTTP server that imitates clouds and, where told to, fails like them. Nothing is spent.
 * Throws a RefusedError `invalid-configuration` when port, latency or state file cannot be used.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { imitations, port = 0, stateFile, clock = systemEnvironment, latency = 0 } = options;
  checkNumber("port", port, { minimum: 0, maximum: 65_535 });
  checkNumber("latency", latency, { minimum: 0, maximum: longestLatency, unit: "milliseconds" });
  const store = createStore(stateFile);
  const log = createRequestLog();
  const closing = new AbortController();
  const { signal } = closing;
  const faults: FaultScript = createFaultScript(
    () => new Map(imitations.map((imitation) => [imitation.name, imitation.purchases(store)])),
  );
  const purchaseActions = new Set(imitations.flatMap((imitation) => imitation.purchaseActions));
  const purchases = () => imitations.reduce((sum, imitation) => sum + imitation.purchases(store), 0);

  const serve = createServe({
    imitations,
    store,
    clock,
    latency,
    log,
    faults,
    signal,
    purchases,
    sandbox: () => sandbox,
  });
  const server = createServer((message, reply) => {
    serve(message, reply, listener).catch((error: unknown) => {
      if (signal.aborted || reply.headersSent || message.socket.destroyed) {
        message.socket.destroy();
      } else {
        reply.writeHead(500, { "content-type": "text/plain" }).end(`The sandbox failed: ${messageOf(error)}`);
      }
    });
  });
  const listener = await listen(server, port, signal).catch((error: unknown) => {
    store.close();
    throw error;
  });

  const close = async (): Promise<void> => {
    if (signal.aborted) {
      return;
    }
    closing.abort();
    await new Promise<void>((resolve) => {
      // An error says that it is not listening at present, which is as good.
      server.close(() => resolve());
      server.closeAllConnections();
    });
    store.close();
  };

  const sandbox: Sandbox = {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    requests: log.entries,
    store,
    onRequest: undefined,
    addFault: (rules) => void faults.add(rules),
    clearFaults: () => faults.clear(),
    purchaseActions,
    purchaseRequests: () => log.entries.filter(({ action }) => purchaseActions.has(action)),
    purchases,
    close,
    [Symbol.asyncDispose]: close,
  };
  return sandbox;
}

/** What serving a request needs. */
interface ServeParts {
  readonly imitations: readonly Imitation[];
  readonly store: SandboxStore;
  readonly clock: Pick<Environment, "now">;
  readonly latency: number;
  readonly log: RequestLog;
  readonly faults: FaultScript;
  readonly signal: AbortSignal;
  readonly purchases: () => number;
  readonly sandbox: () => Sandbox;
}

/** Makes what serves one request: refuses it, hands it to an imitation, and inflicts the fault that is due. */
function createServe({ imitations, store, log, faults, purchases, ...parts }: ServeParts) {
  return async (message: IncomingMessage, reply: ServerResponse, listener: Listener): Promise<void> => {
    if (listener.paused) {
      message.socket.destroy();
      return;
    }
    const body = await readBody(message, bodyLimit);
    const request = requestOf(message, body ?? "");
    if (body === undefined) {
      reply.writeHead(413).end();
      return;
    }
    const refusal = refusalOf(request, listener.port);
    if (refusal !== undefined) {
      reply.writeHead(refusal.status, { ...refusal.headers }).end(refusal.body);
      return;
    }
    if (request.path.startsWith(controlPrefix)) {
      const { status, headers, body } = control(request, { faults, log, store, imitations, purchases });
      reply.writeHead(status, { ...headers }).end(body);
      return;
    }
    const imitation = imitations.find((candidate) => candidate.owns(request));
    const origin = originOf(message, listener.port);
    await imitate(imitation, request, { ...parts, store, log, faults, reply, listener, origin });
  };
}

interface Imitated extends Pick<ServeParts, "store" | "clock" | "latency" | "log" | "faults" | "signal" | "sandbox"> {
  readonly reply: ServerResponse;
  readonly listener: Listener;
  readonly origin: string;
}

async function imitate(
  imitation: Imitation | undefined,
  request: SandboxRequest,
  { store, clock, latency, log, faults, signal, sandbox, reply, listener, origin }: Imitated,
): Promise<void> {
  const action = imitation?.actionOf(request) ?? `${request.method} ${request.path}`;
  const account = imitation?.accountOf(request, store);
  const named = account === undefined ? { action } : { action, account };
  const entry = log.add(request, named);
  if (latency > 0) {
    await sleep(latency, undefined, { signal });
  }
  const taken = faults.take(request, named, imitation);
  const errorAnswer = (status: number, code: string) =>
    imitation?.errorAnswer(request, status, code) ?? noSuchService(status);
  const exchange: Exchange = { reply, entry, signal, errorAnswer, listener };
  if (taken !== undefined && "when" in taken.fault && taken.fault.when === "before") {
    await inflict(taken.fault, exchange);
    return;
  }
  signal.throwIfAborted();
  const fault = imitation && taken && listingFaultOf(taken, imitation);
  const answer = (await imitation?.handle(request, { store, now: clock.now(), origin, fault })) ?? noSuchService(404);
  entry.applied = imitation !== undefined;
  await sandbox().onRequest?.(entry);
  if (taken === undefined) {
    send(exchange, answer);
  } else {
    await inflict(taken.fault, exchange, answer);
  }
}

function requestOf(message: IncomingMessage, body: string): SandboxRequest {
  const target = message.url ?? "/";
  const [path = "/", ...query] = target.split("?");
  const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value ?? "")]);
  return {
    method: message.method ?? "GET",
    target,
    path,
    query: new URLSearchParams(query.join("?")),
    headers: Object.fromEntries(headers),
    body,
  };
}

/** Under the name that the client used, so that a link stays on the origin that the client knows; loopback names only. */
function originOf(message: IncomingMessage, port: number): string {
  const name = /^(localhost|127\.0\.0\.1):\d+$/.exec(message.headers.host ?? "")?.[1] ?? "127.0.0.1";
  return `http://${name}:${port}`;
}

function listingFaultOf({ fault, purchasesBefore }: TakenFault, imitation: Imitation): ListingFault | undefined {
  if (fault.kind !== "listing") {
    return undefined;
  }
  const { listing, to = "https://foreign.invalid" } = fault;
  if (listing === "stale") {
    return { listing, known: purchasesBefore.get(imitation.name) ?? 0 };
  }
  return listing === "foreign-next-link" ? { listing, to } : { listing };
}

function noSuchService(status: number): SandboxResponse {
  const body = JSON.stringify({ error: { code: "NotFound", message: "No imitated service answers here." } });
  return { status, headers: { "content-type": "application/json" }, body };
}
