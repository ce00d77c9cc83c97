import type { Commitment } from "../contract/commitment.ts";
import { BuyonceError, RefusedError } from "../contract/errors.ts";
import { handleKindOf, type Submission } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { PurchaseAnswer } from "../contract/purchase-answer.ts";
import type { Outcome } from "../contract/report.ts";
import { type Forbidden, forbiddenError } from "../contract/terms.ts";
import { maskToken } from "../contract/token.ts";
import { answerError, throttledFor } from "./answer-error.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import type { Bought, Ending } from "./ending.ts";
import { findLate, findUnproven, type Late, provenBeside } from "./find-late.ts";
import { findListed } from "./find-listed.ts";
import { checkPrice, type Quoted } from "./get-quote.ts";
import { ask, judge, lookAtFailed } from "./judge-submission.ts";
import { recheckPurchase } from "./recheck-purchase.ts";
import { type OpenSubmission, reconcileSubmission } from "./reconcile.ts";
import { recordDeath, recordEnding, writeAhead } from "./record.ts";
import { checkBeforeSend, sendOnce } from "./send.ts";

/** New quotes within one drive: each needs proof that nothing was bought under the one before. */
const maxQuotes = 3;

/** How often something is looked for and priced, at most, because the look or the price has grown old before it was sent. */
const maxRounds = 3;

/** What was sent is proven to have bought nothing: it is bought from the start, with a listing made now. */
interface Anew {
  readonly kind: "anew";
  readonly record: TokenRecord;
  readonly quotesLeft: number;
}

/**
 * Drives one recommendation that this driver holds the claim for, from what an earlier driver left to an outcome.
 * Never throws, except a LedgerError of a ledger that fails before anything was sent for it.
 */
export async function driveRecommendation(drive: DriveContext, task: Task): Promise<Outcome> {
  let current = task;
  let step = await begin(drive, task);
  while (step.kind === "anew") {
    const { record, quotesLeft } = step;
    current = { ...task, record };
    if (task.forbidden !== undefined) return recordEnding(drive, current, refusedBy(task.forbidden));
    step = await buy(drive, current, { fresh: true, quotesLeft });
  }
  return recordEnding(drive, current, step);
}

/** It is proven to be bought by nobody, and nothing may be sent for it. */
function refusedBy(forbidden: Forbidden): Ending {
  return { kind: "refused", error: forbiddenError(forbidden) };
}

/** Nothing may be sent for it. What the provider refused while nobody could look is looked for, and stays so where nobody can now. */
async function lookOnly(drive: DriveContext, task: Task, forbidden: Forbidden): Promise<Ending> {
  const shown = await findUnproven(drive, task);
  if (shown === undefined) return refusedBy(forbidden);
  return shown.kind === "found" ? adoptedLate(shown) : { kind: "rejected", error: shown.error, unseen: true };
}

/** Goes on from what the ledger knows. The right to drive is not the right to buy again. */
async function begin(drive: DriveContext, task: Task): Promise<Ending | Anew> {
  const { record } = task;
  if (record.state === "purchased") {
    const seen = await recheckPurchase(drive, task);
    return seen.kind === "failed" ? { kind: "anew", record: seen.record, quotesLeft: maxQuotes } : seen;
  }
  if (record.submission === undefined) {
    if (task.forbidden !== undefined) return lookOnly(drive, task, task.forbidden);
    return buy(drive, task, { fresh: false, quotesLeft: maxQuotes });
  }
  // An earlier driver wrote this ahead: it may have been sent.
  const { submission, error } = record;
  const reason = error?.message ?? "An earlier driver ended before it recorded what became of this purchase.";
  const open = { submission, reason, said: error?.said, providerCode: error?.providerCode };
  return reconcile(drive, task, open, { isOwn: false, quotesLeft: maxQuotes });
}

