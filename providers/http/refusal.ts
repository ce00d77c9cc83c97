import { BuyonceError, messageOf, RefusedError, type ErrorCode } from "../../src/contract/errors.ts";
import { ApiError, UnbelievableAnswerError } from "./api-error.ts";
import { TransportError } from "./transport-error.ts";

/** What was being done when a read failed. */
export interface ReadStep {
  /** Completes "Could not ...": `list the reservation orders`. */
  readonly purpose: string;
  /** What the identity must be allowed: `compute.commitments.list`, `Microsoft.Capacity/catalogs/read`. */
  readonly permission: string;
  /** The code of a failure of this step. */
  readonly code: ErrorCode;
  /** The code of an answer with status 2xx that cannot be believed. */
  readonly untrusted: ErrorCode;
}

/** A cloud, and what its user can do. */
export interface CloudAdvice {
  readonly cloud: string;
  readonly isTransient: (error: unknown) => boolean;
  /** Where no token could be had. */
  readonly signIn: string;
  /** Where a token was not accepted. */
  readonly signInAgain: string;
  readonly allow: (permission: string) => string;
  /** What lifts a 403 that is no matter of permissions; undefined where it may be one. */
  readonly otherCause?: (error: ApiError, permission: string) => string | undefined;
  /** After a transient error. */
  readonly tryAgain: string;
}

/**
 * Makes the function that turns the error of a failed read into a refusal. Errors of this package pass through; an aborted
 * signal's reason goes first.
 */
export function createToRefusal({ cloud, isTransient, signIn, signInAgain, allow, otherCause, tryAgain }: CloudAdvice) {
  return (error: unknown, step: ReadStep, signal?: AbortSignal): unknown => {
    if (signal?.aborted === true) return signal.reason;
    if (BuyonceError.isInstance(error)) return error;
    const refuse = (code: ErrorCode, advice: string, retryable = isTransient(error)) =>
      new RefusedError({
        code,
        message: `Could not ${step.purpose}: ${messageOf(error)}. ${advice}`,
        retryable,
        retryAfter: error instanceof ApiError ? error.retryAfter : undefined,
        cause: error,
      });

    if (error instanceof TransportError && error.stage === "credential") {
      if (BuyonceError.isInstance(error.cause)) return error.cause;
      const advice = `No ${cloud} token could be had and nothing was sent: ${signIn}.`;
      return refuse("credentials-unavailable", advice, error.code === "ETIMEDOUT");
    }
    if (error instanceof ApiError && error.status === 401) {
      return refuse("access-denied", `${cloud} does not accept the credential: ${signInAgain}.`);
    }
    // A rate limit can come as a 403.
    if (error instanceof ApiError && error.status === 403 && !isTransient(error)) {
      const advice = otherCause?.(error, step.permission) ?? `The identity needs ${allow(step.permission)}.`;
      return refuse("access-denied", advice);
    }
    if (error instanceof UnbelievableAnswerError) {
      return refuse(step.untrusted, "Such an answer proves nothing; look for a proxy in between.", true);
    }
    return refuse(step.code, isTransient(error) ? tryAgain : `See ${cloud}'s own message for the cause.`);
  };
}
