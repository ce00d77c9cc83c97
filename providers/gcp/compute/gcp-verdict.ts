import { ApiError, quoteCode } from "../../http/api-error.ts";
import { TransportError } from "../../http/transport-error.ts";
import { BuyonceError, messageOf } from "../../../src/contract/errors.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { maskTokens } from "../google-error.ts";
import { isRateLimit } from "../gcp-refusal.ts";
import { nameTaken, notBought, notKnown, type Seller } from "./gcp-answers.ts";
import type { GcpOperation } from "./gcp-api.ts";
import type { GcpScope } from "./gcp-scope.ts";
import { evidenceOf, isIn, parseTarget } from "./gcp-target.ts";

/** What an answer to a purchase proves. Codes are Google's own. */
export type Verdict =
  | Exclude<PurchaseAnswer, { readonly kind: "bought" }>
  /** The operation is done, and nothing went wrong: it is bought. */
  | { readonly kind: "done" }
  /** Google has taken the purchase on; its operation says later what became of it. */
  | { readonly kind: "under-way"; readonly operation: string };

/** 4xx that end a request on its way, however far it came: 499 is Google's CANCELLED. */
const openStatuses = new Set([408, 499]);

/**
 * Judges what was thrown by the purchase of a commitment. Definitely not bought: it was not sent, or a 4xx with a reason that
 * could be read, but for 408, 499 and a conflict that is not `alreadyExists` (`ALREADY_EXISTS` in newer APIs). Everything else is unknown: timeouts, resets,
 * cut, endless and unreadable answers, every 5xx.
 */
export function judgeError(error: unknown, name: string, seller?: Seller): Exclude<PurchaseAnswer, { kind: "bought" }> {
  if (error instanceof TransportError && error.stage !== "unanswered") {
    const why = error.stage === "credential" ? "no Google token could be had" : "Google could not be reached";
    const reason = `it was not sent, because ${why}: ${error.message}`;
    return notBought(name, { reason, code: error.code, retryable: true, left: false }, seller);
  }
  const reason = messageOf(error);
  // Errors of this package come before anything is sent: a package that is missing, an endpoint that is not secure.
  if (BuyonceError.isInstance(error)) {
    const { code, retryable } = error;
    return notBought(name, { reason: reason.replace(/\.$/, ""), code, retryable, left: false }, seller);
  }
  if (!(error instanceof ApiError)) return notKnown(name, { reason });
  const { status, code, retryAfter } = error;
  if (code === undefined || status < 400 || status >= 500 || openStatuses.has(status)) {
    return notKnown(name, { reason, code, retryAfter });
  }
  if (status !== 409) {
    const throttled = isRateLimit(error);
    const answer = notBought(name, { reason, code, retryable: throttled, left: true }, seller);
    return throttled ? { ...answer, throttled, retryAfter } : answer;
  }
  return /^(alreadyExists|ALREADY_EXISTS)$/.test(code)
    ? nameTaken(name, { reason, code })
    : notKnown(name, { reason, code, retryAfter });
}

/**
 * Judges the operation that a purchase answered with, or that was read later. It has to be one that inserts this very
 * commitment; what else it is about is evidence. An error in it means that no commitment was created only where it is of the
 * caller's making (4xx).
 */
export function judgeOperation(operation: GcpOperation, commitment: string, scope: GcpScope): Verdict {
  const { kind, name, targetLink, status, error, httpErrorStatusCode } = operation;
  if (kind !== "compute#operation" || !name) {
    return notKnown(commitment, { reason: "the answer is no operation with a name" });
  }
  const target = parseTarget(targetLink ?? "");
  if (target?.name !== commitment || !isIn(target, scope)) {
    const reason = `operation ${name} is about ${targetLink || "nothing that it names"}`;
    return notKnown(commitment, { reason, evidence: target === undefined ? [] : [evidenceOf(target, scope)] });
  }
  const problems = error?.errors ?? [];
  if (problems.length === 0 && !httpErrorStatusCode) {
    return status === "DONE" ? { kind: "done" } : { kind: "under-way", operation: name };
  }
  const code = quoteCode(problems[0]?.code || `HTTP ${httpErrorStatusCode}`);
  const said = problems.map((problem) => `${problem.code}: ${maskTokens(problem.message ?? "")}`).join("; ");
  const reason = `operation ${name} ended with ${said || code}`;
  if (code === "RESOURCE_ALREADY_EXISTS" || httpErrorStatusCode === 409) return nameTaken(commitment, { reason, code });
  const http = httpErrorStatusCode ?? 0;
  const isCallers = http >= 400 && http < 500 && !openStatuses.has(http);
  const callersMaking = status === "DONE" && problems.length > 0 && isCallers;
  return callersMaking
    ? notBought(commitment, { reason, code, retryable: false, left: true })
    : notKnown(commitment, { reason, code });
}
