import pRetry from "p-retry";
import type { Environment } from "../../src/contract/environment.ts";
import { ApiError } from "./api-error.ts";
import { TransportError } from "./transport-error.ts";

/** The wait before the first retry, in milliseconds, before jitter; it doubles with each further one. */
const firstWait = 500;

/** How often a read is sent, and when again. */
export interface RepeatOptions {
  /** How often it is sent at most. */
  readonly attempts: number;
  /** The longest wait between two attempts, whatever a `Retry-After` asks for, in milliseconds. */
  readonly retryAfterCap: number;
  readonly environment: Pick<Environment, "sleep" | "random">;
  readonly signal: AbortSignal | undefined;
  readonly isTransient: (error: unknown) => boolean;
}

/**
 * Repeats an attempt that moves no money after transient errors, a limited number of times.
 *
 * p-retry counts and decides; its own waits are switched off (`minTimeout: 0`) because they are on the machine's clock:
 * `shouldRetry` waits with the injected sleep and random numbers instead, at least for the `Retry-After` up to its cap.
 * Throws what the last attempt threw, or the signal's reason.
 */
export function repeatRead<T>(
  attempt: () => Promise<T>,
  { attempts, retryAfterCap, environment, signal, isTransient: mayRepeat }: RepeatOptions,
): Promise<T> {
  return pRetry(attempt, {
    retries: attempts - 1,
    minTimeout: 0,
    ...(signal === undefined ? {} : { signal }),
    shouldRetry: async ({ error, attemptNumber }) => {
      if (!mayRepeat(error)) return false;
      const jittered = firstWait * 2 ** (attemptNumber - 1) * (1 + environment.random());
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
      await environment.sleep(Math.min(Math.max(jittered, asked), retryAfterCap), signal);
      return true;
    },
  });
}

/** Whether the same read may succeed if it is sent again: 408, 429, 5xx and network errors, in every cloud. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 408 || error.status === 429 || error.status >= 500;
  return error instanceof TransportError && error.stage !== "credential";
}
