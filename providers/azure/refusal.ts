import { BuyonceError, messageOf, RefusedError, type ErrorCode } from "../../src/spec/errors.ts";
import { ApiError, UnbelievableAnswerError } from "../http/api-error.ts";
import { isTransient } from "./read-with-retry.ts";
import { TransportError } from "../http/transport-error.ts";

/** What was being done when a read failed. */
export interface ReadStep {
  /** Completes "Azure could not ...": `list the reservation orders`. */
  readonly purpose: string;
  /** The operation that the identity's role must allow. */
  readonly operation: string;
  /** The code of a failure of this step. */
  readonly code: ErrorCode;
  /** The code of an answer with status 2xx that cannot be believed. */
  readonly untrusted: ErrorCode;
}

/** The refusal for a failed read or price calculation. Errors of this package pass through; an aborted signal's reason goes first. */
export function toRefusal(error: unknown, step: ReadStep, signal?: AbortSignal): unknown {
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
    return refuse(
      "credentials-unavailable",
      "No Azure token could be had and nothing was sent: sign in (az login), or set the credential's environment.",
      error.code === "ETIMEDOUT",
    );
  }
  if (error instanceof ApiError && error.status === 401) {
    return refuse("access-denied", "Azure does not accept the credential: sign in again, and check the tenant.");
  }
  if (error instanceof ApiError && error.status === 403) {
    return refuse("access-denied", `The identity needs a role that allows ${step.operation}.`);
  }
  if (error instanceof UnbelievableAnswerError) {
    return refuse(step.untrusted, "Such an answer proves nothing; look for a proxy in between.", true);
  }
  return refuse(step.code, isTransient(error) ? "Try again later." : "See Azure's own message for the cause.");
}
