import type { Commitment } from "../spec/commitment.ts";
import { BuyonceError, LedgerError, messageOf, PurchaseRejectedError } from "../spec/errors.ts";
import type { TokenRecord } from "../spec/ledger.ts";
import type { Outcome, OutcomeError } from "../spec/report.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { isOverdue, parkedOutcome } from "./parked.ts";

/** The outcome of something that is bought, in the fields and values of the first time. */
export function boughtOutcome(
  { recIndex, token }: Pick<TokenRecord, "recIndex" | "token">,
  { id, furtherIds, state, standing, settled, price }: Commitment,
  status: "purchased" | "already-purchased",
  warnings: readonly string[] = [],
): Outcome {
  const all =
    standing === "unclear"
      ? [...warnings, `Its state is ${state}: it cannot be told whether it was paid. Look at it at the provider.`]
      : warnings;
  return {
    recIndex,
    status,
    token,
    commitment: { id, ...(furtherIds?.length ? { furtherIds } : {}), state, settled },
    ...(price ? { price } : {}),
    ...(all.length > 0 ? { warnings: all } : {}),
  };
}

/** The outcome of something that is not bought, or not known to be. */
export function errorOutcome(
  { recIndex, token }: Pick<TokenRecord, "recIndex" | "token">,
  status: "in-progress" | "refused" | "rejected" | "unresolved",
  error: unknown,
): Outcome & { readonly error: OutcomeError } {
  return { recIndex, status, token, error: outcomeError(error) };
}

/** A guard stopped it and nothing was sent: records that, and gives the claim up. */
export async function refused(drive: DriveContext, task: Task, error: unknown): Promise<Outcome> {
  // A drive that was stopped is no refusal: the claim is given up as it is, when the drive ends.
  if (outcomeError(error).code === "aborted") return errorOutcome(task.record, "refused", error);
  const lost = isLost(error)
    ? error
    : await record(drive, task, error, () => drive.ledger.refuse(task.claim, outcomeError(error)));
  return lost ? errorOutcome(task.record, "in-progress", lost) : errorOutcome(task.record, "refused", error);
}

/** The provider answered definitely no. */
export async function rejected(drive: DriveContext, task: Task, error: BuyonceError): Promise<Outcome> {
  const lost = await record(drive, task, error, () => drive.ledger.reject(task.claim, outcomeError(error)));
  return lost ? errorOutcome(task.record, "in-progress", lost) : errorOutcome(task.record, "rejected", error);
}

/**
 * It was sent, and nobody can say yet whether it was bought. Where recording fails, the submission itself says so. Sent
 * longer ago than the provider's own time limit, it is parked.
 */
export async function unresolved(drive: DriveContext, task: Task, error: unknown): Promise<Outcome> {
  let { parkedAt } = task.record;
  await record(drive, task, error, async () => {
    const { code, message } = outcomeError(error);
    if (await isOverdue(drive, task)) parkedAt = (await drive.ledger.park(task.claim, { code, message })).parkedAt;
    else await drive.ledger.unknown(task.claim, { code, message });
  });
  const outcome = errorOutcome(task.record, "unresolved", error);
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
  const { code, message, retryable, retryAfter } = error;
  return {
    code,
    ...(PurchaseRejectedError.isInstance(error) ? { providerCode: error.providerCode } : {}),
    message,
    retryable,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
