import { errorOf } from "../http/api-error.ts";
import type { Answer, UnknownObject } from "../http/answer.ts";

/** What an answer to a purchase proves whose status is not 2xx. */
export type RefusalVerdict =
  /** Nothing was bought by this send. */
  | { readonly kind: "rejected"; readonly code: string; readonly reason: string }
  /** The handle was bought under before. */
  | { readonly kind: "exists"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Codes of a 400 that say that the request was not even taken up. From `KnownErrorResponseCode` of the SDK, whose other
 * codes can come from the middle of a purchase (`PurchaseError`, `BillingError`, `ActivateQuoteFailed`,
 * `...TransientError`) and therefore prove nothing.
 */
const validationCode = /^(DisplayNameInvalid|NotSupportedCountry|Invalid\w+|Unsupported\w+)$/;

/** Codes that end a purchase before anything is bought, whatever the 4xx. */
const finalCodes = new Set(["RiskCheckFailed", "FulfillmentOutOfStockError"]);

/** Judges such an answer. Whatever is not provably a refusal is unknown. `existsCode` matches the code of a used handle. */
export function judgeRefusal(answer: Answer, body: UnknownObject | undefined, existsCode: RegExp): RefusalVerdict {
  const { status } = answer;
  const { code, message } = errorOf(body);
  const reason = [`HTTP ${status}`, code, message].filter((part) => part !== undefined).join(": ");
  if (status === 401 || status === 403) return { kind: "rejected", code: code ?? `HTTP ${status}`, reason };
  if (status < 400 || status >= 500 || status === 408 || status === 429 || code === undefined) {
    return { kind: "unknown", reason };
  }
  if (existsCode.test(code)) return { kind: "exists", reason };
  if ((status === 400 && validationCode.test(code)) || finalCodes.has(code)) return { kind: "rejected", code, reason };
  return { kind: "unknown", reason };
}
