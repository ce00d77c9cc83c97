import pRetry from "p-retry";
import { TransportError } from "../http/transport-error.ts";
import { GoogleApiError } from "./google-api-error.ts";
import type { ResolvedSettings } from "./settings.ts";

/** The wait before the first retry, in milliseconds, before jitter; it doubles with each further one. */
const firstWait = 500;

/** The longest that a `Retry-After` is waited for, in milliseconds. */
const longestWait = 60_000;

/**
 * Repeats a read after 408, 429, 5xx, rate limits and network errors, a limited number of times, with the injected
 * sleep. Throws what the last attempt threw, or the signal's reason.
 */
export function readWithRetry<T>(
  attempt: () => Promise<T>,
  { environment, readAttempts }: Pick<ResolvedSettings, "environment" | "readAttempts">,
  signal: AbortSignal,
): Promise<T> {
  return pRetry(attempt, {
    retries: readAttempts - 1,
    minTimeout: 0,
    signal,
    shouldRetry: async ({ error, attemptNumber }) => {
      if (!isTransient(error)) return false;
      const jittered = firstWait * 2 ** (attemptNumber - 1) * (1 + environment.random());
      const asked = error instanceof GoogleApiError ? (error.retryAfter ?? 0) : 0;
      await environment.sleep(Math.min(Math.max(jittered, asked), longestWait), signal);
      return true;
    },
  });
}

const rateLimits = new Set(["rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED"]);

/** The service asked to slow down, whatever the status: Compute Engine answers 403 or 429. */
export function isRateLimit(error: unknown): boolean {
  return error instanceof GoogleApiError && (error.status === 429 || rateLimits.has(error.reason ?? ""));
}

/** Whether the same read may succeed if it is sent again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof GoogleApiError) return error.status === 408 || error.status >= 500 || isRateLimit(error);
  return error instanceof TransportError && error.stage !== "credential";
}
