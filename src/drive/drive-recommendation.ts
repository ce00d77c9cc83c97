import type { Commitment } from "../spec/commitment.ts";
import { messageOf, PurchaseRejectedError, RefusedError } from "../spec/errors.ts";
import type { Submission } from "../spec/executor.ts";
import type { TokenRecord } from "../spec/ledger.ts";
import type { Outcome } from "../spec/report.ts";
import { maskToken } from "../spec/token.ts";
import { askForPrice } from "./ask-for-price.ts";
import { checkPrice } from "./check-price.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { lookAtPurchase } from "./look-at-purchase.ts";
import { match } from "./match.ts";
import { refused, rejected, unresolved } from "./outcome.ts";
import { resolveSubmission } from "./resolve.ts";
import { checkBeforeSend, sendOnce } from "./send.ts";
import { settle } from "./settle.ts";
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
  return reconcile(drive, task, record.submission, {
    reason: record.error?.message ?? "An earlier driver ended before it recorded what became of this purchase.",
    isOwn: false,
    quotesLeft: maxQuotes,
  });
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
      return await settle(drive, task, { commitment: found, status: "already-purchased" });
    }

    if (quotesLeft === 0) throw tooManyQuotes();
    const { quote, marker } = await askForPrice(drive, task);
    checkPrice(quote.price, recommendation.maxPrice);
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
  const sent = await sendOnce(drive, task, submission, { sentBefore: false });
  switch (sent.kind) {
    case "bought":
      if (sent.commitment.standing === "failed") return rejectFailed(drive, task, sent.commitment);
      return settle(drive, task, { commitment: sent.commitment, submission, status: "purchased" });
    case "rejected":
      drive.budget.giveBack(token);
      return rejected(drive, task, sent.error);
    case "expired":
      return startAnew(drive, task, { failed: false, detail: sent.error.message }, quotesLeft - 1);
    case "unknown":
      drive.emit({ type: "outcome-unknown", recIndex, token: masked, detail: sent.error.message });
      return reconcile(drive, task, submission, {
        reason: sent.error.message,
        isOwn: true,
        quotesLeft: quotesLeft - 1,
      });
  }
}

/** Finds out what became of a submission, and goes on from there. */
async function reconcile(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  from: { readonly reason: string; readonly isOwn: boolean; readonly quotesLeft: number },
): Promise<Outcome> {
  const resolved = await resolveSubmission(drive, task, submission, from.reason);
  const { recIndex, token } = task.record;
  drive.emit({ type: "reconciled", recIndex, token: maskToken(token), result: resolved.kind });
  switch (resolved.kind) {
    case "bought": {
      const status = from.isOwn || resolved.resent ? "purchased" : "already-purchased";
      return settle(drive, task, { commitment: resolved.commitment, submission, status });
    }
    case "dead":
      return startAnew(drive, task, resolved, from.quotesLeft);
    case "unresolved":
      return unresolved(drive, task, resolved.error);
  }
}

/** The submission is proven dead: records that, and buys from the start, with a listing made now. */
async function startAnew(
  drive: DriveContext,
  task: Task,
  proof: { readonly failed: boolean; readonly detail: string },
  quotesLeft: number,
): Promise<Outcome> {
  let record: TokenRecord;
  try {
    record = await drive.ledger.dead(task.claim, { failed: proof.failed, detail: proof.detail });
  } catch (error) {
    return unresolved(drive, task, error);
  }
  return buy(drive, { ...task, record }, { fresh: true, quotesLeft });
}

/** Written ahead, but not sent. */
async function withdraw(drive: DriveContext, task: Task, cause: unknown): Promise<Outcome> {
  drive.budget.giveBack(task.record.token);
  try {
    await drive.ledger.dead(task.claim, { failed: false, detail: `not sent: ${messageOf(cause)}` });
  } catch (error) {
    return unresolved(drive, task, error);
  }
  return refused(drive, task, cause);
}

/** The provider took the purchase and said at once that it came to nothing: its handle is used up. */
async function rejectFailed(drive: DriveContext, task: Task, { id, state }: Commitment): Promise<Outcome> {
  const error = new PurchaseRejectedError({
    providerCode: state,
    message: `The provider took the purchase and ended it as ${state} (${id}): nothing was bought. Look up why at the provider, then drive again.`,
  });
  drive.budget.giveBack(task.record.token);
  try {
    await drive.ledger.dead(task.claim, { failed: true, detail: `${id} ${state}` });
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
