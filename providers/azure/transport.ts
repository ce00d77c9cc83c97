import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import type { HttpClient, HttpMethods, Pipeline } from "@azure/core-rest-pipeline";
import { messageOf } from "../../src/spec/errors.ts";
import { isObject, parseRetryAfter, type Answer } from "../http/answer.ts";
import { TransportError, type TransportStage } from "../http/transport-error.ts";
import { withSignal } from "../http/with-signal.ts";

/** One request as it leaves. */
export interface WireRequest {
  readonly method: HttpMethods;
  readonly url: URL;
  /** JSON text. */
  readonly body?: string | undefined;
  /** Milliseconds for everything: token, connection, answer and its body. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Use no kept-alive connection: one that the server is just closing would turn a purchase into an unknown outcome. */
  readonly freshConnection?: boolean;
}

/** A client of an SDK, as far as it is needed here: its pipeline holds credential, user agent, logging and proxy. */
export interface PipelineOwner {
  readonly pipeline: Pipeline;
}

const network = createDefaultHttpClient();

/** Errors that can only come before a connection exists: nothing of the request has left. */
const beforeConnection = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/**
 * Sends one request through the SDK's own pipeline (authentication, user agent, sanitised logging, proxy) and returns
 * the answer whatever its status. The pipeline's operations are passed by because their serialisers drop `tags` in both
 * directions; its timeout because it ends with the answer's headers and would wait for a body for ever.
 *
 * Throws a TransportError whose stage says whether anything can have been sent; for a signal that was aborted before, its
 * reason.
 */
export async function exchange(api: PipelineOwner, request: WireRequest, now: () => number): Promise<Answer> {
  request.signal?.throwIfAborted();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(timedOut(request)), request.timeout);
  const ending = AbortSignal.any([late.signal, ...(request.signal ? [request.signal] : [])]);

  let handedOver = false;
  const once = sendOnce(request, ending, () => (handedOver = true));
  try {
    const response = await withSignal(api.pipeline.sendRequest(once, toPipelineRequest(request, ending)), ending);
    return {
      status: response.status,
      text: response.bodyAsText ?? "",
      retryAfter: parseRetryAfter(response.headers.get("retry-after"), now()),
    };
  } catch (error) {
    throw toTransportError(error, ending, handedOver);
  } finally {
    clearTimeout(timer);
  }
}

function toPipelineRequest({ method, url, body }: WireRequest, abortSignal: AbortSignal) {
  const insecure = url.protocol === "http:";
  return createPipelineRequest({
    method,
    url: url.href,
    abortSignal,
    allowInsecureConnection: insecure,
    headers: createHttpHeaders({
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      // Loopback only: the client has taken the bearer policy out, so that no real token can be sent in the clear.
      ...(insecure ? { Authorization: "Bearer buyonce-loopback" } : {}),
    }),
    body: body ?? null,
  });
}

/**
 * The last step of the pipeline, with a fuse: a second hand-over to the network is possible only after a 401, which the
 * bearer policy answers with a fresh token (continuous access evaluation) and which never is a purchase. A policy that
 * starts to re-send with some later version of the SDK is stopped here.
 */
function sendOnce({ url, freshConnection }: WireRequest, signal: AbortSignal, onHandOver: () => void): HttpClient {
  let mayBeSent = true;
  return {
    async sendRequest(request) {
      signal.throwIfAborted();
      if (!mayBeSent) throw new Error("The pipeline tried to send the same request again; it was stopped.");
      if (freshConnection === true) {
        const Agent = url.protocol === "http:" ? HttpAgent : HttpsAgent;
        request.agent ??= new Agent({ keepAlive: false });
      }
      mayBeSent = false;
      onHandOver();
      const response = await network.sendRequest(request);
      mayBeSent = response.status === 401;
      return response;
    },
  };
}

/** Its stage is that of the moment at which it comes: {@link toTransportError}. */
function timedOut({ method, timeout }: WireRequest): Error {
  return Object.assign(new Error(`no complete answer to ${method} within ${timeout} ms`), { code: "ETIMEDOUT" });
}

function toTransportError(error: unknown, ending: AbortSignal, handedOver: boolean): TransportError {
  // A timeout destroys the socket, which can show up as another error first: the timeout is the cause.
  const cause: unknown = ending.aborted ? ending.reason : error;
  const code = codeOf(cause);
  const stage: TransportStage = !handedOver ? "credential" : beforeConnection.has(code) ? "connection" : "unanswered";
  return new TransportError({ stage, code, message: messageOf(cause) || code, cause });
}

function codeOf(error: unknown): string {
  const code = isObject(error) ? error["code"] : undefined;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.name : "UNKNOWN";
}
