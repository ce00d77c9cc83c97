import { totals } from "../contract/money.ts";
import type { Outcome, Report } from "../contract/report.ts";

/** A report with its outcomes in their order, and the sums of what is bought and of what may be. */
export function reportOf(executionId: string, outcomes: readonly Outcome[]): Report {
  const priced = (isMeant: (outcome: Outcome) => boolean) =>
    totals(outcomes.flatMap((outcome) => (isMeant(outcome) && outcome.price ? [outcome.price] : [])));
  return {
    executionId,
    outcomes: outcomes.toSorted((a, b) => a.recIndex - b.recIndex),
    totals: priced(({ commitment }) => commitment !== undefined),
    atRisk: priced(({ commitment }) => commitment === undefined),
  };
}
