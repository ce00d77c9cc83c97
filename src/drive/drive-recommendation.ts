import { type Commitment, idsOf } from "../contract/commitment.ts";
import { BuyonceError, messageOf, RefusedError } from "../contract/errors.ts";
import type { Submission } from "../contract/executor.ts";
import type { DeathProof, TokenRecord } from "../contract/ledger.ts";
import type { PurchaseAnswer } from "../contract/purchase-answer.ts";
import type { Outcome } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import { getQuote } from "./get-quote.ts";
import { answerError } from "./answer-error.ts";
import { checkPrice } from "./check-price.ts";
import { compareFound } from "./compare.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { recheckPurchase } from "./recheck-purchase.ts";
import { match } from "./match.ts";
import { findLate } from "./find-late.ts";
import { errorOutcome, outcomeError, overError, refused, rejected, unresolved } from "./outcome.ts";
import { ask, judge } from "./judge-submission.ts";
import { type OpenSubmission, reconcileSubmission } from "./reconcile.ts";
import { checkBeforeSend, sendOnce } from "./send.ts";
import { recordPurchase } from "./record-purchase.ts";
import { writeAhead } from "./write-ahead.ts";

/** New quotes within one drive: each needs proof that nothing was bought under the one before. */
const maxQuotes = 3;

/**
 * Drives one recommendation that this driver holds the claim for, from what an earlier driver left to an outcome.
 * Never throws, except a LedgerError of a ledger that fails before anything was sent for it.
 */
export async function driveRecommendation(drive: DriveContext, task: Task): Promise<Outcome> {
  const { record } = task;
  if (record.state === "purchased") {
    const seen = await recheckPurchase(drive, task);
    return seen.kind === "done" ? seen.outcome : buy(drive, { ...task, record: seen.record }, { fresh: true });
  }
  if (record.submission === undefined) return buy(drive, task);

  // An earlier driver wrote this ahead: it may have been sent. The right to drive is not the right to buy again.
  const { submission, error } = record;
  const reason = error?.message ?? "An earlier driver ended before it recorded what became of this purchase.";
  const open = { submission, reason, said: error?.said, providerCode: error?.providerCode };
  return reconcile(drive, task, open, { isOwn: false, quotesLeft: maxQuotes });
}

/** Look up, match, quote, write ahead, send: until it is bought, refused, rejected or unresolved. */
async function buy(
  drive: DriveContext,
  task: Task,
  { fresh = false, quotesLeft = maxQuotes }: { readonly fresh?: boolean; readonly quotesLeft?: number } = {},
): Promise<Outcome> {
  const { executor, record } = task;
  const { recommendation, recIndex, token, scope } = record;
  const masked = maskToken(token);
  let submission: Submission;
  try {
    drive.stop.check();
    const listing = fresh
      ? await drive.lookup.fresh(executor, scope, token)
      : await drive.lookup.listing(executor, scope);
    const listed = match(listing, token);
    if (listed !== undefined) {
      const { commitment: found } = listed;
      drive.emit({ type: "adopting", recIndex, token: masked, commitmentId: found.id });
      await compareFound(executor, record, listed, drive.stop);
      if (found.standing === "ended") return await over(drive, task, found);
      return await recordPurchase(drive, task, { commitment: found, status: "already-purchased" });
    }

    if (quotesLeft === 0) throw tooManyQuotes();
    const { quote, marker } = await getQuote(drive, task);
    checkPrice(quote.price, recommendation.maxPrice);
    // After the quote: what it shows as there before is nobody's to find afterwards.
    const late = await findLate(drive, task);
    if (late?.commitment.standing === "ended") return await over(drive, task, late.commitment);
    if (late !== undefined) return await recordPurchase(drive, task, { ...late, status: "already-purchased" });
    drive.stop.checkTimeFor(executor.sendTimeout);
    drive.budget.take(token, quote.price);
    submission = await writeAhead(drive, task, marker, quote);
  } catch (error) {
    drive.budget.giveBack(token);
    return refused(drive, task, error);
  }

  try {
    checkBeforeSend(drive, task);
  } catch (error) {
    return withdraw(drive, task, error);
  }
  return judgeSent(drive, task, submission, quotesLeft - 1);
}

/** Sends what is written ahead, and goes on from the answer. */
async function judgeSent(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  quotesLeft: number,
): Promise<Outcome> {
  const { recIndex, token } = task.record;
  const answer = await sendOnce(drive, task, submission, { sentBefore: false });
  if (answer.kind === "bought") {
    const { commitment } = answer;
    if (commitment.standing === "failed") return rejectFailed(drive, task, commitment);
    if (commitment.standing === "ended") return over(drive, task, commitment, submission);
    return recordPurchase(drive, task, { commitment, submission, status: "purchased" });
  }
  const error = answerError(answer);
  // "Expired" proves nothing so soon: a hop that repeats a request gets it for one that was carried out.
  if (answer.kind === "rejected" && !answer.expired) {
    const shown = await lookAfterRefusal(drive, task, submission, answer);
    if (shown === "nothing") drive.budget.giveBack(token);
    if (shown !== "bought") return rejected(drive, task, error, { unseen: shown === "unseen" });
  }
  drive.emit({ type: "outcome-unknown", recIndex, token: maskToken(token), detail: error.message });
  const open: OpenSubmission = {
    submission,
    reason: error.message,
    said: error.message,
    providerCode: error.providerCode,
    evidence: answer.kind === "unknown" ? answer.evidence : undefined,
    exists: answer.kind === "exists" ? answer : undefined,
  };
  // What exists may have been bought by anybody, also by a repetition of this send on its way: its price is not given back.
  return reconcile(drive, task, open, { isOwn: answer.kind !== "exists", quotesLeft });
}

