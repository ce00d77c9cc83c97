import type { DriveJobs } from "../../contract/drive-jobs.ts";
import type { ExecutionRecord } from "../../contract/execution-record.ts";
import type { RecordPlace, TokenRecord } from "../../contract/ledger.ts";
import { withRestored } from "../execution-rules.ts";
import { allStates, type LedgerStore, numberedEntry, restingSince } from "../ledger-store.ts";
import type { Row } from "./postgres-session.ts";
import { beginTransaction, parserOf, restoredIn, type TransactionParts } from "./postgres-transaction.ts";
import { postgresWebhooks } from "./postgres-webhooks.ts";
import { JobNotSent } from "./send-job.ts";
import { statements } from "./statements.ts";
import type { Transact } from "./transact.ts";

/** What a store is made of. */
export interface PostgresStoreOptions {
  readonly transact: Transact;
  readonly schema: string;
  /** Names the ledger in messages. */
  readonly ledger: string;
  /** Instead of the server's clock. */
  readonly clock: (() => number) | undefined;
  readonly close: () => Promise<void>;
  /** Told what may be driven; undefined: nobody. */
  readonly jobs: DriveJobs | undefined;
}

/**
 * Records in PostgreSQL. A transaction locks and reads all its tokens in one statement, and writes all of them in
 * another one: how many there are makes no difference to the number of round trips.
 */
export function createPostgresStore({
  transact,
  schema,
  ledger,
  clock,
  close,
  jobs,
}: PostgresStoreOptions): LedgerStore {
  const sql = statements(`"${schema}"`);
  const parse = parserOf(ledger);
  const time = (row: Row | undefined) => clock?.() ?? Number(row?.["now"]);

  return {
    close,
    // Who writes to a database writes where others read, whatever becomes of its files.
    checkPlace: async () => undefined,
    now: async () => {
      const [row] = clock ? [] : await transact.read((query) => query(sql.now));
      return time(row);
    },
    transaction: transactionsOf({ transact, sql, time, parse, jobs }),
    purchasedIn: async (scopeKey, page) => {
      const rows = await transact.read((query) =>
        page === undefined
          ? query(sql.purchasedIn, scopeKey)
          : query(sql.purchasedPage, scopeKey, page.after ?? "", String(page.limit)),
      );
      return rows.map((row) => parse(row["record"]));
    },
    withWork: async (kinds, restingBefore, limit, after) => {
      const parameters = [JSON.stringify(kinds), String(restingBefore), ...placeOf(after), String(limit)];
      const rows = await transact.read((query) => query(sql.withWork, ...parameters));
      return rows.map((row) => parse(row["record"]));
    },
    records: async ({ states, held, work, tokens, oldestAfter, limit }) => {
      const narrow = (value: unknown) => (value === undefined ? "" : JSON.stringify(value));
      // What narrows more than a state has an index of its own.
      const isByState = work === undefined && tokens === undefined;
      const after = oldestAfter === "beginning" ? undefined : oldestAfter;
      const parameters = [
        narrow(isByState ? (states ?? allStates) : states),
        narrow(held),
        narrow(clock?.()),
        work ?? "",
        narrow(tokens),
        ...placeOf(after),
      ];
      const statement = sql[isByState ? "recordsOfStates" : "records"](oldestAfter === undefined ? "DESC" : "ASC");
      const rows = await transact.read((query) => query(statement, ...parameters, String(limit)));
      return rows.map((row) => parse(row["record"]));
    },
    recordsOf: async (executionId) =>
      (await transact.read((query) => query(sql.recordsOf, executionId))).map((row) => parse(row["record"])),
    ...boughtIn({ transact, sql, parse }),
    ...executionsIn({ transact, sql, parse, time }),
    ...postgresWebhooks({ transact, sql, parse, clock }),
    restoredAt: async () => {
      const [row] = await transact.read((query) => query(sql.restoredAt));
      return typeof row?.["at"] === "string" ? Number(row["at"]) : undefined;
    },
    markRestored: async () => {
      await transact.write((query) => query(sql.markRestored, String(clock?.() ?? "")));
    },
    history: async (token) =>
      (await transact.read((query) => query(sql.history, token))).map((row) => parse(row["entry"])),
  };
}

