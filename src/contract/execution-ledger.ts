import type {
  Amendment,
  ExecutionEntry,
  ExecutionRecord,
  ExecutionsQuery,
  NewExecution,
  NumberedEntry,
  RecordedAt,
  Submitter,
} from "./execution-record.ts";

/** An execution of which another try was asked for. */
export type AskedRedrive = RecordedAt & {
  /** It was asked for before, under the same key: nothing was recorded. */
  readonly isReplay: boolean;
};

/** The records of executions: the part of a ledger that is about them as a whole. */
export interface ExecutionLedger {
  /**
   * Records an execution with all its places, in one transaction. One that is recorded already is left as it is, and returned
   * as it is: what is asked for now is compared with it by the caller.
   */
  recordExecution(execution: NewExecution): Promise<RecordedAt & { readonly isNew: boolean }>;

  /**
   * Records an execution for a caller, and what was submitted under the caller's key, in one transaction. The first submitter owns
   * the execution. Submitted again, nothing changes, whatever became of it since: a further key is kept, and the execution is
   * returned as it is. The same is what has the same terms ({@link submittedHash}) as were submitted first, under this key if it
   * is known, or as are recorded now.
   *
   * Throws a RefusedError, and stores nothing: `execution-id-taken` for an execution that another caller owns, or nobody;
   * `execution-changed` for other terms, and for a key under which another execution was submitted; `limits-differ` where an approval
   * is required now, and was not when it was recorded.
   */
  recordSubmitted(execution: NewExecution, submitter: Submitter): Promise<RecordedAt & { readonly isNew: boolean }>;

  /** The caller that owns an execution; undefined where nobody does, or where it is not known. */
  submitterOf(executionId: string): Promise<string | undefined>;

  /** The id of the execution that a caller submitted under a key; undefined for a key that is not known. */
  executionOfKey(caller: string, key: string): Promise<string | undefined>;

  /**
   * Changes what is said about an execution, with one line of its history. Throws an InvalidExecutionError for an execution that
   * it does not know, and a RefusedError: `terms-changed` where the terms are not those that the person saw, `already-sent` for a
   * skip or another source of what was sent, `limit-below-spent`, `total-currency-missing`, `execution-expired` for one that is to
   * be reopened, `nothing-to-change` where it is so already.
   */
  amend(executionId: string, amendment: Amendment): Promise<RecordedAt>;

  /**
   * Records that somebody asks for another try of what was refused, rejected or parked of an execution; of one that is stopped, only
   * of what was sent. From then on it is unfinished work, until a driver recorded what it found, or an amendment forbids it. Durable
   * when it resolves. Throws an InvalidExecutionError for an execution that it does not know, and a RefusedError with the reason
   * (such as `approval-missing`) for one that waits.
   *
   * Under a key that this person asked with before, nothing is recorded and nothing is to be driven (`isReplay`); a RefusedError
   * `execution-changed` where that was for another execution. Keys of submissions are others.
   */
  askRedrive(executionId: string, person: string, key?: string): Promise<AskedRedrive>;

  /** An execution with all its records, read at one moment; undefined where it is not known. */
  recorded(executionId: string): Promise<RecordedAt | undefined>;

  /** What is recorded about an execution, without its records; undefined where it is not known. */
  execution(executionId: string): Promise<ExecutionRecord | undefined>;

  /** Executions, last changed first. */
  executions(query: ExecutionsQuery): Promise<readonly ExecutionRecord[]>;

  /** The history of an execution, oldest first. */
  executionHistory(executionId: string): Promise<readonly ExecutionEntry[]>;

  /**
   * What happened to an execution and to its recommendations after an entry (0: from the beginning), oldest first, at most `limit`
   * lines.
   */
  historySince(executionId: string, after: number, limit: number): Promise<readonly NumberedEntry[]>;
}
