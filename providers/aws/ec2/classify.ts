import { BuyonceError, PurchaseOutcomeUnknownError, PurchaseRejectedError } from "../../../src/spec/errors.ts";
import { isAccessDenied, isThrottling, readSdkError, type SdkError } from "../sdk-error.ts";
import type { SendReport } from "./send-once.ts";

/** Codes of a 4xx that leave open whether the request was carried out. */
const ambiguousCodes = new Set(["RequestTimeout", "RequestTimeoutException"]);

/**
 * What an error of the purchase proves.
 *
 * Definitely not bought: it failed before it was handed to the network, the server's name or the connection to it
 * failed, or a 4xx with an error code that could be read. Everything else is unknown: timeouts, resets, cut and
 * unreadable answers, every 5xx (EC2 answers `RequestLimitExceeded` with 503), every 408.
 */
export function classifyPurchaseError(
  error: unknown,
  { handedOver }: SendReport,
): PurchaseRejectedError | PurchaseOutcomeUnknownError {
  if (!handedOver && BuyonceError.isInstance(error)) {
    const { code: providerCode, message, retryable, retryAfter } = error;
    return new PurchaseRejectedError({ providerCode, message, retryable, retryAfter, cause: error });
  }
  const problem = readSdkError(error);
  const said = `${problem.code ?? problem.systemCode ?? problem.name}: ${problem.message}`;
  if (!handedOver || failedToConnect(problem)) {
    return new PurchaseRejectedError({
      providerCode: problem.systemCode ?? problem.name,
      message: `The purchase did not reach EC2 (${said}); nothing was bought. Drive again.`,
      retryable: true,
      cause: error,
    });
  }
  const { status, code } = problem;
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && code && !ambiguousCodes.has(code)) {
    return new PurchaseRejectedError({
      providerCode: code,
      message: `EC2 refused the purchase (${said}); nothing was bought. ${advice(problem)}`,
      retryable: isThrottling(problem),
      cause: error,
    });
  }
  return new PurchaseOutcomeUnknownError({
    message: `EC2 did not say whether it was bought (${status === undefined ? "" : `HTTP ${status}, `}${said}). Drive again: it is looked for first, and not bought again before it is proven absent.`,
    cause: error,
  });
}

function failedToConnect({ syscall, name, message }: SdkError): boolean {
  if (syscall === "getaddrinfo" || syscall === "connect") return true;
  // The handler's connection timeout has no code of its own; its other timeouts have other texts.
  return name === "TimeoutError" && message.includes("did not establish a connection");
}

function advice(problem: SdkError): string {
  if (isThrottling(problem)) return "EC2 asked to slow down: drive again later.";
  if (isAccessDenied(problem)) return "Grant the permission ec2:PurchaseReservedInstancesOffering and drive again.";
  if (problem.code === "ReservedInstancesLimitExceeded") {
    return "The quota of Reserved Instances a month is used up: ask AWS to raise it, or wait for the next month, and drive again.";
  }
  return "Remove the cause and drive again.";
}
