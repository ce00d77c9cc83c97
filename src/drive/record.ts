// Every write of a drive to the ledger but its claims, and what is reported after it.
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { type ErrorCode, type LedgerError, messageOf } from "../contract/errors.ts";
import type { Marker, Quote, Submission } from "../contract/executor.ts";
import { hashJson } from "../contract/fingerprint.ts";
import type { DeathProof, RecordedError, TokenRecord } from "../contract/ledger.ts";
import { pricedAs } from "../contract/payments.ts";
import type { Outcome } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import type { Ending, Unresolved } from "./ending.ts";
import { boughtOutcome, errorOutcome, isBroken, isLost, outcomeError, overError } from "./outcome.ts";
import { isOverdue, parkedOutcome } from "./parked.ts";
import { recordPurchase } from "./record-purchase.ts";

/** Records durably, under the claim's epoch, what is about to be sent. Money can move only after this returned. */
export async function writeAhead(drive: DriveContext, task: Task, marker: Marker, quote: Quote): Promise<Submission> {
  const { executor, record } = task;
  const { recIndex } = record;
  const token = maskToken(record.token);
  drive.emit({ type: "writing-ahead", recIndex, token });
  const lane = executor.laneOf?.(record.recommendation);
  const submission = await drive.ledger.submit(task.claim, {
    ...marker,
    ...quote,
    recommendation: record.recommendation,
    scope: record.scope,
    requestHash: hashJson(quote.request),
    clock: drive.environment.readClock(),
    ...(lane === undefined ? {} : { lane }),
  });
  drive.emit({ type: "submitted", recIndex, token, attempt: submission.attempt });
  return submission;
}

/** Records durably that a handle is about to be sent again. Money can move only after this returned. */
export function writeAheadAgain(drive: DriveContext, { claim }: Task): Promise<Submission> {
  return drive.ledger.resend(claim, { clock: drive.environment.readClock() });
}

/** Records that the provider refused to be sent a handle again, which was last sent before that. */
export function recordRefusedResend(
  drive: DriveContext,
  { claim }: Task,
  { resentAt, resentClock }: Submission,
): Promise<Submission> {
  return drive.ledger.resend(claim, { refused: { resentAt, resentClock } });
}

/** Records ids in an answer that nobody has judged, also after the claim is lost: while they are not judged, no driver sends. */
export function recordEvidence(
  drive: DriveContext,
  { claim }: Task,
  { attempt }: Submission,
  ids: readonly string[],
): Promise<Submission> {
  return drive.ledger.evidence(claim, attempt, ids);
}

/** Records proof that what was sent bought nothing; the claim is kept. */
export function recordDeath(drive: DriveContext, { claim }: Task, proof: DeathProof): Promise<TokenRecord> {
  return drive.ledger.dead(claim, proof);
}

/** Records proof that what was bought came to nothing; the claim is kept, and a new generation is open. */
export function recordFailure(drive: DriveContext, { claim }: Task, commitment: Commitment): Promise<TokenRecord> {
  return drive.ledger.reopen(claim, commitment);
}

/** Records what a recommendation ended with, gives the claim up, and says what is reported. Throws nothing but a defect. */
export async function recordEnding(drive: DriveContext, task: Task, ending: Ending): Promise<Outcome> {
  const { record } = task;
  switch (ending.kind) {
    case "bought": {
      const recorded = await recordPurchase(drive, task, ending);
      return "kind" in recorded ? recordEnding(drive, task, recorded) : recorded;
    }
    case "over":
      return recordOver(drive, task, ending);
    case "came-to-nothing":
      return recordFailedSend(drive, task, ending);
    case "not-sent":
      return recordNotSent(drive, task, ending.error);
    case "refused":
      return recordRefused(drive, task, ending.error);
    case "rejected":
      return recordRejected(drive, task, ending);
    case "unresolved":
      return recordUnresolved(drive, task, ending);
    case "unchanged":
      return boughtOutcome(record, ending.commitment, "already-purchased", ending.warnings);
    case "lost":
      return errorOutcome(record, "in-progress", ending.error);
  }
}

/** Bought for it, and over: recorded as bought, so that it is never bought again, and said as it is. */
async function recordOver(
  drive: DriveContext,
  task: Task,
  { commitment, submission, proves }: Ending & { readonly kind: "over" },
): Promise<Outcome> {
  const error = overError(commitment.id, commitment.state);
  const priced = pricedAs(commitment, submission);
  try {
    // A marker that is missing on what is over is nothing to wait for, and must not keep its lane occupied.
    const recorded = { ...commitment, settled: true, marked: commitment.marked || ("waived" as const), ...priced };
    const clock = drive.environment.readClock();
    await drive.ledger.purchase(task.claim, recorded, { over: outcomeError(error), proves, clock });
    drive.leases.drop(task.claim);
  } catch (failure) {
    return submission === undefined
      ? recordRefused(drive, task, failure)
      : recordUnresolved(drive, task, { error: failure, submission });
  }
  return errorOutcome(task.record, "rejected", error);
}

