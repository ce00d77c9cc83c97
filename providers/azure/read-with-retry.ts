import pRetry from "p-retry";
import { ApiError } from "../http/api-error.ts";
import type { ResolvedSettings } from "./settings.ts";
import { TransportError } from "../http/transport-error.ts";

/** The wait before the first retry, in milliseconds, before jitter; it doubles with each further one. */
const firstWait = 500;

/**
 * Repeats an attempt that moves no money after 408, 429, 5xx and network errors, a limited number of times.
 *
 * p-retry counts and decides; its own waits are switched off (`minTimeout: 0`) because they are on the machine's clock:
 * `shouldRetry` waits with the injected sleep and random numbers instead, at least for the `Retry-After` up to its cap.
 * Throws what the last attempt threw, or the signal's reason.
 */
export function readWithRetry<T>(
  attempt: () => Promise<T>,
  options: {
    readonly attempts: number;
    readonly signal: AbortSignal | undefined;
    readonly settings: Pick<ResolvedSettings, "environment" | "retryAfterCap">;
  },
): Promise<T> {
  const { attempts, signal, settings } = options;
  return pRetry(attempt, {
    retries: attempts - 1,
    minTimeout: 0,
    ...(signal === undefined ? {} : { signal }),
    shouldRetry: async ({ error, attemptNumber }) => {
      if (!isTransient(error)) return false;
      const jittered = firstWait * 2 ** (attemptNumber - 1) * (1 + settings.environment.random());
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
      await settings.environment.sleep(Math.min(Math.max(jittered, asked), settings.retryAfterCap), signal);
      return true;
    },
  });
}

/** Whether the same read may succeed if it is sent again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 408 || error.status === 429 || error.status >= 500;
  return error instanceof TransportError && error.stage !== "credential";
}
