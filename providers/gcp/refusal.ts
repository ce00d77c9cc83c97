import { BuyonceError, messageOf, RefusedError, type ErrorCode } from "../../src/spec/errors.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import { TransportError } from "../http/transport-error.ts";
import { GoogleApiError } from "./google-api-error.ts";
import { isRateLimit, isTransient } from "./read-with-retry.ts";

/** What was being done when a read failed. */
export interface ReadStep {
  /** Completes "Could not ...": `list the commitments of GCP project p, us-central1`. */
  readonly purpose: string;
  /** The IAM permission that the call needs: `compute.commitments.list`. */
  readonly permission: string;
  /** The code of a failure of this step. */
  readonly code: ErrorCode;
  /** The code of an answer with status 2xx that cannot be believed. */
  readonly untrusted: ErrorCode;
}

/** The refusal for a failed read. Errors of this package pass through; an aborted signal's reason goes first. */
export function toRefusal(error: unknown, step: ReadStep, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (BuyonceError.isInstance(error)) return error;
  const refuse = (code: ErrorCode, advice: string, retryable = isTransient(error)) =>
    new RefusedError({
      code,
      message: `Could not ${step.purpose}: ${messageOf(error)}. ${advice}`,
      retryable,
      retryAfter: error instanceof GoogleApiError ? error.retryAfter : undefined,
      cause: error,
    });

  if (error instanceof TransportError && error.stage === "credential") {
    if (BuyonceError.isInstance(error.cause)) return error.cause;
    return refuse(
      "credentials-unavailable",
      "No Google token could be had and nothing was sent: sign in (gcloud auth application-default login), or hand in a credential.",
      error.code === "ETIMEDOUT",
    );
  }
  if (error instanceof GoogleApiError && error.status === 401) {
    return refuse("access-denied", "Google does not accept the credential: sign in again.");
  }
  if (error instanceof GoogleApiError && error.status === 403 && !isRateLimit(error)) {
    return refuse(
      "access-denied",
      `The identity needs the permission ${step.permission}, and the API must be enabled.`,
    );
  }
  if (error instanceof UnbelievableAnswerError) {
    return refuse(step.untrusted, "Such an answer proves nothing; look for a proxy in between.", true);
  }
  return refuse(step.code, isTransient(error) ? "Drive again later." : "See Google's own message for the cause.");
}
