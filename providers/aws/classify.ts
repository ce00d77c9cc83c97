import { PurchaseOutcomeUnknownError, PurchaseRejectedError } from "../../src/contract/errors.ts";
import { judgePurchaseError, type PurchaseContext as Context } from "./judge-purchase-error.ts";
import type { SendReport } from "./send-once.ts";

/** Of the old shape only: goes with it. */
export interface PurchaseContext extends Context {
  readonly handleExpired?: boolean;
}

/** {@link judgePurchaseError} for executors of the old shape: goes with them. */
export function classifyPurchaseError(
  error: unknown,
  report: SendReport,
  { handleExpired = false, ...context }: PurchaseContext,
): PurchaseRejectedError | PurchaseOutcomeUnknownError {
  const answer = judgePurchaseError(error, report, context);
  const { reason: message, providerCode, retryAfter, cause } = answer;
  if (answer.kind === "unknown") return new PurchaseOutcomeUnknownError({ message, providerCode, retryAfter, cause });
  const { retryable, left } = answer;
  return new PurchaseRejectedError({
    message,
    providerCode: providerCode ?? "unknown",
    retryAfter,
    cause,
    retryable,
    left,
    handleExpired,
  });
}
