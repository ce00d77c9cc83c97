import { BuyonceError } from "../../src/contract/errors.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { provesNotSent } from "../http/proves-not-sent.ts";
import { adviceOn } from "./aws-advice.ts";
import { failedUnsent } from "./unsent.ts";
import { isThrottling, readSdkError, saidBy, type SdkError } from "./sdk-error.ts";
import type { SendReport } from "./sdk-middleware.ts";

/** Codes of a 4xx that leave open whether the request was carried out. */
const ambiguousCodes = new Set([
  "RequestTimeout",
  "RequestTimeoutException",
  // OpenSearch: with another request, which may be our own; and a service behind it failed on the way.
  "ConflictException",
  "DependencyFailureException",
]);

/** Which purchase failed, for messages. */
export interface PurchaseContext {
  /** How the service is called: `EC2`. */
  readonly title: string;
  /** The IAM permission that the purchase needs. */
  readonly permission: string;
  /** Where it was sent: `us-east-1`. */
  readonly region?: string | undefined;
  /** The codes of a quota that is used up. */
  readonly quotaCodes: readonly string[];
  /** Further codes of a 4xx that leave open whether it was bought. */
  readonly ambiguousCodes?: readonly string[];
}

/**
 * What an error of the purchase proves.
 *
 * Definitely not bought: it failed before it was handed to the network or before there was a connection, or a 4xx with an
 * error code that could be read. Everything else is unknown: timeouts, resets, cut and
 * unreadable answers, every 5xx (EC2 answers `RequestLimitExceeded` with 503), every 408.
 */
export function judgePurchaseError(
  error: unknown,
  { handedOver }: SendReport,
  context: PurchaseContext,
): PurchaseAnswer & { readonly kind: "rejected" | "unknown" } {
  const { title, ambiguousCodes: furtherCodes = [] } = context;
  const refused = { kind: "rejected", expired: false, cause: error } as const;
  if (!handedOver && BuyonceError.isInstance(error)) {
    const { code: providerCode, message: reason, retryable, retryAfter } = error;
    return { ...refused, left: false, reason, providerCode, retryable, retryAfter };
  }
  const problem = readSdkError(error);
  const said = saidBy(problem);
  if (!handedOver || failedUnsent(error) || provesNotSent(error) || failedToConnect(problem)) {
    const advice = (handedOver ? undefined : adviceOn(problem, context)) ?? "Drive again.";
    return {
      ...refused,
      left: false,
      retryable: true,
      providerCode: problem.systemCode ?? problem.name,
      reason: `The purchase did not reach ${title} (${said}); nothing was bought. ${advice}`,
    };
  }
  const { status, code } = problem;
  const isAmbiguous = status === 408 || code === undefined || ambiguousCodes.has(code) || furtherCodes.includes(code);
  if (status !== undefined && status >= 400 && status < 500 && !isAmbiguous) {
    const throttled = isThrottling(problem);
    return {
      ...refused,
      left: true,
      retryable: throttled,
      ...(throttled ? { throttled } : {}),
      providerCode: code,
      reason: `${title} refused the purchase (${said}); nothing was bought. ${advice(problem, context)}`,
    };
  }
  const what = `did not say whether it was bought (${status === undefined ? "" : `HTTP ${status}, `}${said})`;
  return unknownOutcome(`${title} ${what}`, { providerCode: code, cause: error });
}

type Unknown = PurchaseAnswer & { readonly kind: "unknown" };

/** An answer that proves nothing, by what it was: what to do about it the drive says. */
export function unknownOutcome(what: string, details: Omit<Unknown, "kind" | "reason"> = {}): Unknown {
  return { kind: "unknown", reason: `${what}.`, ...details };
}

/** The handler's connection timeout has no code of its own; its other timeouts have other texts. */
function failedToConnect({ name, message }: SdkError): boolean {
  return name === "TimeoutError" && message.includes("did not establish a connection");
}

function advice(problem: SdkError, context: PurchaseContext): string {
  if (problem.code !== undefined && context.quotaCodes.includes(problem.code)) {
    return "A quota is used up: ask AWS to raise it, or wait until there is room again, and drive again.";
  }
  return adviceOn(problem, context) ?? "Remove the cause and drive again.";
}
