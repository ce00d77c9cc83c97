import type { PgBoss } from "pg-boss";
import { checkNumber } from "../contract/check-number.ts";
import type { DriveJobs, ExecuteSql } from "../contract/drive-jobs.ts";
import { LedgerError, messageOf, RefusedError } from "../contract/errors.ts";
import type { ExecutionRecord } from "../contract/execution-record.ts";
import { importOptional } from "../contract/optional-package.ts";
import { whyForbidden } from "../contract/terms.ts";

/** Where the jobs are. */
export interface JobQueueOptions {
  /** `postgres://user@host:5432/database` of the ledger's own database. */
  readonly connectionString: string;
  /** The schema of the queue, made when missing: lower-case letters, digits, `_`. Default `buyonce_queue`. */
  readonly schema?: string;
  /** Connections that it opens at most, beside the ledger's. Default 4. */
  readonly connections?: number;
}

/** A job that was taken: it is nobody else's until it is ended, or until it is so old that its worker must be dead. */
export interface TakenJob {
  readonly id: string;
  readonly executionId: string;
}

/**
 * Jobs "drive this execution", in the database of the ledger. Losing one, or getting it twice, changes nothing about what is bought:
 * sweeps of the ledger find what is left.
 */
export interface JobQueue extends DriveJobs {
  /** Takes jobs that are due, at most so many. Throws where the queue cannot be used. */
  take(atMost: number): Promise<readonly TakenJob[]>;
  /** Says that a job is done, or that it is to be tried again later. */
  end(job: TakenJob, isDone: boolean): Promise<void>;
  /** Sends jobs for what was left behind; what waits in the queue already waits once. */
  put(executionIds: readonly string[]): Promise<void>;
  /** Makes what is missing of the queue, and connects anew. */
  repair(): Promise<void>;
  /** `notSent`: an execution was recorded without its job. `failed`: its upkeep failed, which nothing hangs on. */
  listen(listener: { notSent(executionId: string, error: unknown): void; failed(error: unknown): void }): void;
  close(): Promise<void>;
}

const queueName = "drive";

/**
 * How a job is handled, in seconds: tried again with growing pauses, given to another worker when it is older than any drive
 * lasts, kept for a day where it waits, and for an hour once it is done. A job that is given up is found again by a sweep.
 */
const jobOptions = {
  retryLimit: 10,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  expireInSeconds: 900,
  deleteAfterSeconds: 3600,
} as const;

/** One job of an execution waits at a time. */
const policy = "short";

type Listener = Parameters<JobQueue["listen"]>[0];

/**
 * Opens the queue, and makes or migrates its schema. It is the work of the package `pg-boss`, which has to be installed. Throws a
 * RefusedError `invalid-configuration`, or a LedgerError `ledger-unavailable` where the queue cannot be opened.
 */
export async function openJobQueue({
  connectionString,
  schema = "buyonce_queue",
  connections = 4,
}: JobQueueOptions): Promise<JobQueue> {
  checkNumber("connections", connections, { minimum: 1, maximum: 1000 });
  checkSchema(schema);
  const pgBoss = await importOptional("pg-boss", () => import("pg-boss"), {
    version: 12,
    neededBy: "Several servers and workers on one PostgreSQL need",
  });
  let listener: Listener | undefined;
  const open = async (): Promise<PgBoss> => {
    const boss = new pgBoss.PgBoss({
      connectionString,
      schema,
      max: connections,
      application_name: "buyonce queue",
      schedule: false,
      registerInstance: false,
    });
    boss.on("error", (error) => listener?.failed(error));
    try {
      await boss.start();
      if ((await boss.getQueue(queueName)) === null) await boss.createQueue(queueName, { policy });
    } catch (error) {
      await closeQuietly(boss);
      throw error;
    }
    return boss;
  };
  let boss = await open().catch((cause: unknown) => {
    throw cannotOpen(schema, cause);
  });
  let isClosed = false;
  return {
    ...jobsOf(() => boss),
    notSent: (executionId, error) => listener?.notSent(executionId, error),
    listen: (given) => {
      listener = given;
    },
    repair: async () => {
      const next = await open();
      const former = isClosed ? next : boss;
      if (!isClosed) boss = next;
      await closeQuietly(former);
    },
    close: async () => {
      isClosed = true;
      await closeQuietly(boss);
    },
  };
}

function jobsOf(boss: () => PgBoss): Pick<JobQueue, "send" | "take" | "end" | "put"> {
  return {
    send: async (execution, now, execute) => {
      const due = dueOf(execution, now);
      if (due === undefined) return;
      const { executionId } = execution;
      await boss().send(
        queueName,
        { executionId },
        {
          ...jobOptions,
          ...due,
          // What was just recorded goes before what sweeps send: looks at what is pending, mostly.
          priority: 1,
          singletonKey: executionId,
          db: { executeSql: (text, values = []) => executeText(execute, text, values) },
        },
      );
    },
    take: async (atMost) => {
      const jobs = await boss().fetch<{ readonly executionId: string }>(queueName, { batchSize: atMost });
      return jobs.map(({ id, data }) => ({ id, executionId: data.executionId }));
    },
    end: async ({ id }, isDone) => {
      await (isDone ? boss().complete(queueName, id) : boss().fail(queueName, id));
    },
    put: async (executionIds) => {
      if (executionIds.length === 0) return;
      const jobs = executionIds.map((executionId) => {
        return { data: { executionId }, singletonKey: executionId, ...jobOptions };
      });
      await boss().insert(queueName, jobs);
    },
  };
}

/** When a drive may have something to do about it: at once, or from a time on; undefined: not before a person says more. */
function dueOf(execution: ExecutionRecord, now: number): { readonly startAfter?: Date } | undefined {
  const forbidden = whyForbidden(execution, now);
  // What was sent for one that is stopped is looked after.
  if (forbidden === undefined || forbidden.kind === "stopped") return {};
  if (forbidden.code !== "not-due" || execution.notBefore === undefined) return undefined;
  return { startAfter: new Date(execution.notBefore) };
}

async function executeText(execute: ExecuteSql, text: string, values: readonly unknown[]) {
  const { rows } = await execute(text, values.map(String));
  return { rows: [...rows] };
}

async function closeQuietly(boss: PgBoss): Promise<void> {
  boss.removeAllListeners("error").on("error", () => undefined);
  try {
    await boss.stop({ graceful: false, close: true });
  } catch {
    // It keeps nothing that is needed.
  }
}

/** pg-boss writes the name into its statements. */
function checkSchema(schema: string): void {
  if (/^(?!pg_)[a-z_][a-z0-9_]{0,49}$/.test(schema)) return;
  throw new RefusedError({
    code: "invalid-configuration",
    message: `${JSON.stringify(schema)} is no schema name for a queue. Use up to 50 lower-case letters, digits and _, not beginning with a digit or pg_.`,
  });
}

function cannotOpen(schema: string, cause: unknown): LedgerError {
  return new LedgerError({
    code: "ledger-unavailable",
    message: `The queue beside the ledger (schema ${schema}) cannot be opened (${messageOf(cause)}). The first start needs CREATE on the database, or a schema ${schema} of its own; later starts need to read and write its tables: docs/operate.md. Nothing was sent.`,
    retryable: true,
    cause,
  });
}
