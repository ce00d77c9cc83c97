import type { Commitment } from "../contract/commitment.ts";
import {
  type BuyonceError,
  messageOf,
  PurchaseOutcomeUnknownError,
  PurchaseRejectedError,
} from "../contract/errors.ts";
import type { ServiceExecutor, Submission } from "../contract/executor.ts";
import { maskToken } from "../contract/token.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { eventError } from "./event-error.ts";

/** What a send ended with. */
export type Sent =
  | { readonly kind: "bought"; readonly commitment: Commitment }
  /** Definitely not bought by this send. */
  | { readonly kind: "rejected"; readonly error: BuyonceError }
  /** The handle can no longer be bought under. */
  | { readonly kind: "expired"; readonly error: BuyonceError }
  | { readonly kind: "unknown"; readonly error: BuyonceError };

/** The last look before money can move: throws where the lease or the deadline does not allow one more send. */
export function checkBeforeSend(drive: DriveContext, { executor, claim }: Task): void {
  drive.stop.checkTimeFor(executor.sendTimeout);
  drive.leases.check(claim);
}

/**
 * Sends a submission that is in the ledger, once, and classifies what comes back: bought, definitely not bought, or
 * unknown, which is everything else. Never throws: whatever is thrown below may have been thrown after a purchase.
 */
export async function sendOnce(
  drive: DriveContext,
  { executor, record }: Task,
  submission: Submission,
  { sentBefore }: { readonly sentBefore: boolean },
): Promise<Sent> {
  const { recIndex } = record;
  const token = maskToken(record.token);
  drive.emit({ type: "sending", recIndex, token, sentBefore });
  drive.noteSent();
  const sent = await send(executor, submission, sentBefore);
  const error = sent.kind === "bought" ? undefined : eventError(sent.error);
  drive.emit({ type: "sent", recIndex, token, result: sent.kind, ...(error ? { error } : {}) });
  return sent;
}

async function send(executor: ServiceExecutor, submission: Submission, sentBefore: boolean): Promise<Sent> {
  try {
    const commitment = await executor.doPurchase(submission, { sentBefore });
    return { kind: "bought", commitment };
  } catch (error) {
    if (PurchaseRejectedError.isInstance(error)) {
      return { kind: error.handleExpired ? "expired" : "rejected", error };
    }
    const unknown = PurchaseOutcomeUnknownError.isInstance(error)
      ? error
      : new PurchaseOutcomeUnknownError({
          message: `It was sent, and the answer could not be understood: ${messageOf(error)}.`,
          cause: error,
        });
    return { kind: "unknown", error: unknown };
  }
}
