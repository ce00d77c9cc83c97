// A queue that distributes the work of driving. It is a hint: what is left to do, the ledger says.
import type { ExecutionRecord } from "./execution-record.ts";

/** Sends one statement in a transaction; parameters and columns are text. */
export type ExecuteSql = (
  text: string,
  values: readonly string[],
) => Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;

/** Who is told, in the ledger's own transaction, that a drive may have something to do about an execution. */
export interface DriveJobs {
  /**
   * Sends the job by statements of the transaction: it is there when the transaction is committed, and else never was. `now` is the
   * ledger's time, in milliseconds since 1970. Where it throws, the transaction is run again without it.
   */
  send(execution: ExecutionRecord, now: number, execute: ExecuteSql): Promise<void>;
  /** Told that an execution was recorded without its job: the next look into the ledger has to find it. */
  notSent(executionId: string, error: unknown): void;
}
