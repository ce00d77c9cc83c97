import type { DriveJobs, ExecuteSql } from "../../contract/drive-jobs.ts";
import { messageOf } from "../../contract/errors.ts";
import type { ExecutionRecord } from "../../contract/execution-record.ts";
import type { LedgerTransaction } from "../ledger-store.ts";
import { PostgresError } from "./postgres-error.ts";
import type { Query } from "./postgres-session.ts";

/** The part of a transaction that tells what may be driven; `now` is its time. */
export function tellerOf(
  jobs: DriveJobs | undefined,
  now: number,
  query: Query,
): Pick<LedgerTransaction, "drivable"> | undefined {
  return jobs && { drivable: (execution) => sendJob(jobs, execution, now, query) };
}

/** A job could not be sent, which is no reason not to record what it is about. */
export class JobNotSent extends Error {
  override readonly name = "JobNotSent";
  readonly executionId: string;

  constructor(executionId: string, cause: unknown) {
    super(messageOf(cause), { cause });
    this.executionId = executionId;
  }
}

/** Sends a job within the transaction. Throws JobNotSent, or what would have befallen any other statement. */
async function sendJob(jobs: DriveJobs, execution: ExecutionRecord, now: number, query: Query): Promise<void> {
  let failure: PostgresError | undefined;
  const execute: ExecuteSql = async (text, values) => {
    try {
      return { rows: await query(text, ...values) };
    } catch (error) {
      if (error instanceof PostgresError) failure = error;
      throw error;
    }
  };
  try {
    await jobs.send(execution, now, execute);
  } catch (error) {
    if (failure !== undefined && (failure.connectionUseless || failure.transient)) throw failure;
    throw new JobNotSent(execution.executionId, failure ?? error);
  }
}
