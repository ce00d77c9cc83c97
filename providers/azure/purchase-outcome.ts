import { messageOf, PurchaseOutcomeUnknownError, PurchaseRejectedError } from "../../src/contract/errors.ts";
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
  return unknownOutcome(subject, messageOf(error), { cause: error });
}

/** What is known besides the reason. */
type Known = Pick<
  ConstructorParameters<typeof PurchaseOutcomeUnknownError>[0],
  "retryAfter" | "providerCode" | "evidence" | "cause"
>;

/** It may have been bought. `retryAfter` is in milliseconds. */
export function unknownOutcome(subject: string, reason: string, known: Known = {}): PurchaseOutcomeUnknownError {
  return new PurchaseOutcomeUnknownError({
    message: `Whether ${subject} was bought is not known: ${reason}. Read the order before anything is bought again.`,
    ...known,
  });
}
