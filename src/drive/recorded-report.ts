import { BuyonceError, type ErrorCode } from "../contract/errors.ts";
import type { RecordedAt } from "../contract/execution-record.ts";
import { mayBeDriven, workLeft } from "../contract/execution-state.ts";
import { isHeld } from "../contract/lease.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { wordsOf } from "../contract/labels.ts";
import { pricedAs } from "../contract/payments.ts";
import { payerOf } from "../contract/payer.ts";
import type { Outcome, OutcomeError, Report } from "../contract/report.ts";
import { type Forbidden, forbiddenError, whyForbidden } from "../contract/terms.ts";
import { deriveIdempotencyToken } from "../contract/token.ts";
import { executorMissing } from "./executor-missing.ts";
import { unknownError } from "./answer-error.ts";
import { boughtOutcome, errorOutcome, outcomeError, writtenOffOutcome } from "./outcome.ts";
import { isOpen, notLookedAt, refusedUnlessBought, skippedOutcome } from "./outcome-of-record.ts";
import { reportOf } from "./report-of.ts";
import { recordedAsParked } from "./report-parked.ts";

/**
 * The report of an execution as the ledger has it, without asking a provider. What a drive is still to do is `in-progress`, without an
 * error where nothing went wrong yet. The same record makes the same report, at whatever time it is asked for. With `canDrive`, what
 * is to be driven and cannot be here has the error `executor-missing`, or, bought and pending, a warning.
 */
export function recordedReport({ execution, records, at }: RecordedAt, canDrive?: CanDrive): Report {
  const { executionId, emptyPlaces } = execution;
  const forbidden = whyForbidden(execution, at);
  const empty = emptyPlaces.map(({ recIndex, why }) =>
    skippedOutcome({ recIndex, token: deriveIdempotencyToken(executionId, recIndex) }, why),
  );
  return reportOf(executionId, [
    ...records.map((record) => recordedOutcome(record, forbidden, at, canDrive)),
    ...empty,
  ]);
}

/** Whether whoever asks has an executor for it. */
type CanDrive = (recommendation: TokenRecord["recommendation"]) => boolean;

/** What the ledger says of one recommendation, at a time (milliseconds since 1970) at which its execution allows or forbids to buy it. */
export function recordedOutcome(
  record: TokenRecord,
  forbidden: Forbidden | undefined,
  at: number,
  canDrive: CanDrive = () => true,
): Outcome {
  const { state, commitment, error, parkedAt, redriveAskedAt } = record;
  const missing = isHeld(record, at) || canDrive(record.recommendation) ? undefined : executorMissing(record);
  if (state === "purchased" && commitment !== undefined) {
    return boughtOutcome(record, commitment, "purchased", [
      ...(commitment.marked === false ? ["Its marker is still missing at the provider."] : []),
      ...(missing !== undefined && workLeft(record) === "unfinished" ? [notLookedAt(missing)] : []),
    ]);
  }
  if (state === "skipped") return skippedOutcome(record);
  if (state === "written-off") return writtenOffOutcome(record);
  if (isHeld(record, at)) return inProgress(record);
  const isLookedAt = redriveAskedAt !== undefined && mayBeDriven(record, forbidden);
  if (parkedAt !== undefined && !isLookedAt) return recordedAsParked(record);
  if (isOpen(record)) return unresolved(record, missing);
  if (forbidden !== undefined) return refusedUnlessBought(record, forbiddenError(forbidden), at);
  const said =
    error === undefined ? undefined : outcomeError(new BuyonceError({ ...error, code: error.code as ErrorCode }));
  if (workLeft(record) === "unfinished") {
    if (missing !== undefined) return inProgress(record, outcomeError(missing));
    return inProgress(record, state === "claimed" ? said : undefined);
  }
  return errorOutcome(
    record,
    state === "rejected" ? "rejected" : "refused",
    new BuyonceError({
      code: (error?.code ?? "internal") as ErrorCode,
      message: error?.message ?? "The ledger does not say why.",
      providerCode: error?.providerCode,
    }),
  );
}

/** A drive works on it, or is to. */
function inProgress(record: TokenRecord, error?: OutcomeError): Outcome {
  const { recIndex, token, recommendation, submission } = record;
  return {
    recIndex,
    status: "in-progress",
    token,
    ...payerOf(recommendation),
    ...wordsOf(record),
    ...(isOpen(record) ? pricedAs(submission) : {}),
    ...(error === undefined ? {} : { error }),
  };
}

/** It was sent, and nobody who could say what became of it works on it now. */
function unresolved(record: TokenRecord, missing: BuyonceError | undefined): Outcome {
  const { error, submission } = record;
  if (missing !== undefined) return errorOutcome(record, "unresolved", missing, submission);
  const message = error?.message ?? "The driver that sent it ended before it recorded what became of it.";
  return errorOutcome(record, "unresolved", unknownError({ message, providerCode: error?.providerCode }), submission);
}
