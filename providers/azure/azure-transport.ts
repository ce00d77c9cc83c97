import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import {
  bearerTokenAuthenticationPolicyName,
  createHttpHeaders,
  createPipelineRequest,
  decompressResponsePolicyName,
  proxyPolicyName,
} from "@azure/core-rest-pipeline";
import type { HttpClient, HttpHeaders, HttpMethods, Pipeline } from "@azure/core-rest-pipeline";
import type { IncomingHttpHeaders } from "node:http";
import { messageOf } from "../../src/contract/errors.ts";
import { isObject, parseRetryAfter, type Answer } from "../http/answer.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import { keptConnections, singleConnections } from "../http/connections.ts";
import { clockOffset } from "../http/clock-offset.ts";
import { provesNotSent } from "../http/proves-not-sent.ts";
import { sendOverWire } from "../http/send-over-wire.ts";
import { TransportError, type TransportStage } from "../http/transport-error.ts";
import { withSignal } from "../http/with-signal.ts";
import { withTimeout } from "../http/with-timeout.ts";
import { leftOf } from "./azure-limits.ts";

/** One request as it leaves. */
export interface WireRequest {
  readonly method: HttpMethods;
  readonly url: URL;
  /** JSON text. */
  readonly body?: string | undefined;
  /** Milliseconds for everything: token, connection, answer and its body. */
  readonly timeout: number;
  /** The longest answer that is taken, in bytes. */
  readonly maxBytes: number;
  /** Stands in for a token over http, where the client has taken the bearer policy out. */
  readonly loopbackToken: string;
  readonly signal?: AbortSignal | undefined;
  /** Use no kept-alive connection: it is a purchase. */
  readonly freshConnection?: boolean;
}

/** A client of an SDK, as far as it is needed here: its pipeline holds credential, user agent, logging and proxy. */
export interface PipelineOwner {
  readonly pipeline: Pipeline;
}

/** Takes out of a client's pipeline what must not touch these requests; `insecure`: they go to loopback over http. */
export function removePolicies({ pipeline }: PipelineOwner, insecure: boolean): void {
  if (insecure) {
    // Loopback: the bearer policy refuses http, and a proxy from the environment would carry the request away.
    pipeline.removePolicy({ name: bearerTokenAuthenticationPolicyName });
    pipeline.removePolicy({ name: proxyPolicyName });
  }
  // Without compression: a compressed body that is cut off neither ends nor fails in the SDK's reader.
  pipeline.removePolicy({ name: decompressResponsePolicyName });
}

const reading = { http: new HttpAgent(keptConnections), https: new HttpsAgent(keptConnections) } as const;
const buying = { http: new HttpAgent(singleConnections), https: new HttpsAgent(singleConnections) } as const;

/** How far a request has come. */
interface Progress {
  stage: TransportStage;
}

/**
 * Sends one request through the SDK's own pipeline (authentication, user agent, sanitised logging, proxy) and returns
 * the answer whatever its status. The pipeline's operations are passed by because their serialisers drop `tags` in both
 * directions; its timeout because it ends with the answer's headers and would wait for a body for ever.
 *
 * Throws a TransportError whose stage says whether anything can have been sent, an UnbelievableAnswerError for an answer
 * above the limit; for a signal that was aborted before, its reason.
 */
export async function exchange(api: PipelineOwner, request: WireRequest, now: () => number): Promise<Answer> {
  const { timeout, signal } = request;
  signal?.throwIfAborted();
  return withTimeout({ timeout, signal, late: () => timedOut(request) }, async (ending) => {
    const progress: Progress = { stage: "credential" };
    const once = sendOnce(request, ending, progress);
    try {
      const response = await withSignal(api.pipeline.sendRequest(once, toPipelineRequest(request, ending)), ending);
      return {
        status: response.status,
        text: response.bodyAsText ?? "",
        retryAfter: parseRetryAfter(response.headers.get("retry-after"), now()),
        left: leftOf(request.method, response.headers),
        clockOffset: clockOffset(response.headers.get("date"), now()),
      };
    } catch (error) {
      throw toTransportError(error, ending, progress);
    }
  });
}

function toPipelineRequest({ method, url, body, loopbackToken }: WireRequest, abortSignal: AbortSignal) {
  const insecure = url.protocol === "http:";
  return createPipelineRequest({
    method,
    url: url.href,
    abortSignal,
    allowInsecureConnection: insecure,
    headers: createHttpHeaders({
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(insecure ? { Authorization: `Bearer ${loopbackToken}` } : {}),
    }),
  });
}

/**
 * The last step of the pipeline, with a fuse: a second hand-over to the network is possible only after a 401, which the
 * bearer policy answers with a fresh token (continuous access evaluation) and which never is a purchase. A policy that
 * starts to re-send with some later version of the SDK is stopped here. The SDK's own last step has no limit for answers,
 * and keeps too little of Node's errors to tell what was sent. The body is the one that was handed over: the pipeline does
 * not see it.
 */
function sendOnce(
  { body, freshConnection = false, maxBytes }: WireRequest,
  signal: AbortSignal,
  progress: Progress,
): HttpClient {
  let mayBeSent = true;
  return {
    async sendRequest(request) {
      signal.throwIfAborted();
      if (!mayBeSent) throw new Error("The pipeline tried to send the same request again; it was stopped.");
      mayBeSent = false;
      progress.stage = "connection";
      const url = new URL(request.url);
      const { status, headers, text } = await sendOverWire({
        method: request.method,
        url,
        headers: request.headers.toJSON({ preserveCase: true }),
        body,
        // A proxy's, where the pipeline has set one.
        agent: (request.agent as HttpAgent | undefined) ?? agentFor(url, freshConnection),
        signal,
        maxBytes,
        onConnected: () => (progress.stage = "unanswered"),
      });
      mayBeSent = status === 401;
      return { status, headers: toPipelineHeaders(headers), request, bodyAsText: text };
    },
  };
}

function agentFor({ protocol }: URL, fresh: boolean): HttpAgent {
  const { http, https } = fresh ? buying : reading;
  return protocol === "http:" ? http : https;
}

function toPipelineHeaders(headers: IncomingHttpHeaders): HttpHeaders {
  return createHttpHeaders(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
}

/** Its stage is that of the moment at which it comes: {@link toTransportError}. */
function timedOut({ method, timeout }: WireRequest): Error {
  return Object.assign(new Error(`no complete answer to ${method} within ${timeout} ms`), { code: "ETIMEDOUT" });
}

function toTransportError(error: unknown, ending: AbortSignal, { stage }: Progress): Error {
  if (error instanceof UnbelievableAnswerError && !ending.aborted) return error;
  // A timeout destroys the socket, which can show up as another error first: the timeout is the cause.
  const cause: unknown = ending.aborted ? ending.reason : error;
  const code = codeOf(cause);
  const unsent = stage === "unanswered" && !ending.aborted && provesNotSent(error);
  return new TransportError({ stage: unsent ? "connection" : stage, code, message: messageOf(cause) || code, cause });
}

function codeOf(error: unknown): string {
  const code = isObject(error) ? error["code"] : undefined;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.name : "UNKNOWN";
}
