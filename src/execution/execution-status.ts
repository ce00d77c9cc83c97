import { atRiskPrices, boughtPrice, type CountedPrice } from "../contract/counted-price.ts";
import type { ExecutionRecord, RecordedExecution } from "../contract/execution-record.ts";
import { executionState, type ExecutionState, workLeft } from "../contract/execution-state.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { isInDoubt, mayBeBought } from "../contract/at-risk.ts";
import { isNothing } from "../contract/limits.ts";
import { type Money, totals } from "../contract/money.ts";
import { termsHash, whyForbidden } from "../contract/terms.ts";
import type { ErrorCode } from "../contract/errors.ts";

/** An execution as the ledger has it, without asking a provider. */
export interface ExecutionStatus {
  readonly execution: ExecutionRecord;
  readonly state: ExecutionState;
  /** Why nothing may be sent for it now, where its record forbids it. */
  readonly forbidden?: { readonly code: ErrorCode; readonly reason: string };
  /** SHA-256 (hex) of its terms, which an approval names; see `termsHash`. */
  readonly termsHash: string;
  /** How many of its places are of each kind. */
  readonly places: {
    readonly bought: number;
    /**
     * Sent, also by another engine, and not known to be bought or not: found out by a drive, or written off. One that is bought is
     * among these, too, where an earlier send may have bought beside it.
     */
    readonly atRisk: number;
    /** Not sent, and not decided. */
    readonly toCome: number;
    /** Of those to come: refused because something that was found may be it. It may be bought already; a person decides. */
    readonly inDoubt: number;
    /** Empty from the beginning, or skipped by a person. */
    readonly skipped: number;
  };
  /** Sums per currency. */
  readonly money: {
    readonly bought: readonly Money[];
    readonly atRisk: readonly Money[];
    /** The limits (`maxPrice`) of what is to come; what has none is not in it: {@link ExecutionStatus.unlimited}. */
    readonly toCome: readonly Money[];
  };
  /** How many of those to come have no `maxPrice`. */
  readonly unlimited: number;
}

/** Derives how an execution stands at a time (ledger time, milliseconds since 1970). */
export function executionStatus({ execution, records }: RecordedExecution, now: number): ExecutionStatus {
  const of = (...states: readonly TokenRecord["state"][]) => records.filter(({ state }) => states.includes(state));
  const [bought, atRisk] = [of("purchased"), records.filter(mayBeBought)];
  const toCome = records.filter((record) => !bought.includes(record) && !atRisk.includes(record) && isLeft(record));
  const forbidden = whyForbidden(execution, now);
  return {
    execution,
    state: executionState(execution, records, now),
    ...(forbidden === undefined ? {} : { forbidden: { code: forbidden.code, reason: forbidden.reason } }),
    termsHash: termsHash(execution, records),
    places: {
      bought: bought.length,
      atRisk: atRisk.length,
      toCome: toCome.length,
      inDoubt: toCome.filter(isInDoubt).length,
      skipped: of("skipped").length + execution.emptyPlaces.length,
    },
    money: {
      bought: known(records.map(boughtPrice)),
      atRisk: known(records.flatMap(atRiskPrices)),
      toCome: totals(toCome.flatMap(limitOf).filter((limit) => !isNothing(limit))),
    },
    unlimited: toCome.filter((record) => limitOf(record).length === 0).length,
  };
}

function isLeft(record: TokenRecord): boolean {
  return workLeft(record) !== undefined;
}

function limitOf({ recommendation: { maxPrice } }: TokenRecord): readonly Money[] {
  return maxPrice === undefined ? [] : [maxPrice];
}

function known(prices: readonly (CountedPrice | undefined)[]): readonly Money[] {
  return totals(prices.filter((price) => price !== undefined && price !== "unknown"));
}
