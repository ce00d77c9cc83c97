// Outcomes of recommendations that a drive did not work on: what the ledger says about them.
import { wordsOf } from "../contract/labels.ts";
import { BuyonceError, type ErrorCode, LedgerError, messageOf, RefusedError } from "../contract/errors.ts";
import { isInDoubt } from "../contract/at-risk.ts";
import { isHeld } from "../contract/lease.ts";
import type { ClaimAnswer, ExecutionPlace, TokenRecord, TokenState } from "../contract/ledger.ts";
import { payerOf } from "../contract/payer.ts";
import type { Outcome } from "../contract/report.ts";
import { boughtOutcome, errorOutcome, writtenOffOutcome } from "./outcome.ts";

/** The outcome of a claim that was not granted. */
export function withoutClaim(
  request: ExecutionPlace,
  answer: Exclude<ClaimAnswer, { kind: "granted" }>,
  now: number,
): Outcome {
  const { commitment } = answer.record;
  // What another driver still looks after (pending, or without its marker) is bought all the same.
  if (commitment !== undefined && answer.record.state === "purchased") {
    const warnings = commitment.marked
      ? []
      : ["Its marker is still missing at the provider. Drive again to see it stamped."];
    return boughtOutcome(answer.record, commitment, "already-purchased", warnings);
  }
  if (answer.kind === "in-flight") {
    return errorOutcome(request, "in-progress", heldError(answer.holder, answer.until, now), sentOf(answer.record));
  }
  const { state, error } = answer.record;
  if (state === "skipped") return skippedOutcome(request);
  if (state === "written-off") return writtenOffOutcome(answer.record);
  if (error !== undefined && (state === "refused" || state === "rejected")) {
    return errorOutcome(request, state, new BuyonceError({ ...error, code: error.code as ErrorCode }));
  }
  return errorOutcome(request, "in-progress", takenUp());
}

/** Between the look at the ledger and the claim, another driver found that it came to nothing. */
function takenUp(): LedgerError {
  return new LedgerError({
    code: "claim-lost",
    message:
      "Another driver took it up meanwhile, and it is no longer recorded as bought. Drive again to see the result.",
    retryable: true,
  });
}

/** Another driver works on it. */
export function heldError(holder: string, until: number, now: number): RefusedError {
  return new RefusedError({
    code: "held-by-another-driver",
    message: `Another driver (${holder}) works on it; its lease ends at ${new Date(until).toISOString()} unless it is renewed. Ask again after that.`,
    retryable: true,
    retryAfter: Math.max(0, until - now),
  });
}

/** What the ledger says about a recommendation that this drive waited for, until it ended for some cause. */
export function asRecorded(request: ExecutionPlace, record: TokenRecord, now: number, cause: unknown): Outcome {
  const { holder, leaseUntil: until = record.updatedAt, state } = record;
  if (holder !== undefined) return withoutClaim(request, { kind: "in-flight", holder, until, record }, now);
  // The other driver gave it up without an end: nobody works on it.
  if (state === "planned" || state === "claimed" || isOpen(record)) return leftAsItIs(record, cause);
  return withoutClaim(request, { kind: "other-state", record }, now);
}

/** What the ledger said about it before the ledger failed, or the work was stopped. */
export function leftAsItIs(record: TokenRecord, error: unknown): Outcome {
  if (record.state === "purchased" && record.commitment !== undefined) {
    return boughtOutcome(record, record.commitment, "already-purchased", [notLookedAt(error)]);
  }
  if (record.state === "written-off") return writtenOffOutcome(record);
  return errorOutcome(record, isOpen(record) ? "unresolved" : "refused", error, sentOf(record));
}

/** The warning of what is bought, and was left as it is for some cause. */
export function notLookedAt(cause: unknown): string {
  return `It was not looked at again: ${messageOf(cause)}`;
}

/** What the ledger says about a recommendation of an execution of which nothing more may be bought as it was asked for. */
export function refusedUnlessBought(record: TokenRecord, error: unknown, now: number): Outcome {
  const { commitment, state } = record;
  if (state === "skipped") return skippedOutcome(record);
  if (state === "written-off") return writtenOffOutcome(record);
  if (state === "purchased" && commitment !== undefined) return boughtOutcome(record, commitment, "already-purchased");
  // Another driver may be about to buy it.
  const status = isHeld(record, now) ? "in-progress" : isOpen(record) ? "unresolved" : "refused";
  return errorOutcome(record, status, isInDoubt(record) ? inDoubtError(record, error) : error, sentOf(record));
}

/** What may be bought already is said first: that its execution is stopped, or altered, decides nothing about it. */
export function inDoubtError({ error }: TokenRecord, besides: unknown): unknown {
  if (error === undefined) return besides;
  const message = `${error.message} Besides: ${messageOf(besides)}`;
  return new BuyonceError({ ...error, code: error.code as ErrorCode, message });
}

/** A place that is left empty, or that a person dropped. */
export function skippedOutcome(
  {
    recIndex,
    token,
    recommendation,
    note,
    labels,
  }: Pick<ExecutionPlace, "recIndex" | "token"> & Partial<ExecutionPlace>,
  why?: string,
): Outcome {
  const payer = recommendation === undefined ? {} : payerOf(recommendation);
  return { recIndex, status: "skipped", token, ...payer, ...wordsOf({ note: why ?? note, labels }) };
}

/** What was sent and is not known to be bought or not. */
function sentOf(record: TokenRecord): TokenRecord["submission"] {
  return isOpen(record) ? record.submission : undefined;
}

/** A recommendation that the drive did not come to. */
export function lostOutcome(request: ExecutionPlace, error: unknown): Outcome {
  return errorOutcome(request, "refused", error ?? new TypeError("The drive ended without an outcome for it."));
}

/** The states of what is written ahead, and not known to be bought or not. */
export const openStates: readonly TokenState[] = ["submitted", "unknown"];

/** The states of what was written ahead or bought. */
export const sentStates: readonly TokenState[] = [...openStates, "purchased"];

/** Written ahead, and not known to be bought or not. */
export function isOpen({ state }: TokenRecord): boolean {
  return openStates.includes(state);
}

/** Bought, and no marker is missing: all that is left is to see it settle. */
export function isDone({ state, commitment }: TokenRecord): boolean {
  return state === "purchased" && commitment !== undefined && commitment.marked !== false;
}
