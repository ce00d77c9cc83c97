import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from "jose";
import { messageOf } from "../contract/errors.ts";
import { RequestError } from "./problem.ts";

/** The longest list of keys that is read, in bytes. */
const longestList = 1_000_000;

/** Milliseconds after which keys are asked for again that could not be had. */
const pauseAfterFailure = 5000;

/** Milliseconds for the answer. */
const answerTime = 5000;

/**
 * The public keys of an issuer, as jose keeps them: for ten minutes, and asked for anew when a token names one that is not among them,
 * but at most every 30 seconds. While they cannot be had they are asked for every five seconds at most, however many tokens come.
 * Throws a RequestError `issuer-unavailable` where a key cannot be had, and an error of jose where the issuer has no such key.
 */
export function issuerKeys(jwksUrl: string, now: () => number): JWTVerifyGetKey {
  let failed: { readonly at: number; readonly error: unknown } | undefined;
  const fetchKeys: FetchImplementation = async (url, options) => {
    if (failed !== undefined && Math.abs(now() - failed.at) < pauseAfterFailure) throw failed.error;
    try {
      const keys = await readKeys(url, options);
      failed = undefined;
      return keys;
    } catch (error) {
      failed = { at: now(), error };
      throw error;
    }
  };
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: answerTime,
    [customFetch]: fetchKeys,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      throw unavailable(jwksUrl, error);
    }
  };
}

/** The list has come, and there is not exactly one key in it for the token. */
function isAboutToken(error: unknown): boolean {
  const kinds = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
  return kinds.some((kind) => error instanceof kind);
}

/** Throws for any answer that is not a list of keys; it follows no redirect. */
async function readKeys(url: string, options: RequestInit): Promise<Response> {
  const { status, body } = await fetch(url, options);
  if (status !== 200) {
    await body?.cancel();
    throw new Error(`it answered ${status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > longestList) throw new Error(`its answer is longer than ${longestList} bytes`);
    chunks.push(chunk);
  }
  const list = JSON.parse(Buffer.concat(chunks).toString()) as { readonly keys?: unknown } | null;
  if (!Array.isArray(list?.keys)) throw new Error("its answer has no keys");
  return Response.json(list);
}

function unavailable(jwksUrl: string, error: unknown): RequestError {
  const cause = (error as { readonly cause?: unknown } | null)?.cause;
  const why = [messageOf(error), ...(cause instanceof Error ? [cause.message] : [])].join(": ");
  return new RequestError("issuer-unavailable", `The keys at ${jwksUrl} cannot be had: ${why}.`, {
    retryAfter: pauseAfterFailure,
    cause: error,
  });
}
