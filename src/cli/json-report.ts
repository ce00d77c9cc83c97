import type { Quotation } from "../drive/quote.ts";
import { BuyonceError, InvalidExecutionError } from "../spec/errors.ts";
import type { Outcome, Report } from "../spec/report.ts";
import { explainError } from "./explain-error.ts";

/** The one JSON document of `drive --json`: the report, tokens in full. */
export function jsonReport(report: Report): string {
  return text(reportDocument(report));
}

/** The one JSON document of `redrive --json`; with an error where it ended before all was driven. */
export function jsonReports(reports: readonly Report[], error?: unknown): string {
  return text({ reports: reports.map(reportDocument), ...(error === undefined ? {} : errorDocument(error)) });
}

/** The one JSON document of `quote --json`, tokens in full. */
export function jsonQuotation({ executionId, recommendations, totals, error }: Quotation): string {
  return text({ executionId, recommendations, totals, error });
}

/** The one JSON document of `resolve --json`. */
export function jsonOutcome(outcome: Outcome): string {
  return text(outcomeDocument(outcome));
}

/** The one JSON document of `--json` where there is no report. */
export function jsonError(error: unknown): string {
  return text(errorDocument(error));
}

function reportDocument({ executionId, outcomes, totals }: Report) {
  return { executionId, outcomes: outcomes.map(outcomeDocument), totals };
}

function outcomeDocument({ recIndex, status, token, commitment, price, error, parked, warnings }: Outcome) {
  return { recIndex, status, token, commitment, price, error, parked, warnings };
}

function errorDocument(error: unknown) {
  const known = BuyonceError.isInstance(error) ? error : undefined;
  return {
    error: {
      code: known?.code ?? "internal",
      message: explainError(error),
      retryable: known?.retryable ?? false,
      retryAfter: known?.retryAfter,
      problems: InvalidExecutionError.isInstance(error) ? error.problems : undefined,
    },
  };
}

function text(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
