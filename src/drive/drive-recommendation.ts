import { type Commitment, idsOf } from "../contract/commitment.ts";
import {
  type BuyonceError,
  messageOf,
  PurchaseOutcomeUnknownError,
  PurchaseRejectedError,
  RefusedError,
} from "../contract/errors.ts";
import type { Submission } from "../contract/executor.ts";
import type { DeathProof, TokenRecord } from "../contract/ledger.ts";
import type { Outcome } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import { askForPrice } from "./get-quote.ts";
import { checkPrice } from "./check-price.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { lookAtPurchase } from "./recheck-purchase.ts";
import { match } from "./match.ts";
import { findLate } from "./find-late.ts";
import { errorOutcome, outcomeError, overError, refused, rejected, unresolved } from "./outcome.ts";
import { ask } from "./judge-submission.ts";
import { type OpenSubmission, resolveSubmission } from "./reconcile.ts";
import { checkBeforeSend, sendOnce } from "./send.ts";
import { settle } from "./record-purchase.ts";
import { verify } from "./verify.ts";
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
    const seen = await lookAtPurchase(drive, task);
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
    const found = match(listing, token);
    if (found !== undefined) {
      drive.emit({ type: "adopting", recIndex, token: masked, commitmentId: found.id });
      await verify(drive, task, found);
      if (found.standing === "ended") return await over(drive, task, found);
      return await settle(drive, task, { commitment: found, status: "already-purchased" });
    }

    if (quotesLeft === 0) throw tooManyQuotes();
    const { quote, marker } = await askForPrice(drive, task);
    checkPrice(quote.price, recommendation.maxPrice);
    // After the quote: what it shows as there before is nobody's to find afterwards.
    const late = await findLate(drive, task);
    if (late?.commitment.standing === "ended") return await over(drive, task, late.commitment);
    if (late !== undefined) return await settle(drive, task, { ...late, status: "already-purchased" });
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
  const sent = await sendOnce(drive, task, submission, { sentBefore: false });
  if (sent.kind === "bought") {
    const { commitment } = sent;
    if (commitment.standing === "failed") return rejectFailed(drive, task, commitment);
    if (commitment.standing === "ended") return over(drive, task, commitment, submission);
    return settle(drive, task, { commitment, submission, status: "purchased" });
  }
  if (sent.kind === "rejected") {
    const shown = await lookAfterRefusal(drive, task, submission, sent.error);
    if (shown === "nothing") drive.budget.giveBack(token);
    if (shown !== "bought") return rejected(drive, task, sent.error, { unseen: shown === "unseen" });
  }
  // "Expired" proves nothing so soon: a hop that repeats a request gets it for one that was carried out.
  const { error } = sent;
  drive.emit({ type: "outcome-unknown", recIndex, token: maskToken(token), detail: error.message });
  const open: OpenSubmission = {
    submission,
    reason: error.message,
    said: error.message,
    providerCode: outcomeError(error).providerCode,
    evidence: PurchaseOutcomeUnknownError.isInstance(error) ? error.evidence : [],
  };
  return reconcile(drive, task, open, { isOwn: true, quotesLeft });
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
  error: BuyonceError,
): Promise<"bought" | "nothing" | "unseen"> {
  if (task.executor.recovery.kind !== "resend") return "nothing";
  if (PurchaseRejectedError.isInstance(error) && !error.left) return "nothing";
  try {
    const shown = await ask(drive, task, submission);
    if (shown.kind === "unclear") return "unseen";
    return shown.kind === "found" && shown.commitment.standing !== "failed" ? "bought" : "nothing";
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
  const resolved = await resolveSubmission(drive, task, open);
  const { recIndex, token } = task.record;
  const result = resolved.kind === "over" ? "bought" : resolved.kind;
  drive.emit({ type: "reconciled", recIndex, token: maskToken(token), result });
  switch (resolved.kind) {
    case "bought": {
      const { commitment, passedBy, resent } = resolved;
      const status = !passedBy && (from.isOwn || resent) ? "purchased" : "already-purchased";
      return settle(drive, task, { commitment, submission, status, passedBy });
    }
    case "over":
      return over(drive, task, resolved.commitment, submission);
    case "dead":
      return startAnew(drive, task, resolved, from.quotesLeft);
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
      { ...commitment, settled: true, marked: true, price: commitment.price ?? submission?.price },
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
  const error = new PurchaseRejectedError({
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
