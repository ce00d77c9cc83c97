import type { Commitment } from "../spec/commitment.ts";
import { BuyonceError, LedgerError, messageOf, PurchaseRejectedError } from "../spec/errors.ts";
import type { TokenRecord } from "../spec/ledger.ts";
import type { Outcome, OutcomeError } from "../spec/report.ts";
import type { DriveContext, Task } from "./drive-context.ts";

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
): Outcome {
  return { recIndex, status, token, error: outcomeError(error) };
}

/** A guard stopped it and nothing was sent: records that, and gives the claim up. */
export async function refused(drive: DriveContext, task: Task, error: unknown): Promise<Outcome> {
  const { record, claim } = task;
  if (isLost(error)) return errorOutcome(record, "in-progress", error);
  // A drive that was stopped is no refusal: the claim is given up as it is, when the drive ends.
  if (outcomeError(error).code !== "aborted") {
    await keepRecord(drive, task, error, () => drive.ledger.refuse(claim, outcomeError(error)));
  }
  return errorOutcome(record, "refused", error);
}

/** The provider answered definitely no. */
export async function rejected(drive: DriveContext, task: Task, error: BuyonceError): Promise<Outcome> {
  await keepRecord(drive, task, error, () => drive.ledger.reject(task.claim, outcomeError(error)));
  return errorOutcome(task.record, "rejected", error);
}

/** It was sent, and nobody can say yet whether it was bought. Where recording fails, the submission itself says so. */
export async function unresolved(drive: DriveContext, task: Task, error: unknown): Promise<Outcome> {
  await keepRecord(drive, task, error, () => drive.ledger.unknown(task.claim, outcomeError(error)));
  return errorOutcome(task.record, "unresolved", error);
}

async function keepRecord(
  drive: DriveContext,
  { claim }: Task,
  error: unknown,
  write: () => Promise<void>,
): Promise<void> {
  if (isBroken(error)) drive.noteLedgerError(error);
  try {
    await write();
    drive.leases.drop(claim);
  } catch (failure) {
    if (isBroken(failure)) drive.noteLedgerError(failure);
  }
}

/** The ledger itself failed, as opposed to a write that it declined. */
export function isBroken(error: unknown): error is LedgerError {
  return LedgerError.isInstance(error) && error.code.startsWith("ledger-");
}

function isLost(error: unknown): boolean {
  return LedgerError.isInstance(error) && error.code === "claim-lost";
}

function outcomeError(error: unknown): OutcomeError {
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
