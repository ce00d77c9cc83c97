import { messageOf } from "../../src/contract/errors.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { TransportError } from "../http/transport-error.ts";

type Unknown = Extract<PurchaseAnswer, { readonly kind: "unknown" }>;

/** What an exchange without a complete answer proves. `subject` is what was to be bought: `reservation order 47935840…`. */
export function unanswered(error: unknown, subject: string): PurchaseAnswer {
  if (!(error instanceof TransportError) || error.stage === "unanswered") {
    return unknownAnswer(subject, messageOf(error), { cause: error });
  }
  const why = error.stage === "credential" ? "no Azure token could be had" : "Azure could not be reached";
  return {
    kind: "rejected",
    reason: `The purchase of ${subject} was not sent, because ${why}: ${error.message}. Try again later.`,
    providerCode: error.code,
    left: false,
    expired: false,
    retryable: true,
    cause: error,
  };
}

/** It may have been bought. `retryAfter` is in milliseconds. */
export function unknownAnswer(
  subject: string,
  reason: string,
  known: Omit<Unknown, "kind" | "reason"> = {},
): PurchaseAnswer {
  return {
    kind: "unknown",
    reason: `Whether ${subject} was bought is not known: ${reason}. Read the order before anything is bought again.`,
    ...known,
  };
}
