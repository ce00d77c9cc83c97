import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { parseBody, parseRetryAfter } from "../http/answer.ts";
import { ApiError, UnbelievableAnswerError } from "../http/api-error.ts";
import { errorOf } from "./google-error.ts";

/** One request as it leaves. */
export interface WireRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestInit["body"];
  readonly freshConnection: boolean;
}

/** A page of prices has about ten million characters; nothing else comes near. */
const maxBody = 100_000_000;

// `proxyEnv`: HTTPS_PROXY and NO_PROXY are honoured where Node can (24.5 and later).
const kept = {
  "http:": new HttpAgent({ keepAlive: true }),
  "https:": new HttpsAgent({ keepAlive: true, proxyEnv: process.env }),
} as const;

/**
 * Sends one request, follows no redirect, and returns the text of a 2xx answer that is a JSON object. Throws an
 * ApiError for another status, an UnbelievableAnswerError for another body, Node's error for no complete answer.
 */
export function exchange(url: URL, request: WireRequest, signal: AbortSignal): Promise<{ readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly text: string }>();
  const insecure = url.protocol === "http:";
  const send = insecure ? httpRequest : httpsRequest;
  const outgoing = send(url, {
    method: request.method,
    headers: Object.fromEntries(request.headers),
    agent: agentFor(insecure, request.freshConnection),
    signal,
  });
  outgoing.on("error", reject);
  outgoing.on("response", (answer) => {
    const chunks: Buffer[] = [];
    let length = 0;
    answer.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBody) answer.destroy(new Error(`the answer is longer than ${maxBody} bytes`));
      else chunks.push(chunk);
    });
    answer.on("error", reject);
    answer.on("end", () => {
      const status = answer.statusCode ?? 0;
      const text = Buffer.concat(chunks).toString("utf8");
      const retryAfter = parseRetryAfter(answer.headers["retry-after"], Date.now());
      const body = parseBody({ text });
      if (status < 200 || status > 299) reject(new ApiError({ status, retryAfter }, errorOf(body)));
      else if (body === undefined) {
        reject(new UnbelievableAnswerError(`HTTP ${status} with a body that is not a JSON object`));
      } else resolve({ text });
    });
  });
  outgoing.end(bytesOf(request.body));
  return promise;
}

function agentFor(insecure: boolean, fresh: boolean): HttpAgent {
  if (!fresh) return kept[insecure ? "http:" : "https:"];
  return insecure ? new HttpAgent({ keepAlive: false }) : new HttpsAgent({ keepAlive: false, proxyEnv: process.env });
}

/** The SDK's body is text, or its bytes. */
function bytesOf(body: RequestInit["body"]): string | Uint8Array | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new TypeError("The Google SDK gave a body that is neither text nor bytes.");
}