/**
 * What the provider shows under a handle whose first send it refused: a request that was repeated on its way may be carried
 * out and refused. Where there is no handle, or nothing left this machine, there is nothing to ask. Unseen, the provider's
 * answer stands, and a later drive looks before it sends.
 */
async function lookAfterRefusal(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  { left }: PurchaseAnswer & { readonly kind: "rejected" },
): Promise<"bought" | "nothing" | "unseen"> {
  const { executor } = task;
  if (executor.recovery.kind !== "resend" || !left) return "nothing";
  try {
    const shown = judge(await ask(drive, task, submission), submission, 0, executor);
    if (shown.kind === "unclear" || shown.kind === "other") return "unseen";
    return shown.kind === "bought" || shown.kind === "over" ? "bought" : "nothing";
  } catch {
    // Stopped, or the ledger failed.
    return "unseen";
  }
}

/** Finds out what became of a submission, and goes on from there. */
async function reconcile(
  drive: DriveContext,
  task: Task,
  open: OpenSubmission,
  from: { readonly isOwn: boolean; readonly quotesLeft: number },
): Promise<Outcome> {
  const { submission } = open;
  const resolved = await reconcileSubmission(drive, task, open);
  const { recIndex, token } = task.record;
  const result = {
    bought: "bought",
    over: "bought",
    dead: "dead",
    rejected: "dead",
    unresolved: "unresolved",
  } as const;
  drive.emit({ type: "reconciled", recIndex, token: maskToken(token), result: result[resolved.kind] });
  switch (resolved.kind) {
    case "bought": {
      const { commitment, passedBy, resent } = resolved;
      const status = !passedBy && (from.isOwn || resent) ? "purchased" : "already-purchased";
      return recordPurchase(drive, task, { commitment, submission, status, passedBy });
    }
    case "over":
      return over(drive, task, resolved.commitment, submission);
    case "dead":
      return startAnew(drive, task, resolved, from.quotesLeft);
    case "rejected":
      drive.budget.giveBack(token);
      return rejected(drive, task, resolved.error);
    case "unresolved":
      return unresolved(drive, task, resolved.error, { ...resolved, submission });
  }
}

/** Bought for it, and over: recorded as bought, so that it is never bought again, and said as it is. */
async function over(
  drive: DriveContext,
  task: Task,
  commitment: Commitment,
  submission?: Submission,
): Promise<Outcome> {
  const { id, state } = commitment;
  const said = outcomeError(overError(id, state));
  try {
    await drive.ledger.purchase(
      task.claim,
      // A marker that is missing on what is over is nothing to wait for, and must not keep its lane occupied.
      {
        ...commitment,
        settled: true,
        marked: commitment.marked || "waived",
        price: commitment.price ?? submission?.price,
      },
      { over: said },
    );
    drive.leases.drop(task.claim);
  } catch (error) {
    return submission === undefined ? refused(drive, task, error) : unresolved(drive, task, error, { submission });
  }
  return errorOutcome(task.record, "rejected", overError(id, state));
}

/** The submission is proven dead: records that, and buys from the start, with a listing made now. */
async function startAnew(
  drive: DriveContext,
  task: Task,
  { failed, failedAs, detail }: DeathProof,
  quotesLeft: number,
): Promise<Outcome> {
  let record: TokenRecord;
  try {
    record = await drive.ledger.dead(task.claim, { failed, failedAs, detail });
  } catch (error) {
    return unresolved(drive, task, error);
  }
  return buy(drive, { ...task, record }, { fresh: true, quotesLeft });
}

/** Written ahead, but not sent. */
async function withdraw(drive: DriveContext, task: Task, cause: unknown): Promise<Outcome> {
  drive.budget.giveBack(task.record.token);
  try {
    await drive.ledger.dead(task.claim, { failed: false, sent: false, detail: `not sent: ${messageOf(cause)}` });
  } catch (error) {
    return unresolved(drive, task, error);
  }
  return refused(drive, task, cause);
}

/** The provider took the purchase and said at once that it came to nothing: its handle is used up. */
async function rejectFailed(drive: DriveContext, task: Task, commitment: Commitment): Promise<Outcome> {
  const { id, state } = commitment;
  const error = new BuyonceError({
    code: "purchase-rejected",
    providerCode: state,
    message: `The provider took the purchase and ended it as ${state} (${id}): nothing was bought. Look up why at the provider, then drive again.`,
  });
  drive.budget.giveBack(task.record.token);
  try {
    await drive.ledger.dead(task.claim, { failed: true, failedAs: idsOf(commitment), detail: `${id} ${state}` });
  } catch (cause) {
    return unresolved(drive, task, cause);
  }
  return rejected(drive, task, error);
}

function tooManyQuotes(): RefusedError {
  return new RefusedError({
    code: "quote-failed",
    message: `The provider let ${maxQuotes} quotes in a row expire. Nothing was bought. Drive again later.`,
    retryable: true,
  });
}
