import { messageOf } from "../contract/errors.ts";
import type { SendResult } from "../contract/events.ts";
import type { ServiceExecutor, Submission } from "../contract/executor.ts";
import type { PurchaseAnswer } from "../contract/purchase-answer.ts";
import { maskToken } from "../contract/token.ts";
import { answerError } from "./answer-error.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { eventError } from "./emit.ts";

/**
 * The last look before money can move: throws where what is recorded is not where other drivers read it, and where the lease
 * or the deadline does not allow one more send.
 */
export async function checkBeforeSend(drive: DriveContext, { executor, claim }: Task): Promise<void> {
  await drive.ledger.checkPlace();
  // Last: these grow old while anything is waited for.
  drive.stop.checkTimeFor(executor.sendTimeout);
  drive.leases.check(claim);
}

/** Sends a submission that is in the ledger, once. Never throws: whatever is thrown below may have been thrown after a purchase. */
export async function sendOnce(
  drive: DriveContext,
  { executor, record }: Task,
  submission: Submission,
  { sentBefore }: { readonly sentBefore: boolean },
): Promise<PurchaseAnswer> {
  const { recIndex } = record;
  const token = maskToken(record.token);
  drive.emit({ type: "sending", recIndex, token, sentBefore });
  drive.noteSent();
  const answer = await send(executor, submission, sentBefore);
  const error = answer.kind === "bought" ? undefined : eventError(answerError(answer));
  drive.emit({ type: "sent", recIndex, token, result: resultOf(answer), ...(error ? { error } : {}) });
  return answer;
}

async function send(executor: ServiceExecutor, submission: Submission, sentBefore: boolean): Promise<PurchaseAnswer> {
  try {
    return await executor.send(submission, { sentBefore });
  } catch (cause) {
    return {
      kind: "unknown",
      reason: `It was sent, and the answer could not be understood: ${messageOf(cause)}.`,
      cause,
    };
  }
}

function resultOf(answer: PurchaseAnswer): SendResult {
  return answer.kind === "rejected" && answer.expired ? "expired" : answer.kind;
}
