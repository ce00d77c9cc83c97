import { messageOf, PurchaseOutcomeUnknownError } from "../contract/errors.ts";
import type { Recovery, Resolution, Submission } from "../contract/executor.ts";
import { maskToken } from "../contract/token.ts";
import { checkPrice } from "./check-price.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { findLate } from "./find-late.ts";
import { ask, bought, judge, judgeProven, type Resolved } from "./judge-submission.ts";
import { match } from "./match.ts";
import { outcomeError, overError } from "./outcome.ts";
import { checkBeforeSend, sendOnce } from "./send.ts";
import { verify } from "./verify.ts";

/** What is known when the search for an answer begins. */
export interface OpenSubmission {
  readonly submission: Submission;
  /** Why it is not known what became of it. */
  readonly reason: string;
  /** The provider's own words and code in its answer to the send, where there were any. */
  readonly said?: string | undefined;
  readonly providerCode?: string | undefined;
  /** Ids in the last answer that are not recorded yet: {@link Submission.evidence}. */
  readonly evidence?: readonly string[];
}

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
export async function resolveSubmission(drive: DriveContext, task: Task, open: OpenSubmission): Promise<Resolved> {
  const { recovery } = task.executor;
  const { recIndex, token } = task.record;
  let { submission, reason, said, providerCode } = open;
  const age = async () => (await drive.ledger.now()) - submission.submittedAt;
  /** An id in an answer is evidence of a purchase: once it is recorded, no driver sends while nobody has judged it. */
  const note = async (evidence: readonly string[] = []) => {
    if (evidence.length === 0) return;
    unrecorded = [...unrecorded, ...evidence];
    submission = await drive.ledger.evidence(task.claim, unrecorded);
    unrecorded = [];
  };
  let unrecorded: readonly string[] = [];
  let absent = 0;
  let resends = 0;
  try {
    await note(open.evidence);
    for (const wait of waits) {
      if (wait > 0) await drive.environment.sleep(wait, drive.stop.signal);
      drive.emit({ type: "reconciling", recIndex, token: maskToken(token), detail: reason });
      const resolution = judge(await ask(drive, task, submission), await age(), recovery);
      if (resolution.kind !== "absent" && resolution.kind !== "unclear") return resolution;
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
      const listed = await lookForMarker(drive, task, submission);
      if (listed?.kind === "unclear") {
        reason = listed.reason;
        continue;
      }
      if (listed !== undefined) return listed;
      const late = await findLate(drive, task);
      if (late?.commitment.standing === "ended") throw overError(late.commitment.id, late.commitment.state);
      if (late !== undefined) return bought(late.commitment, { passedBy: true });
      // The limit may have been lowered since this was quoted.
      checkPrice(submission.price, task.record.recommendation.maxPrice);
      checkBeforeSend(drive, task);
      drive.budget.take(token, submission.price);
      const sent = await sendOnce(drive, task, submission, { sentBefore: true });
      if (sent.kind === "bought") return judgeProven(sent.commitment, { resent: true });
      if (sent.kind === "expired" && (await age()) >= recovery.minimumAge) {
        return await proveDead(drive, task, submission, sent.error.message);
      }
      // A refusal of the second send says nothing about the first one.
      said = reason = sent.error.message;
      providerCode = outcomeError(sent.error).providerCode;
      if (PurchaseOutcomeUnknownError.isInstance(sent.error)) await note(sent.error.evidence);
    }
  } catch (error) {
    // The drive was stopped, or a look failed: nothing is known beyond the last reason.
    const note = `(${messageOf(error)})`;
    if (!reason.includes(note)) reason = `${reason} ${note}`;
  }
  return unresolved(reason, recovery, { said, providerCode, evidence: unrecorded });
}

/** What a listing made now shows under the token, while nothing is seen under the handle; undefined where it shows nothing. */
async function lookForMarker(
  drive: DriveContext,
  task: Task,
  submission: Submission,
): Promise<
  Exclude<Resolved, { readonly kind: "unresolved" }> | Extract<Resolution, { readonly kind: "unclear" }> | undefined
> {
  const { executor, record } = task;
  const listed = match(await drive.lookup.fresh(executor, submission.scope, record.token), record.token);
  if (listed === undefined) return undefined;
  await verify(drive, task, listed);
  const age = (await drive.ledger.now()) - submission.submittedAt;
  if (listed.standing === "ended") {
    // Bought and over before this was sent: it is never sent again, and what it bought may not show yet.
    const { message: reason } = overError(listed.id, listed.state);
    const isLate = age >= executor.recovery.minimumAge;
    return isLate ? proveDead(drive, task, submission, reason) : { kind: "unclear", reason };
  }
  // The listing may only be quicker than the look at the handle was.
  const own = judge(await ask(drive, task, submission), age, executor.recovery);
  return own.kind === "bought" && own.commitment.id === listed.id ? own : bought(listed, { passedBy: true });
}

function durationText(milliseconds: number): string {
  return milliseconds < 60_000 ? `${milliseconds / 1000} seconds` : `${milliseconds / 60_000} minutes`;
}

/** Begins what is recorded, and so what a later drive that learns nothing begins with. */
const notKnown = "The purchase was sent, and it is not known yet whether it was bought:";

function unresolved(
  reason: string,
  recovery: Recovery,
  { said, providerCode, evidence = [] }: Pick<OpenSubmission, "said" | "providerCode" | "evidence">,
): Resolved {
  // What the provider answered to the send stays, whatever later looks showed.
  const story = said === undefined || reason.includes(said) ? reason : `${said} Since then: ${reason}`;
  const patience = durationText(recovery.minimumAge);
  const advice =
    recovery.kind === "manual"
      ? `Drive again: it is adopted where it shows. If nothing shows ${patience} after it was sent, look at the provider and say what you found with \`buyonce resolve\`: it is never bought again by itself.`
      : `Nothing is taken for proof that it was not before ${patience} have passed. Drive again: it is looked up first and not bought blindly.`;
  return {
    kind: "unresolved",
    said,
    evidence,
    error: new PurchaseOutcomeUnknownError({
      message: reason.startsWith(notKnown) ? reason : `${notKnown} ${story} ${advice}`,
      retryAfter: recovery.minimumAge,
      providerCode,
    }),
  };
}

/**
 * The handle is said to be expired, or nothing was seen under it long enough: one more look at it has to agree. What a
 * fresh listing says about the token is asked before the next quote. Throws where it does not agree.
 */
async function proveDead(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  detail: string,
): Promise<Exclude<Resolved, { readonly kind: "unresolved" }>> {
  // Part of the proof, so before anything is recorded: a listing that shows what the ledger knows to be there.
  await drive.lookup.fresh(task.executor, task.record.scope, task.record.token);
  const age = (await drive.ledger.now()) - submission.submittedAt;
  const again = judge(await ask(drive, task, submission), age, task.executor.recovery);
  if (again.kind === "unclear") throw new Error(again.reason);
  return again.kind === "absent" ? { kind: "dead", failed: false, detail } : again;
}
