import { BuyonceError, InvalidExecutionError } from "../../contract/errors.ts";
import { escapeHidden } from "../../contract/escape-hidden.ts";
import { explainError } from "./explain-error.ts";

/** The one JSON document of `--json` where there is no report. */
export function jsonError(error: unknown): string {
  return jsonText(errorDocument(error));
}

/** A document as it is written on standard output. */
export function jsonText(document: object): string {
  return escapeHidden(`${JSON.stringify(document, undefined, 2)}\n`);
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
