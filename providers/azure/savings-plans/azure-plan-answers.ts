import { messageOf } from "../../../src/contract/errors.ts";
import type { PurchaseAnswer, Said } from "../../../src/contract/purchase-answer.ts";
import { TransportError } from "../../http/transport-error.ts";

/** What an answer says besides its reason. */
type Known = Omit<Said, "reason">;

/** What an exchange without a complete answer proves. `subject` is what was to be bought: `savings plan buyonce-…`. */
export function withoutAnswer(error: unknown, subject: string): PurchaseAnswer {
  if (!(error instanceof TransportError) || error.stage === "unanswered") {
    return unknownOutcome(subject, messageOf(error), { cause: error });
  }
  const why = error.stage === "credential" ? "no Azure token could be had" : "Azure could not be reached";
  return notSent(subject, `${why}: ${error.message}`, { providerCode: error.code, cause: error });
}

/** Nothing left this machine, and the same drive may succeed later. */
export function notSent(subject: string, reason: string, known: Known): PurchaseAnswer {
  const said = `The purchase of ${subject} was not sent, because ${reason}. Try again later.`;
  return { kind: "rejected", left: false, expired: false, retryable: true, reason: said, ...known };
}

/** It may have been bought. */
export function unknownOutcome(
  subject: string,
  reason: string,
  known: Known & { readonly evidence?: readonly string[] },
): PurchaseAnswer {
  const said = `Whether ${subject} was bought is not known: ${reason}. Read the order before anything is bought again.`;
  return { kind: "unknown", reason: said, ...known };
}
