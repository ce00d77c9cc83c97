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
import { unknownError } from "./answer-error.ts";
import { boughtOutcome, errorOutcome, outcomeError, writtenOffOutcome } from "./outcome.ts";
import { isOpen, refusedUnlessBought, skippedOutcome } from "./outcome-of-record.ts";
import { reportOf } from "./report-of.ts";
import { recordedAsParked } from "./report-parked.ts";

/**
 * The report of an execution as the ledger has it, without asking a provider. What a drive is still to do is `in-progress`, without an
 * error where nothing went wrong yet. The same record makes the same report, at whatever time it is asked for.
 */
export function recordedReport({ execution, records, at }: RecordedAt): Report {
  const { executionId, emptyPlaces } = execution;
  const forbidden = whyForbidden(execution, at);
  const empty = emptyPlaces.map(({ recIndex, why }) =>
    skippedOutcome({ recIndex, token: deriveIdempotencyToken(executionId, recIndex) }, why),
  );
  return reportOf(executionId, [...records.map((record) => recordedOutcome(record, forbidden, at)), ...empty]);
}

/** What the ledger says of one recommendation, at a time (milliseconds since 1970) at which its execution allows or forbids to buy it. */
export function recordedOutcome(record: TokenRecord, forbidden: Forbidden | undefined, at: number): Outcome {
  const { state, commitment, error, parkedAt, redriveAskedAt } = record;
  if (state === "purchased" && commitment !== undefined) {
    const isUnmarked = commitment.marked === false;
    return boughtOutcome(
      record,
      commitment,
      "purchased",
      isUnmarked ? ["Its marker is still missing at the provider."] : [],
    );
  }
  if (state === "skipped") return skippedOutcome(record);
  if (state === "written-off") return writtenOffOutcome(record);
  if (isHeld(record, at)) return inProgress(record);
  const isLookedAt = redriveAskedAt !== undefined && mayBeDriven(record, forbidden);
  if (parkedAt !== undefined && !isLookedAt) return recordedAsParked(record);
  if (isOpen(record)) return unresolved(record);
  if (forbidden !== undefined) return refusedUnlessBought(record, forbiddenError(forbidden), at);
  const said =
    error === undefined ? undefined : outcomeError(new BuyonceError({ ...error, code: error.code as ErrorCode }));
  if (workLeft(record) === "unfinished") return inProgress(record, state === "claimed" ? said : undefined);
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
function unresolved(record: TokenRecord): Outcome {
  const { error, submission } = record;
  const message = error?.message ?? "The driver that sent it ended before it recorded what became of it.";
  return errorOutcome(record, "unresolved", unknownError({ message, providerCode: error?.providerCode }), submission);
}
