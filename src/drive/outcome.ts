import type { Commitment, Standing } from "../contract/commitment.ts";
import { BuyonceError, LedgerError, messageOf } from "../contract/errors.ts";
import type { Submission } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Outcome, OutcomeError } from "../contract/report.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { isOverdue, parkedOutcome } from "./parked.ts";

/** The outcome of something that is bought, in the fields and values of the first time. */
export function boughtOutcome(
  { recIndex, token, error }: Pick<TokenRecord, "recIndex" | "token"> & Partial<Pick<TokenRecord, "error">>,
  { id, furtherIds, state, standing, settled, price }: Commitment,
  status: "purchased" | "already-purchased",
  warnings: readonly string[] = [],
): Outcome {
  if (isOver({ error }, { standing })) {
    return errorOutcome({ recIndex, token }, "rejected", overError(id, state));
  }
  const all = [...warnings, ...warningsAbout(state, standing)];
  return {
    recIndex,
    status,
    token,
    commitment: { id, ...(furtherIds?.length ? { furtherIds } : {}), state, settled },
    ...(price ? { price } : {}),
    ...(all.length > 0 ? { warnings: all } : {}),
  };
}

/** It was over when it was first seen: every drive says the same. */
export function isOver(
  { error }: Partial<Pick<TokenRecord, "error">>,
  { standing }: Pick<Commitment, "standing">,
): boolean {
  return standing === "ended" && error?.code === "purchase-over";
}

function warningsAbout(state: string, standing: Standing): readonly string[] {
  if (standing === "unclear")
    return [`Its state is ${state}: it cannot be told whether it was paid. Look at it at the provider.`];
  return standing === "ended" ? [`It was bought and is over: it was last seen as ${state}.`] : [];
}

/** It was bought under its handle and has ended. An execution is bought once, so it is not bought again. */
export function overError(id: string, state: string): BuyonceError {
  return new BuyonceError({
    code: "purchase-over",
    providerCode: state,
    message: `It was bought as ${id} and is over: its state is ${state}. It is not bought again. Give what is to be bought now an executionId of its own.`,
  });
}

/**
 * The outcome of something that is not bought, or not known to be. `submission`: what was sent and may be bought, whose
 * price is named.
 */
export function errorOutcome(
  { recIndex, token }: Pick<TokenRecord, "recIndex" | "token">,
  status: "in-progress" | "refused" | "rejected" | "unresolved",
  error: unknown,
  submission?: Pick<Submission, "price">,
): Outcome & { readonly error: OutcomeError } {
  return { recIndex, status, token, ...(submission ? { price: submission.price } : {}), error: outcomeError(error) };
}

/** A guard stopped it and nothing was sent: records that, and gives the claim up. */
export async function refused(drive: DriveContext, task: Task, error: unknown): Promise<Outcome> {
  // A drive that was stopped, or whose deadline has come, is no refusal: the claim is given up as it is, when the drive
  // ends, with all others at once.
  const { code } = outcomeError(error);
  const stopped = error === drive.stop.signal.reason || code === "aborted" || code === "deadline-too-near";
  if (stopped) return errorOutcome(task.record, "refused", error);
  const waits = code === "identical-purchase-open";
  const lost = isLost(error)
    ? error
    : await record(drive, task, error, () => drive.ledger.refuse(task.claim, outcomeError(error), { waits }));
  // What waits for its lane is no refusal: a later round, or the next drive, buys it.
  return errorOutcome(task.record, lost || waits ? "in-progress" : "refused", lost ?? error);
}

/** The provider answered definitely no; `unseen`: nobody could look whether it is so, and a later drive does. */
export async function rejected(
  drive: DriveContext,
  task: Task,
  error: BuyonceError,
  { unseen = false }: { readonly unseen?: boolean } = {},
): Promise<Outcome> {
  const lost = await record(drive, task, error, () => drive.ledger.reject(task.claim, outcomeError(error), { unseen }));
  return lost ? errorOutcome(task.record, "in-progress", lost) : errorOutcome(task.record, "rejected", error);
}

/**
 * It was sent, and nobody can say yet whether it was bought. Where recording fails, the submission itself says so. Sent
 * longer ago than the provider's own time limit, it is parked. `said` are the provider's own words in its answer to the send,
 * `evidence` the ids in it that could not be recorded yet.
 */
export async function unresolved(
  drive: DriveContext,
  task: Task,
  error: unknown,
  {
    submission = task.record.submission,
    said,
    evidence = [],
  }: {
    readonly submission?: Submission | undefined;
    readonly said?: string | undefined;
    readonly evidence?: readonly string[] | undefined;
  } = {},
): Promise<Outcome> {
  let { parkedAt } = task.record;
  await record(drive, task, error, async () => {
    const { code, message, providerCode } = outcomeError(error);
    const recorded = { code, message, ...(providerCode ? { providerCode } : {}), ...(said ? { said } : {}) };
    if (await isOverdue(drive, task)) parkedAt = (await drive.ledger.park(task.claim, recorded, { evidence })).parkedAt;
    else await drive.ledger.unknown(task.claim, recorded, { evidence });
  });
  const outcome = errorOutcome(task.record, "unresolved", error, submission);
  return parkedAt === undefined ? outcome : parkedOutcome(task.record, parkedAt, outcome);
}

/**
 * Writes the end of a recommendation. Returns the error when the claim is lost: then another driver may have bought it
 * meanwhile, and this one's refusal is not the last word.
 */
async function record(
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

/** The ledger itself failed, as opposed to a write that it declined. */
export function isBroken(error: unknown): error is LedgerError {
  return LedgerError.isInstance(error) && error.code.startsWith("ledger-");
}

/** Another driver holds the claim: this one has no more say in it. */
export function isLost(error: unknown): error is LedgerError {
  return LedgerError.isInstance(error) && error.code === "claim-lost";
}

/** What is said about anything that was thrown. */
export function outcomeError(error: unknown): OutcomeError {
  if (!BuyonceError.isInstance(error)) {
    return { code: "internal", message: `${messageOf(error)} Report this as a defect.`, retryable: false };
  }
  const { code, message, retryable, retryAfter, providerCode } = error;
  return {
    code,
    ...(providerCode === undefined ? {} : { providerCode }),
    message,
    retryable,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
