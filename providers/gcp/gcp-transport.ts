import { AsyncLocalStorage } from "node:async_hooks";
import { messageOf, RefusedError } from "../../src/contract/errors.ts";
import { ApiError, UnbelievableAnswerError } from "../http/api-error.ts";
import { provesNotSent } from "../http/proves-not-sent.ts";
import { TransportError, type TransportStage } from "../http/transport-error.ts";
import { withSignal } from "../http/with-signal.ts";
import { withTimeout } from "../http/with-timeout.ts";
import { exchange } from "./gcp-exchange.ts";
import type { GcpCredential } from "./gcp-settings.ts";

/** One call of the SDK: one request at most. */
export interface Call {
  /** Ends it early; a purchase that is under way is never given one. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for everything: token, connection, answer and its body. */
  readonly timeout: number;
  /**
   * It buys. No kept-alive connection is used for it: one that the server is just closing would turn it into an unknown
   * outcome; and any 2xx answers it, where a read is answered by 200 alone.
   */
  readonly purchase?: boolean;
  /** Told by how many milliseconds Google's clock is ahead of this machine's, where the answer shows it. */
  readonly onClock?: (offset: number | undefined) => void;
}

/** A call with what signs it in, which is asked for within its time. */
interface SignedCall extends Call {
  credential(): Promise<GcpCredential>;
}

/** What the SDK's clients send through. */
export interface Transport {
  /** To be given to a client as its `auth`. */
  readonly auth: {
    getRequestHeaders(): Promise<Headers>;
    fetch(url: string | URL, init: RequestInit): Promise<Response>;
  };
  /**
   * Runs one call of a client. Throws an ApiError for a status other than 2xx, an UnbelievableAnswerError for what cannot be
   * read or is too long, a TransportError whose stage says whether anything can have been sent, or the signal's reason.
   */
  run<Answer>(call: SignedCall, work: () => Promise<Answer>): Promise<Answer>;
}

interface OpenCall extends SignedCall {
  /** How far its request has come. */
  stage: TransportStage;
  answered: boolean;
  /** What ended it: the SDK wraps errors, and differs in it from version to version. */
  failure?: unknown;
}

/**
 * The SDK's clients send with the `fetch` of the `auth` that they are given: this is it. Google's own follows redirects
 * with the body, sends again after a refreshed token, and keeps connections alive. Here one call is one request, which
 * the caller's time limit bounds; a second one is stopped. The call is found by its asynchronous context, because the
 * SDK hands nothing of it through.
 */
export function createTransport({
  insecure,
  maxAnswerBytes: maxBytes,
}: {
  readonly insecure: boolean;
  readonly maxAnswerBytes: number;
}): Transport {
  const calls = new AsyncLocalStorage<OpenCall>();

  async function send(call: OpenCall, url: URL, { method = "GET", headers, body }: RequestInit): Promise<Response> {
    if (call.stage !== "credential")
      throw new Error("The Google SDK tried to send a request a second time; it was stopped.");
    if (url.protocol !== "https:" && !insecure) throw notSecure(url);
    const { timeout, signal } = call;
    return withTimeout({ timeout, signal, late: () => new Error(lateText(timeout)) }, async (ending) => {
      try {
        const all = new Headers(headers);
        // The origin is the audience of a token that a service account signs itself. Versions of google-auth-library before
        // 10 give a plain object.
        const signed = async () => (await call.credential()).getRequestHeaders(`${url.origin}/`);
        const given = new Headers(await withSignal(signed(), ending));
        for (const [name, value] of given) all.set(name, value);
        ending.throwIfAborted();
        call.stage = "connection";
        const onConnected = () => (call.stage = "unanswered");
        const { purchase = false } = call;
        const request = { method, url, headers: all, body, purchase, signal: ending, maxBytes, onConnected };
        const { text, clockOffset } = await exchange(request);
        call.onClock?.(clockOffset);
        call.answered = true;
        return new Response(text, { headers: { "content-type": "application/json" } });
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        throw toTransportError(error, ending, call);
      }
    });
  }

  return {
    auth: {
      getRequestHeaders: async () => new Headers(),
      async fetch(url, init) {
        const call = calls.getStore();
        if (call === undefined) throw new Error("The Google SDK sent a request outside of a call; it was stopped.");
        try {
          return await send(call, new URL(url), init);
        } catch (error) {
          call.failure ??= error;
          throw error;
        }
      },
    },
    async run(given, work) {
      const call: OpenCall = { ...given, stage: "credential", answered: false };
      try {
        return await calls.run(call, work);
      } catch (error) {
        if (call.failure !== undefined) throw call.failure;
        if (call.answered) throw new UnbelievableAnswerError(`the SDK cannot read it (${messageOf(error)})`);
        throw error;
      }
    },
  };
}

const lateText = (timeout: number) => `no complete answer within ${timeout} ms`;

function toTransportError(error: unknown, ending: AbortSignal, { stage, timeout }: OpenCall): unknown {
  if (error instanceof ApiError || error instanceof UnbelievableAnswerError) return error;
  const code = ending.aborted ? "ETIMEDOUT" : codeOf(error);
  const unsent = stage === "unanswered" && !ending.aborted && provesNotSent(error);
  return new TransportError({
    stage: unsent ? "connection" : stage,
    code,
    message: ending.aborted ? lateText(timeout) : messageOf(error) || code,
    cause: error,
  });
}

function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" && code !== "" ? code : error instanceof Error ? error.name : "UNKNOWN";
}

function notSecure({ protocol, host }: URL): RefusedError {
  return new RefusedError({
    code: "invalid-configuration",
    message: `The Google SDK wanted to send to ${protocol}//${host}: only https gets real credentials. Nothing was sent.`,
  });
}