/** Looks it up, adopts what is there; else asks for the price, writes ahead and sends. */
async function buy(
  drive: DriveContext,
  task: Task,
  { fresh, quotesLeft }: { readonly fresh: boolean; readonly quotesLeft: number },
): Promise<Ending | Anew> {
  const { token } = task.record;
  let isLookedFor = false;
  let submission: Submission;
  try {
    let quoted: Quoted | undefined;
    let isYoung = false;
    for (let rounds = 0; quoted === undefined || !isYoung; rounds += 1) {
      drive.stop.check();
      const { listed, listing } = await findListed(drive, task, fresh);
      if (listed !== undefined) {
        return adopted(listed.commitment, { proves: await provenBeside(drive, task, listed.commitment) });
      }
      if (quotesLeft === 0) throw tooManyQuotes();
      if (rounds === maxRounds) throw tooSlow();
      if (quoted === undefined || drive.quotes.isOld(quoted)) quoted = await drive.quotes.forPurchase(drive, task);
      checkPrice(quoted.quote.price, task.record.recommendation.maxPrice);
      // After the quote: what it shows as there before is nobody's to find afterwards.
      isLookedFor = true;
      const late = await findLate(drive, task);
      if (late !== undefined) return adoptedLate(late);
      // Each of these may have waited for an hour: what was seen before, or the price, is not what it was then.
      isYoung = !drive.lookup.isOld(listing) && !drive.quotes.isOld(quoted);
    }
    const { quote, marker } = quoted;
    drive.stop.checkTimeFor(task.executor.sendTimeout);
    drive.budget.take(token, quote.price);
    submission = await writeAhead(drive, task, marker, quote);
  } catch (error) {
    drive.budget.giveBack(token);
    // A guard stopped it before anybody looked for what earlier sends may have bought.
    const shown = isLookedFor ? undefined : await findUnproven(drive, task);
    return shown?.kind === "found" ? adoptedLate(shown) : { kind: "refused", error };
  }
  try {
    await checkBeforeSend(drive, task);
  } catch (error) {
    drive.budget.giveBack(token);
    return { kind: "not-sent", error };
  }
  return send(drive, task, submission, quotesLeft - 1);
}

function adopted(commitment: Commitment, how: Pick<Bought, "guessedIn" | "proves"> = {}): Ending {
  if (commitment.standing === "ended") return { kind: "over", commitment, proves: how.proves };
  return { kind: "bought", commitment, status: "already-purchased", ...how };
}

function adoptedLate({ commitment, guessedIn, attempt }: Late): Ending {
  return adopted(commitment, { guessedIn, proves: [attempt] });
}

/** Sends what is written ahead, and goes on from the answer. */
async function send(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  quotesLeft: number,
): Promise<Ending | Anew> {
  const { recIndex, token } = task.record;
  const answer = await sendOnce(drive, task, submission, { sentBefore: false });
  if (answer.kind === "bought") return afterPurchase(drive, task, submission, answer.commitment, quotesLeft);
  const error = answerError(answer);
  // "Expired" proves nothing so soon: a hop that repeats a request gets it for one that was carried out.
  if (answer.kind === "rejected" && !answer.expired) {
    const shown = await lookAfterRefusal(drive, task, submission, answer);
    if (shown === "nothing") drive.budget.giveBack(token);
    // Only where the next quote has the same handle: what a hop carried out after all is then not bought again.
    const isSafe = handleKindOf(task.executor, submission) === "derived" && quotesLeft > 0;
    const wait = shown === "nothing" && isSafe ? throttledFor(answer) : undefined;
    const anew = wait === undefined ? undefined : await beginLater(drive, task, { wait, error, quotesLeft });
    if (anew !== undefined) return anew;
    if (shown !== "bought") return { kind: "rejected", error, unseen: shown === "unseen" };
  }
  drive.emit({ type: "outcome-unknown", recIndex, token: maskToken(token), detail: error.message });
  const open: OpenSubmission = {
    submission,
    reason: error.message,
    said: error.message,
    providerCode: error.providerCode,
    evidence: answer.kind === "unknown" ? answer.evidence : undefined,
    throttledFor: throttledFor(answer),
    exists: answer.kind === "exists" ? answer : undefined,
  };
  // What exists may have been bought by anybody, also by a repetition of this send on its way: its price is not given back.
  return reconcile(drive, task, open, { isOwn: answer.kind !== "exists", quotesLeft });
}

/**
 * Milliseconds before what was refused for too many requests is begun anew, at least: by the quotes that are left. Limits are filled
 * up within seconds, or count by the minute.
 */
const throttledPauses = [0, 60_000, 5_000];

/**
 * The provider refused to be asked so much, and bought nothing: it is begun anew when that is over, with a new price and under the
 * handle that it has, which is made of the token. Undefined where the drive is stopped before: the refusal stands.
 */
async function beginLater(
  drive: DriveContext,
  task: Task,
  { wait, error, quotesLeft }: { readonly wait: number; readonly error: BuyonceError; readonly quotesLeft: number },
): Promise<Anew | undefined> {
  const { recIndex, token } = task.record;
  const pause = Math.max(wait, throttledPauses[quotesLeft] ?? 0);
  drive.emit({ type: "waiting-for-provider", recIndex, token: maskToken(token), wait: pause });
  try {
    await drive.environment.sleep(pause, drive.stop.signal);
    const record = await recordDeath(drive, task, { failed: false, detail: error.message });
    return { kind: "anew", record, quotesLeft };
  } catch {
    // Stopped, or the ledger failed: what is written next says so.
    return undefined;
  }
}

