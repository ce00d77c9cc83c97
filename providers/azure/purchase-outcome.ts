import { messageOf, PurchaseOutcomeUnknownError, PurchaseRejectedError } from "../../src/spec/errors.ts";
import { TransportError } from "../http/transport-error.ts";

/** The error for an exchange without a complete answer. `subject` is what was to be bought: `reservation order 47935840…`. */
export function fromTransport(error: unknown, subject: string): Error {
  if (error instanceof TransportError && error.stage !== "unanswered") {
    const why = error.stage === "credential" ? "no Azure token could be had" : "Azure could not be reached";
    return new PurchaseRejectedError({
      message: `The purchase of ${subject} was not sent, because ${why}: ${error.message}. Try again later.`,
      providerCode: error.code,
      retryable: true,
      left: false,
      cause: error,
    });
  }
  return unknownOutcome(subject, messageOf(error), undefined, error);
}

/** It may have been bought. `retryAfter` is in milliseconds. */
export function unknownOutcome(
  subject: string,
  reason: string,
  retryAfter?: number,
  cause?: unknown,
): PurchaseOutcomeUnknownError {
  return new PurchaseOutcomeUnknownError({
    message: `Whether ${subject} was bought is not known: ${reason}. Read the order before anything is bought again.`,
    retryAfter,
    cause,
  });
}
