import { ApiError } from "../http/api-error.ts";
import { isTransient, repeatRead } from "../http/repeat-read.ts";
import type { ResolvedSettings } from "./settings.ts";

/** Repeats a read after transient errors. Throws what the last attempt threw, or the signal's reason. */
export function readWithRetry<T>(
  attempt: () => Promise<T>,
  { environment, readAttempts }: Pick<ResolvedSettings, "environment" | "readAttempts">,
  signal: AbortSignal,
): Promise<T> {
  const limits = { attempts: readAttempts, retryAfterCap: 60_000 };
  return repeatRead(attempt, { ...limits, environment, signal, isTransient: isTransientAtGoogle });
}

const rateLimits = new Set(["rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED"]);

/** The service asked to slow down, whatever the status: Compute Engine answers 403 or 429. */
export function isRateLimit(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 429 || rateLimits.has(error.code ?? ""));
}

/** Whether the same read may succeed if it is sent again. */
export function isTransientAtGoogle(error: unknown): boolean {
  return isRateLimit(error) || isTransient(error);
}
