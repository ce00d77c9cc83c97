import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { parseBody, parseRetryAfter } from "../http/answer.ts";
import { keptConnections, singleConnections } from "../http/connections.ts";
import { clockOffset } from "../http/clock-offset.ts";
import { ApiError, UnbelievableAnswerError } from "../http/api-error.ts";
import { type OutgoingRequest, sendOverWire } from "../http/send-over-wire.ts";
import { errorOf } from "./google-error.ts";

/** One request as it leaves. */
export interface WireRequest extends Pick<OutgoingRequest, "method" | "url" | "signal" | "maxBytes" | "onConnected"> {
  readonly headers: Headers;
  readonly body: RequestInit["body"];
  /** A purchase: any 2xx answers it, and it has a connection of its own. A read is answered by 200 alone. */
  readonly purchase: boolean;
}

// `proxyEnv`: HTTPS_PROXY and NO_PROXY are honoured where Node can (24.5 and later).
const reading = {
  http: new HttpAgent(keptConnections),
  https: new HttpsAgent({ ...keptConnections, proxyEnv: process.env }),
} as const;

/**
 * Sends one request, follows no redirect, and returns the text of an answer that is a JSON object. Throws an ApiError for a
 * status other than 2xx, an UnbelievableAnswerError for another 2xx of a read, another body, or an answer above the limit,
 * Node's error for no complete answer.
 */
export async function exchange({
  headers,
  body,
  purchase,
  ...request
}: WireRequest): Promise<{ text: string; clockOffset: number | undefined }> {
  const { status, text, ...answer } = await sendOverWire({
    ...request,
    headers: Object.fromEntries(headers),
    body: bytesOf(body),
    agent: agentFor(request.url, purchase),
  });
  const retryAfter = parseRetryAfter(answer.headers["retry-after"], Date.now());
  const parsed = parseBody({ text });
  if (status < 200 || status > 299) throw new ApiError({ status, retryAfter }, errorOf(parsed));
  // A part (206), or what a proxy made of it (203), is not what Google shows.
  if (status !== 200 && !purchase) throw new UnbelievableAnswerError(`HTTP ${status} where only 200 is an answer`);
  if (parsed === undefined) throw new UnbelievableAnswerError(`HTTP ${status} with a body that is not a JSON object`);
  return { text, clockOffset: clockOffset(answer.headers["date"], Date.now()) };
}

function agentFor({ protocol }: URL, purchase: boolean): HttpAgent {
  if (!purchase) return protocol === "http:" ? reading.http : reading.https;
  // The proxy is the one of the moment.
  return protocol === "http:"
    ? new HttpAgent(singleConnections)
    : new HttpsAgent({ ...singleConnections, proxyEnv: process.env });
}

/** The SDK's body is text, or its bytes. */
function bytesOf(body: RequestInit["body"]): string | Uint8Array | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new TypeError("The Google SDK gave a body that is neither text nor bytes.");
}