/** Runs transactions, each with its job if it can be sent, else without. */
function transactionsOf({
  transact,
  jobs,
  ...parts
}: Omit<TransactionParts, "query"> & { readonly transact: Transact }): LedgerStore["transaction"] {
  return async (keys, run) => {
    const attempt = (told: DriveJobs | undefined) =>
      transact.write(async (query) => {
        const { transaction, write } = await beginTransaction({ ...parts, query, jobs: told }, keys);
        const result = await run(transaction);
        await write();
        return result;
      });
    try {
      return await attempt(jobs);
    } catch (error) {
      if (!(error instanceof JobNotSent)) throw error;
      const recorded = await attempt(undefined);
      jobs?.notSent(error.executionId, error.cause);
      return recorded;
    }
  };
}

/** What the store reads of what was bought, whoever asks. */
function boughtIn({
  transact,
  sql,
  parse,
}: Pick<TransactionParts, "sql" | "parse"> & { readonly transact: Transact }): Pick<
  LedgerStore,
  "owners" | "ownerCount" | "boughtAlike"
> {
  return {
    owners: async (scopeKey) => {
      const rows = await transact.read((query) => query(sql.owners, scopeKey));
      return rows.map((row) => [String(row["commitment_id"]), String(row["token"])] as const);
    },
    ownerCount: async (scopeKey) => {
      const [row] = await transact.read((query) => query(sql.ownerCount, scopeKey));
      return Number(row?.["n"]);
    },
    boughtAlike: async ({ fingerprints, since, exceptExecution }, limit) => {
      const parameters = [JSON.stringify(fingerprints), String(since), "", exceptExecution, String(limit)];
      const rows = await transact.read((query) => query(sql.boughtAlike, ...parameters));
      return rows.map((row) => parse(row["record"]));
    },
  };
}

/** What the store reads of executions. */
function executionsIn({
  transact,
  sql,
  parse,
  time,
}: Omit<TransactionParts, "query" | "jobs"> & { readonly transact: Transact }): Pick<
  LedgerStore,
  "execution" | "recorded" | "executions" | "executionHistory" | "historySince" | "executionOfKey"
> {
  return {
    recorded: async (executionId) => {
      const [row] = await transact.read((query) => query(sql.recorded, executionId));
      if (row === undefined) return undefined;
      const execution = withRestored(parse<ExecutionRecord>(row["record"]), restoredIn(row));
      const records = parse<string[]>(row["records"]).map((json) => parse<TokenRecord>(json));
      return { execution, records, at: time(row) };
    },
    execution: async (executionId) => {
      const [row] = await transact.read((query) => query(sql.execution, executionId));
      return row && withRestored(parse<ExecutionRecord>(row["record"]), restoredIn(row));
    },
    executions: async ({ caller, after, limit }) => {
      const place = after === undefined ? ["", ""] : [String(after.updatedAt), after.executionId];
      const statement = sql.executions(caller !== undefined);
      const rows = await transact.read((query) => query(statement, ...place, String(limit), caller ?? ""));
      return rows.map((row) => withRestored(parse<ExecutionRecord>(row["record"]), restoredIn(row)));
    },
    executionHistory: async (executionId) =>
      (await transact.read((query) => query(sql.executionHistory, executionId))).map((row) => parse(row["entry"])),
    historySince: async (executionId, after, limit) => {
      const rows = await transact.read((query) => query(sql.historySince, executionId, String(after), String(limit)));
      return rows.map((row) => numberedEntry(row, parse(row["entry"])));
    },
    executionOfKey: async (caller, key) => {
      const [row] = await transact.read((query) => query(sql.key, caller, key));
      return row && String(row["execution_id"]);
    },
  };
}

/** Where a record stands, as parameters; empty ones narrow nothing. */
function placeOf(after: RecordPlace | undefined): readonly string[] {
  return after ? [String(restingSince(after)), after.executionId, String(after.recIndex)] : ["", "", ""];
}