/** The provider took the purchase and said at once that it came to nothing: its handle is used up. */
async function recordFailedSend(
  drive: DriveContext,
  task: Task,
  { commitment, error }: Ending & { readonly kind: "came-to-nothing" },
): Promise<Outcome> {
  const { id, state } = commitment;
  try {
    await recordDeath(drive, task, { failed: true, failedAs: idsOf(commitment), detail: `${id} ${state}` });
  } catch (failure) {
    return recordUnresolved(drive, task, { error: failure });
  }
  return recordRejected(drive, task, { error });
}

/** Written ahead, but not sent. */
async function recordNotSent(drive: DriveContext, task: Task, cause: unknown): Promise<Outcome> {
  try {
    await recordDeath(drive, task, { failed: false, sent: false, detail: `not sent: ${messageOf(cause)}` });
  } catch (failure) {
    return recordUnresolved(drive, task, { error: failure });
  }
  return recordRefused(drive, task, cause);
}

/** A guard stopped it and nothing was sent. */
async function recordRefused(drive: DriveContext, task: Task, error: unknown): Promise<Outcome> {
  // A drive that was stopped, or whose deadline has come, is no refusal, nor are terms that changed: the claim is given up as
  // it is, when the drive ends or waits for others, with all such at once.
  const { code } = outcomeError(error);
  if (error === drive.stop.signal.reason || leavesItAsItIs.has(code))
    return errorOutcome(task.record, "refused", error);
  const isQueued = code === "identical-purchase-open";
  // What could not be looked up, what waits for its lane, and what only the totals of this call stopped stays work: a later round,
  // or a timer's drive, buys it.
  const waits = isQueued || code === "lookup-failed" || drive.budget.refused(error);
  const lost = isLost(error)
    ? error
    : await giveUp(drive, task, error, () => drive.ledger.refuse(task.claim, outcomeError(error), { waits }));
  return errorOutcome(task.record, lost || isQueued ? "in-progress" : "refused", lost ?? error);
}

/** Codes of what put it off and says nothing about it. */
const leavesItAsItIs: ReadonlySet<ErrorCode> = new Set([
  "aborted",
  "deadline-too-near",
  "terms-changed",
  "approval-missing",
  "not-due",
  "execution-incomplete",
  "restored-unconfirmed",
  "not-agreed",
]);

async function recordRejected(
  drive: DriveContext,
  task: Task,
  { error, unseen = false }: Omit<Ending & { readonly kind: "rejected" }, "kind">,
): Promise<Outcome> {
  const lost = await giveUp(drive, task, error, () => drive.ledger.reject(task.claim, outcomeError(error), { unseen }));
  return lost ? errorOutcome(task.record, "in-progress", lost) : errorOutcome(task.record, "rejected", error);
}

/** Where recording fails, the submission itself says so. Sent longer ago than the provider's own time limit, it is parked. */
async function recordUnresolved(
  drive: DriveContext,
  task: Task,
  { error, submission = task.record.submission, said, evidence = [] }: Unresolved,
): Promise<Outcome> {
  let { parkedAt } = task.record;
  await giveUp(drive, task, error, async () => {
    const { code, message, providerCode } = outcomeError(error);
    const recorded: RecordedError = {
      code,
      message,
      ...(providerCode ? { providerCode } : {}),
      ...(said ? { said } : {}),
    };
    if (await isOverdue(drive, task)) parkedAt = (await drive.ledger.park(task.claim, recorded, { evidence })).parkedAt;
    else await drive.ledger.unknown(task.claim, recorded, { evidence });
  });
  const outcome = errorOutcome(task.record, "unresolved", error, submission);
  return parkedAt === undefined ? outcome : parkedOutcome(task.record, parkedAt, outcome);
}

/**
 * Writes the end of a recommendation and gives its claim up. Returns the error when the claim is lost: then another driver may
 * have bought it meanwhile, and this one's refusal is not the last word.
 */
async function giveUp(
  drive: DriveContext,
  { claim }: Task,
  error: unknown,
  write: () => Promise<void>,
): Promise<LedgerError | undefined> {
  if (isBroken(error)) drive.noteLedgerError(error);
  try {
    drive.leases.check(claim);
    await write();
    drive.leases.drop(claim);
    return undefined;
  } catch (failure) {
    if (isBroken(failure)) drive.noteLedgerError(failure);
    return isLost(failure) ? failure : undefined;
  }
}
