import { BuyonceError, type ErrorCode } from "../contract/errors.ts";
import type { Problem } from "./wire-types.ts";

/** One problem of a request: where it is, and what is wrong. */
export type ClientProblem = NonNullable<Problem["problems"]>[number];

/** What a ClientError is made of. */
interface ClientErrorParts {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryable: boolean;
  readonly retryAfter?: number | undefined;
  readonly status?: number | undefined;
  readonly problems?: readonly ClientProblem[] | undefined;
  readonly recIndex?: number | undefined;
  readonly body?: string | undefined;
  readonly attempts?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A call that was not answered as it should be. Its `code` is one of docs/errors.md, or a newer server's own. What became of an execution
 * is never an error.
 */
export class ClientError extends BuyonceError {
  override readonly name = "ClientError";
  /** What happened and what to do, in the server's words where it answered. */
  readonly detail: string;
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;
  /** What is wrong with the request, each with a JSON pointer into the body or the name of a parameter. */
  readonly problems: readonly ClientProblem[];
  /** The recommendation that it is about, where it is about one. */
  readonly recIndex: number | undefined;
  /** The answer itself, or its first 10,000 characters; undefined where there was none. */
  readonly body: string | undefined;
  /**
   * How often it was sent. Where it is more than once, an earlier attempt, whose answer was lost, may have been carried out:
   * `terms-changed` and `nothing-to-change` may mean that.
   */
  readonly attempts: number;

  constructor({
    code,
    detail,
    retryable,
    retryAfter,
    status,
    problems = [],
    recIndex,
    body,
    attempts = 0,
    cause,
  }: ClientErrorParts) {
    super({ code, message: detail, retryable, retryAfter, cause });
    this.detail = detail;
    this.status = status;
    this.problems = problems;
    this.recIndex = recIndex;
    this.body = body?.slice(0, 10_000);
    this.attempts = attempts;
  }

  /** Whether something is one, also of another copy of the package. */
  static override isInstance(error: unknown): error is ClientError {
    return BuyonceError.isInstance(error) && error.name === "ClientError";
  }
}

/** That a call cannot be sent as it is: nothing was. */
export function notSent(detail: string, at: Omit<ClientProblem, "detail"> = {}): ClientError {
  const problems = [{ ...at, detail }];
  return new ClientError({
    code: "malformed-request",
    detail: `${detail} Nothing was sent.`,
    retryable: false,
    problems,
  });
}
