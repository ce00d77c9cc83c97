import { errorOf } from "../http/api-error.ts";
import type { Answer, UnknownObject } from "../http/answer.ts";

/** What an answer to a purchase proves whose status is not 2xx. */
export type RefusalVerdict =
  /** Nothing was bought by this send. */
  | { readonly kind: "rejected"; readonly code: string; readonly reason: string }
  /** The handle was bought under before. */
  | { readonly kind: "exists"; readonly code: string; readonly reason: string }
  /** The handle is said to be over: through its age, or because this very request was carried out before. */
  | { readonly kind: "expired"; readonly code: string; readonly reason: string }
  /** `code`: the provider's own, where it answered with one. */
  | { readonly kind: "unknown"; readonly code: string | undefined; readonly reason: string };

/**
 * Codes of a request that was not even taken up: `KnownErrorResponseCode` of the SDK names some of them, others are of
 * the same build. Only with status 400: any other may speak of a state, and with it of an order.
 */
const validationCode =
  /^(DisplayNameInvalid|AppliedScopesNotAssociatedWithCommerceAccount|(Invalid|Missing|Nonsupported|NotSupported|Unsupported)\w+)$/i;

/**
 * Parts of codes that name a later stage of a purchase: they prove nothing, whatever they begin with and whatever the
 * status. A role assignment, for one, is made for an order that exists.
 */
const laterStage =
  /fulfil|payment|quote|charge|transient|purchaseerror|creationfailed|operationfailed|billing(?!account|plan|profile|scope|subscription)/i;

/**
 * Codes with which Azure Resource Manager answers before the service sees anything, whatever the 4xx:
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors. Then codes that end a
 * purchase before anything is bought.
 */
const finalCodes = new Set(
  [
    "MissingSubscriptionRegistration",
    "SubscriptionNotRegistered",
    "NoRegisteredProviderFound",
    "SubscriptionNotFound",
    "TenantNotFound",
    "ReadOnlyDisabledSubscription",
    "DisabledSubscription",
    "AuthorizationFailed",
    "Forbidden",
    "RequestDisallowedByPolicy",
    "UnauthenticatedRequestsThrottled",
    "HttpMethodNotSupported",
    "RiskCheckFailed",
    "FulfillmentOutOfStockError",
  ].map((code) => code.toLowerCase()),
);

/** Recorded: `Session timed out - Call CalculatePrice again and provide the new Reservation Order ID for purchase`. */
const timedOut =
  /\b(session|quote)\b.{0,40}\b(timed[\s-]?out|time[\s-]?out|expired)\b|\bcall\s+calculate\s?price\s+again\b/i;

/** Judges such an answer. Whatever is not provably a refusal is unknown. `existsCode` matches the code of a used handle. */
export function judgeRefusal(answer: Answer, body: UnknownObject | undefined, existsCode: RegExp): RefusalVerdict {
  const { status } = answer;
  const { code, message } = errorOf(body);
  const reason = [`HTTP ${status}`, code, message].filter((part) => part !== undefined).join(": ");
  const unknown = { kind: "unknown", code, reason } as const;
  if (status < 400 || status >= 500 || status === 408 || status === 429) return unknown;
  const isDenied = status === 401 || status === 403;
  if (code === undefined) return isDenied ? { kind: "rejected", code: `HTTP ${status}`, reason } : unknown;
  if (existsCode.test(code)) return { kind: "exists", code, reason };
  if (!isDenied && timedOut.test(message ?? "")) return status === 400 ? { kind: "expired", code, reason } : unknown;
  if (finalCodes.has(code.toLowerCase())) return { kind: "rejected", code, reason };
  const isRefused = isDenied || (status === 400 && validationCode.test(code));
  return isRefused && !laterStage.test(code) ? { kind: "rejected", code, reason } : unknown;
}
