import { isParked } from "../contract/execution-state.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import { type Money, totals } from "../contract/money.ts";
import type { Report, UnresolvedOutcome } from "../contract/report.ts";
import { unknownError } from "./answer-error.ts";
import { errorOutcome } from "./outcome.ts";
import { parkedOutcome } from "./parked.ts";
import { withOutcomes } from "./report-of.ts";

/** As many are read at once; there may be more. */
const most = 1000;

/** What waits for a person: the longest untouched first, at most 1,000. `only`: of this execution. Throws a LedgerError. */
export async function readParked(ledger: Ledger, only?: string): Promise<readonly TokenRecord[]> {
  if (only === undefined) return ledger.records({ work: "parked", oldestAfter: "beginning", limit: most });
  return (await ledger.recordsOf(only)).filter(isParked);
}

/** What is parked, and what it costs. */
export interface ParkedSum {
  readonly count: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** The prices that they were sent at, summed per currency: so much may be spent. */
  readonly atRisk: readonly Money[];
}

/** The sum of what {@link readParked} found. */
export function sumOfParked(records: readonly TokenRecord[]): ParkedSum {
  const atRisk = totals(records.flatMap(({ submission }) => submission?.price ?? []));
  return { count: records.length, more: records.length === most, atRisk };
}

/** A parked recommendation as the ledger has it. */
export function recordedAsParked(record: TokenRecord): UnresolvedOutcome {
  const { error, parkedAt = record.updatedAt, submission } = record;
  const message = error?.message ?? "An earlier driver ended before it recorded what became of this purchase.";
  const outcome = errorOutcome(record, "unresolved", unknownError({ message }), submission);
  return parkedOutcome(record, parkedAt, outcome);
}

/** Reports, and in them what is parked and is not among them: as the ledger has it. */
export function withParked(reports: readonly Report[], records: readonly TokenRecord[]): readonly Report[] {
  const known = new Set(reports.flatMap(({ outcomes }) => outcomes.map(({ token }) => token)));
  const left = records.filter(({ token }) => !known.has(token));
  return withOutcomes(
    reports,
    left.map((record) => ({ executionId: record.executionId, outcome: recordedAsParked(record) })),
  );
}