/** What an answer shows as bought, by its standing. That it came to nothing is believed after a second look at it. */
async function afterPurchase(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  commitment: Commitment,
  quotesLeft: number,
): Promise<Ending | Anew> {
  const { id, state, standing } = commitment;
  if (standing === "ended") return { kind: "over", commitment, submission };
  if (standing !== "failed") {
    return { kind: "bought", commitment, submission, status: statusOf(commitment, submission, true) };
  }
  if ((await lookAtFailed(drive, task, submission, commitment)) !== "maybe-bought") {
    drive.budget.giveBack(task.record.token);
    return { kind: "came-to-nothing", commitment, error: failedError(id, state) };
  }
  const reason = `The provider answered that it took the purchase and ended it as ${state} (${id}).`;
  return reconcile(drive, task, { submission, reason, said: reason, providerCode: state }, { isOwn: true, quotesLeft });
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
    const shown = judge(await ask(drive, task, submission), submission, executor);
    if (shown.kind === "other" || (shown.kind === "unclear" && shown.isShown !== true)) return "unseen";
    return shown.kind === "unclear" || shown.kind === "bought" || shown.kind === "over" ? "bought" : "nothing";
  } catch {
    // Stopped, or the ledger failed.
    return "unseen";
  }
}

const reconciledResults = {
  bought: "bought",
  over: "bought",
  dead: "dead",
  rejected: "dead",
  unresolved: "unresolved",
} as const;

/** Finds out what became of a submission, and goes on from there. */
async function reconcile(
  drive: DriveContext,
  task: Task,
  open: OpenSubmission,
  { isOwn, quotesLeft }: { readonly isOwn: boolean; readonly quotesLeft: number },
): Promise<Ending | Anew> {
  const { submission } = open;
  const resolved = await reconcileSubmission(drive, task, open);
  const { recIndex, token } = task.record;
  const result = reconciledResults[resolved.kind];
  drive.emit({ type: "reconciled", recIndex, token: maskToken(token), result });
  switch (resolved.kind) {
    case "bought": {
      const { commitment, passedBy, resent, proves } = resolved;
      const status = statusOf(commitment, submission, !passedBy && (isOwn || resent));
      return { kind: "bought", commitment, submission, status, passedBy, proves };
    }
    case "over":
      return { kind: "over", commitment: resolved.commitment, submission };
    case "dead":
      try {
        const { failed, failedAs, detail } = resolved;
        const record = await recordDeath(drive, task, { failed, failedAs, detail });
        return { kind: "anew", record, quotesLeft };
      } catch (error) {
        return { kind: "unresolved", error };
      }
    case "rejected":
      drive.budget.giveBack(token);
      return { kind: "rejected", error: resolved.error };
    case "unresolved": {
      const { error, said, evidence } = resolved;
      return { kind: "unresolved", error, said, evidence, submission };
    }
  }
}

/** Milliseconds by which the provider's clock may differ from the ledger's. */
const clockTolerance = 300_000;

/** Whether this drive bought it: not what is older than its send, whatever the answer to that was. */
function statusOf(
  { purchasedAt }: Commitment,
  { submittedAt }: Submission,
  isOwn: boolean,
): "purchased" | "already-purchased" {
  const isOlder = purchasedAt !== undefined && Date.parse(purchasedAt) < submittedAt - clockTolerance;
  return isOwn && !isOlder ? "purchased" : "already-purchased";
}

function failedError(id: string, state: string): BuyonceError {
  return new BuyonceError({
    code: "purchase-rejected",
    providerCode: state,
    message: `The provider took the purchase and ended it as ${state} (${id}): nothing was bought. Look up why at the provider, then drive again.`,
  });
}

function tooSlow(): RefusedError {
  return new RefusedError({
    code: "quote-failed",
    message: `${maxRounds} times in a row the provider took so long that its listing or its price was too old to buy by. Nothing was sent. Drive again later.`,
    retryable: true,
  });
}

function tooManyQuotes(): RefusedError {
  return new RefusedError({
    code: "quote-failed",
    message: `The provider let ${maxQuotes} quotes in a row expire. Nothing was bought. Drive again later.`,
    retryable: true,
  });
}
