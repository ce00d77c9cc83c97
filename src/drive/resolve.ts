import type { Commitment } from "../spec/commitment.ts";
import { messageOf, PurchaseOutcomeUnknownError } from "../spec/errors.ts";
import type { Recovery, Resolution, Submission } from "../spec/executor.ts";
import { maskToken } from "../spec/token.ts";
import { checkPrice } from "./check-price.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { match } from "./match.ts";
import { checkBeforeSend, sendOnce } from "./send.ts";
import { verify } from "./verify.ts";

/** What is known about a submission in the end. */
export type Resolved =
  /** `resent` says that it was this drive's second send of the handle that bought it. */
  | { readonly kind: "bought"; readonly commitment: Commitment; readonly resent: boolean }
  /** Proven to have bought nothing; `failed` when its handle was used up by a purchase that came to nothing. */
  | { readonly kind: "dead"; readonly failed: boolean; readonly detail: string }
  | { readonly kind: "unresolved"; readonly error: PurchaseOutcomeUnknownError };

/** Milliseconds before each look at the provider: growing, and after the last one the outcome stays unresolved. */
const waits = [0, 1000, 2000, 4000, 8000, 15_000];

/** Empty answers before the same handle is sent again: one proves nothing. */
const answersBeforeResend = 2;

/** How often the same handle is sent again within one drive. */
const maxResends = 2;

/**
 * Finds out what became of a submission whose outcome nobody knows. It asks the provider about the handle; sends the
 * same handle again where the provider refuses a second purchase under it; and calls it dead only on proof.
 * Never throws: what cannot be found out is `unresolved`.
 */
export async function resolveSubmission(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  firstReason: string,
): Promise<Resolved> {
  const { recovery } = task.executor;
  const { recIndex, token } = task.record;
  const age = async () => (await drive.ledger.now()) - submission.submittedAt;
  let reason = firstReason;
  let absent = 0;
  let resends = 0;
  try {
    for (const wait of waits) {
      if (wait > 0) await drive.environment.sleep(wait, drive.stop.signal);
      drive.emit({ type: "reconciling", recIndex, token: maskToken(token), detail: reason });
      const resolution = await ask(drive, task, submission);
      if (resolution.kind === "found") return judge(resolution.commitment);
      reason = resolution.reason;
      if (resolution.kind === "unclear") {
        absent = 0;
        continue;
      }

      if (recovery.kind === "absence") {
        // An answer that came too early says nothing: the provider may show a purchase minutes later.
        absent = (await age()) >= recovery.minimumAge ? absent + 1 : 0;
        if (absent >= recovery.answers) return await proveDead(drive, task, submission, reason);
        continue;
      }

      // Nothing proves that it was not bought: that is for a person to say.
      if (recovery.kind === "manual") continue;

      absent += 1;
      if (absent < answersBeforeResend || resends >= maxResends) continue;
      resends += 1;
      // Looks again before every further attempt: an engine without this ledger may have bought for the token.
      const listed = match(await drive.lookup.fresh(task.executor, submission.scope, token), token);
      if (listed !== undefined) {
        await verify(drive, task, listed);
        return judge(listed);
      }
      // The limit may have been lowered since this was quoted.
      checkPrice(submission.price, task.record.recommendation.maxPrice);
      checkBeforeSend(drive, task);
      drive.budget.take(token, submission.price);
      const sent = await sendOnce(drive, task, submission, { sentBefore: true });
      if (sent.kind === "bought") return judge(sent.commitment, { resent: true });
      if (sent.kind === "expired" && (await age()) >= recovery.minimumAge) {
        return await proveDead(drive, task, submission, sent.error.message);
      }
      // A refusal of the second send says nothing about the first one.
      reason = sent.error.message;
    }
  } catch (error) {
    // The drive was stopped, or a look failed: nothing is known beyond the last reason.
    const note = `(${messageOf(error)})`;
    if (!reason.includes(note)) reason = `${reason} ${note}`;
  }
  return unresolved(reason, recovery);
}

async function ask(drive: DriveContext, { executor, record }: Task, submission: Submission): Promise<Resolution> {
  const owned = await drive.ledger.ownedByOthers(submission.scope.key, record.token);
  try {
    return await executor.resolve(submission, { signal: drive.stop.signal, owned });
  } catch (error) {
    drive.stop.check();
    return { kind: "unclear", reason: messageOf(error) };
  }
}

function judge(commitment: Commitment, { resent } = { resent: false }): Resolved {
  if (commitment.standing === "failed") {
    return { kind: "dead", failed: true, detail: `${commitment.id} is ${commitment.state}: nothing was bought` };
  }
  return { kind: "bought", commitment, resent };
}

/** Begins what is recorded, and so what a later drive that learns nothing begins with. */
const notKnown = "The purchase was sent, and it is not known yet whether it was bought:";

function unresolved(reason: string, recovery: Recovery): Resolved {
  const minutes = recovery.minimumAge / 60_000;
  const advice =
    recovery.kind === "manual"
      ? `Drive again: it is adopted where it shows. If nothing shows ${minutes} minutes after it was sent, look at the provider and say what you found with \`buyonce resolve\`: it is never bought again by itself.`
      : `Nothing is taken for proof that it was not before ${minutes} minutes have passed. Drive again: it is looked up first and not bought blindly.`;
  return {
    kind: "unresolved",
    error: new PurchaseOutcomeUnknownError({
      message: reason.startsWith(notKnown) ? reason : `${notKnown} ${reason} ${advice}`,
      retryAfter: recovery.minimumAge,
    }),
  };
}

/**
 * The handle is said to be expired, or nothing was seen under it long enough: one more look at it has to agree. What a
 * fresh listing says about the token is asked before the next quote.
 */
async function proveDead(drive: DriveContext, task: Task, submission: Submission, detail: string): Promise<Resolved> {
  // Part of the proof, so before anything is recorded: a listing that shows what the ledger knows to be there.
  await drive.lookup.fresh(task.executor, task.record.scope, task.record.token);
  const again = await ask(drive, task, submission);
  if (again.kind === "found") return judge(again.commitment);
  return again.kind === "absent"
    ? { kind: "dead", failed: false, detail }
    : unresolved(again.reason, task.executor.recovery);
}
