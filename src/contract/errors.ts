import { cutCode } from "./clean-text.ts";

/** Every stable error code. error-advice.ts, and docs/errors.md that is made from it, say what each means and what to do. */
export type ErrorCode =
  // before anything is driven
  | "invalid-execution"
  | "invalid-configuration"
  | "aborted"
  // the ledger
  | "ledger-unavailable"
  | "ledger-locked"
  | "ledger-read-only"
  | "ledger-corrupt"
  | "ledger-newer-schema"
  | "ledger-full"
  | "claim-lost"
  | "commitment-taken"
  | "too-many-attempts"
  // refused: a guard stopped it, nothing was sent
  | "fingerprint-conflict"
  | "lookup-failed"
  | "lookup-untrusted"
  | "credentials-unavailable"
  | "access-denied"
  | "wrong-account"
  | "commitment-mismatch"
  | "commitment-unverifiable"
  | "commitment-unclear"
  | "several-commitments"
  | "identical-purchase-open"
  | "quote-failed"
  | "not-offered"
  | "several-offerings"
  | "price-above-limit"
  | "price-currency-mismatch"
  | "total-above-limit"
  | "total-currency-missing"
  | "deadline-too-near"
  // after a send
  | "purchase-rejected"
  | "purchase-over"
  | "outcome-unknown"
  // a person's decision about an unknown outcome
  | "nothing-to-resolve"
  | "still-shown"
  | "resolved-as-not-bought"
  // another driver
  | "held-by-another-driver"
  | "executor-missing"
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

/** The execution is not valid; nothing was sent. Lists every problem, not only the first. */
export class InvalidExecutionError extends BuyonceError {
  override readonly name = "InvalidExecutionError";

  static override isInstance(error: unknown): error is InvalidExecutionError {
    return BuyonceError.isInstance(error) && error.name === "InvalidExecutionError";
  }
  readonly problems: readonly ExecutionProblem[];

  constructor(problems: readonly ExecutionProblem[]) {
    const lines = problems.map(({ path, message }) => `  ${path === "" ? "execution" : path}: ${message}`);
    super({
      code: "invalid-execution",
      message: `The execution is not valid; nothing was sent.\n${lines.join("\n")}`,
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

/** The provider answered definitely no: nothing was bought by this send. */
export class PurchaseRejectedError extends BuyonceError {
  override readonly name = "PurchaseRejectedError";

  static override isInstance(error: unknown): error is PurchaseRejectedError {
    return BuyonceError.isInstance(error) && error.name === "PurchaseRejectedError";
  }
  /**
   * The provider says that this handle is over, or refused a second send of one whose name a further quote has too. It
   * proves nothing by itself, also on a first send: a request that was repeated on its way is carried out and called over.
   * A new quote only after what was sent is proven dead.
   */
  readonly handleExpired: boolean;
  /** False where nothing left this machine: no connection, no credential. Otherwise the provider answered. */
  readonly left: boolean;

  constructor(
    options: Omit<BuyonceErrorOptions, "code"> & {
      providerCode: string;
      handleExpired?: boolean;
      left?: boolean;
      /** It was bought before under this handle and is over: code `purchase-over`. */
      over?: boolean;
    },
  ) {
    super({ ...options, code: options.over ? "purchase-over" : "purchase-rejected" });
    this.handleExpired = options.handleExpired ?? false;
    this.left = options.left ?? true;
  }
}

/** It was sent, and the answer does not prove whether it was bought. Never to be taken for a failure. */
export class PurchaseOutcomeUnknownError extends BuyonceError {
  override readonly name = "PurchaseOutcomeUnknownError";

  static override isInstance(error: unknown): error is PurchaseOutcomeUnknownError {
    return BuyonceError.isInstance(error) && error.name === "PurchaseOutcomeUnknownError";
  }
  /**
   * Ids in the answer that could not be judged, such as another order than the one that was sent. They are recorded, and
   * while one of them is not read and judged, no driver sends or quotes again.
   */
  readonly evidence: readonly string[];

  constructor(
    options: Omit<BuyonceErrorOptions, "code"> & {
      readonly providerCode?: string | undefined;
      readonly evidence?: readonly string[];
    },
  ) {
    super({ ...options, code: "outcome-unknown", retryable: options.retryable ?? true });
    this.evidence = options.evidence ?? [];
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
