import { BuyonceError, InvalidExecutionError } from "../spec/errors.ts";
import type { Report } from "../spec/report.ts";
import { explainError } from "./explain-error.ts";

/** The one JSON document of `--json`: the report, tokens in full. */
export function jsonReport({ executionId, outcomes, totals }: Report): string {
  const document = {
    executionId,
    outcomes: outcomes.map(({ recIndex, status, token, commitment, price, error, warnings }) => ({
      recIndex,
      status,
      token,
      commitment,
      price,
      error,
      warnings,
    })),
    totals,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The one JSON document of `--json` where there is no report. */
export function jsonError(error: unknown): string {
  const known = BuyonceError.isInstance(error) ? error : undefined;
  const document = {
    error: {
      code: known?.code ?? "internal",
      message: explainError(error),
      retryable: known?.retryable ?? false,
      retryAfter: known?.retryAfter,
      problems: InvalidExecutionError.isInstance(error) ? error.problems : undefined,
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
