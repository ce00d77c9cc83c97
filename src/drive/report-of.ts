import { totals } from "../contract/money.ts";
import { paymentTotals } from "../contract/payments.ts";
import { byAccount } from "../contract/payer.ts";
import type { Outcome, Report } from "../contract/report.ts";

/** A report with its outcomes in their order, and the sums of what is bought and of what may be. */
export function reportOf(executionId: string, outcomes: readonly Outcome[]): Report {
  const ordered = outcomes.toSorted((a, b) => a.recIndex - b.recIndex);
  const accounts = byAccount(ordered, (outcome) => outcome).map(([account, own]) => ({ ...account, ...sumsOf(own) }));
  return { executionId, outcomes: ordered, ...sumsOf(ordered), accounts };
}

function sumsOf(outcomes: readonly Outcome[]): Pick<Report, "totals" | "atRisk" | "payments"> {
  const priced = (isMeant: (outcome: Outcome) => boolean) =>
    totals(outcomes.flatMap((outcome) => (isMeant(outcome) && outcome.price ? [outcome.price] : [])));
  return {
    totals: priced(({ commitment }) => commitment !== undefined),
    payments: paymentTotals(outcomes.filter(({ commitment }) => commitment !== undefined)),
    atRisk: priced(({ commitment }) => commitment === undefined),
  };
}

/** An outcome, and the execution that it belongs to. */
export interface FurtherOutcome {
  readonly executionId: string;
  readonly outcome: Outcome;
}

/** The reports of a call, and in them what it did not work on: one report per execution. */
export function withOutcomes(reports: readonly Report[], further: readonly FurtherOutcome[]): readonly Report[] {
  if (further.length === 0) return reports;
  const all = [
    ...reports.flatMap(({ executionId, outcomes }) => outcomes.map((outcome) => ({ executionId, outcome }))),
    ...further,
  ];
  return [...Map.groupBy(all, ({ executionId }) => executionId)].map(([executionId, own]) =>
    reportOf(
      executionId,
      own.map(({ outcome }) => outcome),
    ),
  );
}
