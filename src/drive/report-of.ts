import { totals } from "../spec/money.ts";
import type { Outcome, Report } from "../spec/report.ts";

/** A report with its outcomes in their order. */
export function reportOf(executionId: string, outcomes: readonly Outcome[]): Report {
  const bought = outcomes.flatMap(({ commitment, price }) => (commitment && price ? [price] : []));
  return { executionId, outcomes: outcomes.toSorted((a, b) => a.recIndex - b.recIndex), totals: totals(bought) };
}
