import { cutCode } from "./clean-text.ts";

/** Every stable error code. error-advice.ts, and docs/errors.md that is made from it, say what each means and what to do. */
export type ErrorCode =
  // before anything is driven
  | "invalid-execution"
  | "invalid-configuration"
  | "aborted"
  // the ledger
  | "ledger-missing"
  | "ledger-unavailable"
  | "ledger-locked"
  | "ledger-read-only"
  | "ledger-corrupt"
  | "ledger-newer-schema"
  | "ledger-full"
  | "claim-lost"
  | "commitment-taken"
  | "too-many-attempts"
  // the execution's record forbids it, or a change of it
  | "execution-changed"
  | "execution-id-taken"
  | "source-differs"
  | "limits-differ"
  | "approval-missing"
  | "second-person-needed"
  | "not-due"
  | "execution-expired"
  | "execution-cancelled"
  | "execution-incomplete"
  | "restored-unconfirmed"
  | "terms-changed"
  | "plan-outdated"
  | "plan-expired"
  | "not-agreed"
  | "already-sent"
  | "limit-below-spent"
  | "nothing-to-change"
  // refused: a guard stopped it, nothing was sent
  | "lookup-failed"
  | "lookup-untrusted"
  | "credentials-unavailable"
  | "access-denied"
  | "wrong-account"
  | "commitment-mismatch"
  | "commitment-unverifiable"
  | "commitment-unclear"
  | "look-alike"
  | "bought-elsewhere"
  | "several-commitments"
  | "identical-purchase-open"
  | "twin-forbidden"
  | "quote-failed"
  | "not-offered"
  | "several-offerings"
  | "not-in-plan"
  | "price-above-limit"
  | "price-currency-mismatch"
  | "total-above-limit"
  | "total-currency-missing"
  | "total-unknown"
  | "deadline-too-near"
  // after a send
  | "purchase-rejected"
  | "purchase-over"
  | "outcome-unknown"
  // a person's decision about an unknown outcome
  | "nothing-to-resolve"
  | "still-shown"
  | "too-early"
  | "answer-unclear"
  | "there-before"
  | "resolved-as-not-bought"
  | "resolved-as-not-this"
  | "written-off"
  // another driver
  | "held-by-another-driver"
  | "executor-missing"
  // a request over HTTP that was not carried out
  | "malformed-request"
  | "not-authenticated"
  | "issuer-unavailable"
  | "not-permitted"
  | "foreign-origin"
  | "not-found"
  | "method-not-allowed"
  | "request-too-large"
  | "unsupported-media-type"
  | "precondition-missing"
  | "too-many-requests"
  | "server-busy"
  | "in-progress"
  | "too-many-streams"
  | "shutting-down"
  // a call of buyonce/client that got no answer to go by
  | "no-answer"
  | "foreign-answer"
  | "not-decided"
  // a defect in this program or in an executor
  | "internal";

/** What every error of this package carries. */
export interface BuyonceErrorOptions {
  readonly code: ErrorCode;
  /** What happened and what to do about it, for a person. */
  readonly message: string;
  /** Whether the same drive may succeed later without anything being changed. */
  readonly retryable?: boolean;
  /** Milliseconds to wait before trying again, where known. */
  readonly retryAfter?: number | undefined;
  /** The provider's own code, such as `RiskCheckFailed`, where it answered with one. */
  readonly providerCode?: string | undefined;
  readonly cause?: unknown;
}

const marker = Symbol.for("buyonce.error");

/** Base of every error that this package throws. `isInstance` recognises it across two copies of the package. */
export class BuyonceError extends Error {
  override readonly name: string = "BuyonceError";
  readonly [marker] = true;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
  readonly providerCode: string | undefined;

  constructor({ code, message, retryable = false, retryAfter, providerCode, cause }: BuyonceErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
    this.providerCode = providerCode === undefined ? undefined : cutCode(providerCode);
  }

  static isInstance(error: unknown): error is BuyonceError {
    return typeof error === "object" && error !== null && marker in error;
  }
}

/** One problem in an execution: where it is and what is wrong. */
export interface ExecutionProblem {
  /** `recommendations[1].quantity`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The execution, or what was asked for about one, is not valid; nothing was sent. Lists every problem, not only the first. */
export class InvalidExecutionError extends BuyonceError {
  override readonly name = "InvalidExecutionError";

  static override isInstance(error: unknown): error is InvalidExecutionError {
    return BuyonceError.isInstance(error) && error.name === "InvalidExecutionError";
  }
  readonly problems: readonly ExecutionProblem[];

  /**
   * `subject`: what is not valid; an execution, what was asked for about one that the ledger knows, an export that holds some, the
   * import of recommendations, a file that was to be written, or a plan.
   */
  constructor(
    problems: readonly ExecutionProblem[],
    subject: "execution" | "request" | "export" | "import" | "file" | "plan" = "execution",
  ) {
    const lines = problems.map(({ path, message }) => `  ${path === "" ? "execution" : path}: ${message}`);
    super({
      code: "invalid-execution",
      message: `The ${subject} is not valid; nothing was ${["import", "file"].includes(subject) ? "written" : "sent"}.\n${lines.join("\n")}`,
    });
    this.problems = problems;
  }
}

/** The ledger cannot be read or written, or refused a write. */
export class LedgerError extends BuyonceError {
  override readonly name = "LedgerError";

  static override isInstance(error: unknown): error is LedgerError {
    return BuyonceError.isInstance(error) && error.name === "LedgerError";
  }
}

/** A guard stopped the purchase before anything was sent for it. */
export class RefusedError extends BuyonceError {
  override readonly name = "RefusedError";

  static override isInstance(error: unknown): error is RefusedError {
    return BuyonceError.isInstance(error) && error.name === "RefusedError";
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "something without a text was thrown";
  }
}
