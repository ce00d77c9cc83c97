import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LedgerError } from "../../contract/errors.ts";
import type { HistoryEntry, Ledger, TokenRecord } from "../../contract/ledger.ts";
import { createLedger } from "../create-ledger.ts";
import { withoutRestored, withRestored } from "../execution-rules.ts";
import { createSerializer } from "../serialize.ts";
import { readCount, storedCount } from "../../contract/counted-price.ts";
import type { ExecutionEntry, ExecutionRecord } from "../../contract/execution-record.ts";
import { workLeft } from "../../contract/execution-state.ts";
import { boughtAt } from "../../contract/twin.ts";
import {
  keyIn,
  mostAsked,
  type LedgerStore,
  type LedgerTransaction,
  numberedEntry,
  occupiedLane,
  restingSince,
} from "../ledger-store.ts";
import { type CommitSteps, createGroupCommit } from "./group-commit.ts";
import { closeDatabase } from "./open-database.ts";
import { createPlaceCheck } from "./place-check.ts";
import { takeInLog } from "./take-in-log.ts";
import { recordsStatement } from "./records-statement.ts";
import { prepareStatements, type SqliteStatements } from "./sqlite-statements.ts";
import { sqliteError } from "./sqlite-error.ts";
import { announcingIn, sqliteWebhooks } from "./sqlite-webhooks.ts";

/** What the ledger is made of. */
export interface SqliteStoreOptions {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly clock: () => number;
}

/** The ledger in a migrated database. Whatever is asked of it fails once its file is moved away: see `place-check.ts`. */
export function createSqliteLedger({ database, file, clock }: SqliteStoreOptions): Ledger {
  const checkPlace = createPlaceCheck(file, { isOpen: true });
  const oneByOne = createSerializer();
  const sql = prepareStatements(database);
  const groupCommit = createGroupCommit(database, oneByOne, createCommitSteps(database, sql));
  /** By their text: there are as many as ways to narrow them down. */
  const recordsStatements = new Map<string, StatementSync>();

  const { record, parse } = parserOf(file);
  async function guarded<T>(run: () => T | Promise<T>): Promise<T> {
    try {
      checkPlace();
      return await run();
    } catch (error) {
      throw sqliteError(error, file);
    }
  }

  /** Reads between two transactions: within one, this connection would see what is not yet committed. */
  function read<T>(run: () => T): Promise<T> {
    return oneByOne(() => guarded(run));
  }

  return createLedger({
    now: () => guarded(clock),
    checkPlace: () => guarded(() => undefined),
    transaction: (_keys, run) => guarded(() => groupCommit(() => run(begin(sql, parse, clock())))),
    purchasedIn: (scopeKey, { after, limit } = { after: undefined, limit: -1 }) =>
      read(() => sql.purchasedIn.all(scopeKey, after ?? null, limit).map(record)),
    boughtAlike: ({ fingerprints, since, exceptExecution }, limit) =>
      read(() => sql.boughtAlike.all(JSON.stringify(fingerprints), since, "", exceptExecution, limit).map(record)),
    owners: (scopeKey) =>
      read(() => sql.owners.all(scopeKey).map((row) => [text(row, "commitment_id"), text(row, "token")] as const)),
    ownerCount: (scopeKey) => read(() => Number(sql.ownerCount.get(scopeKey)?.["n"] ?? 0)),
    withWork: (kinds, before, limit, after) =>
      read(() => {
        const place = after
          ? { since: restingSince(after), execution: after.executionId, index: after.recIndex }
          : { since: Number.MIN_SAFE_INTEGER, execution: "", index: -1 };
        return sql.withWork.all({ kinds: JSON.stringify(kinds), before, limit, ...place }).map(record);
      }),
    records: (query) =>
      read(() => {
        const { text: statement, values } = recordsStatement(query, clock());
        let prepared = recordsStatements.get(statement);
        if (prepared === undefined) recordsStatements.set(statement, (prepared = database.prepare(statement)));
        return prepared.all(values).map(record);
      }),
    recordsOf: (executionId) => read(() => sql.recordsOf.all(executionId).map(record)),
    ...executionReads({ database, sql, parse, record, read, clock }),
    ...sqliteWebhooks({ sql: sql.webhooks, parse, clock, read, write: (run) => guarded(() => groupCommit(run)) }),
    history: (token) => read(() => sql.history.all(token).map((row) => parse<HistoryEntry>(text(row, "entry")))),
    restoredAt: () => read(() => restoredIn(sql)),
    markRestored: () =>
      guarded(() =>
        groupCommit(async () => {
          sql.markRestored.run(clock());
        }),
      ),
    close: () => oneByOne(async () => closeDatabase(database, checkPlace)),
  });
}

/** What reads about executions. */
interface ReadParts extends Pick<SqliteStoreOptions, "database" | "clock">, ReturnType<typeof parserOf> {
  readonly sql: SqliteStatements;
  readonly read: <T>(run: () => T) => Promise<T>;
}

/** What the store reads of executions. */
function executionReads({ database, sql, parse, record, read, clock }: ReadParts) {
  return {
    execution: (executionId) => read(() => executionIn(sql, parse, executionId)),
    recorded: (executionId) =>
      read(() =>
        atOneMoment(database, () => {
          const execution = executionIn(sql, parse, executionId);
          return execution && { execution, records: sql.recordsOf.all(executionId).map(record), at: clock() };
        }),
      ),
    executions: ({ caller, after, limit }) =>
      read(() => {
        const [all, further] =
          caller === undefined ? [sql.executions, sql.executionsAfter] : [sql.executionsOf, sql.executionsOfAfter];
        const narrow = { ...(caller === undefined ? {} : { caller }), limit };
        const rows =
          after === undefined
            ? all.all(narrow)
            : further.all({ ...narrow, at: after.updatedAt, id: after.executionId });
        const restoredAt = restoredIn(sql);
        return rows.map((row) => withRestored(parse<ExecutionRecord>(text(row, "record")), restoredAt));
      }),
    executionHistory: (executionId) =>
      read(() => sql.executionHistory.all(executionId).map((row) => parse<ExecutionEntry>(text(row, "entry")))),
    historySince: (executionId, after, limit) =>
      read(() =>
        sql.historySince
          .all({ id: executionId, after, limit })
          .map((row) => numberedEntry(row, parse(text(row, "entry")))),
      ),
    executionOfKey: (caller, key) =>
      read(() => {
        const row = sql.key.get(caller, key);
        return row && text(row, "execution_id");
      }),
  } satisfies Partial<LedgerStore>;
}

/** As many rows are written before the log is taken in; it then has some 2,000 pages. */
const rowsOfLog = 1000;

/**
 * Counts the transactions that wrote something, each in itself: by the number, a log is told from an older one. Takes the log
 * in whenever it has grown.
 */
function createCommitSteps(database: DatabaseSync, { totalChanges, countChange }: SqliteStatements): CommitSteps {
  const written = () => Number(totalChanges.get()?.["n"]);
  let before = written();
  let takenIn = before;
  return {
    before: () => {
      if (written() === before) return;
      countChange.run();
      before = written();
    },
    after: () => {
      if (before - takenIn < rowsOfLog) return;
      // What is being read stays in the log until the next time.
      if (takeInLog(database, "PASSIVE")) takenIn = written();
    },
  };
}

/** Reads what no other process writes to meanwhile. */
function atOneMoment<T>(database: DatabaseSync, run: () => T): T {
  database.exec("BEGIN");
  try {
    return run();
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}

const text = (row: Record<string, unknown>, column: string) => String(row[column]);

/** Reads what rows hold. */
function parserOf(file: string) {
  function parse<T>(json: string): T {
    try {
      return JSON.parse(json) as T;
    } catch (cause) {
      throw new LedgerError({
        code: "ledger-corrupt",
        message: `The ledger ${file} holds a record that is not JSON. Restore the file from a backup.`,
        cause,
      });
    }
  }
  const record = (row: Record<string, unknown>): TokenRecord => parse(text(row, "record"));
  return { parse, record };
}

type Parse = <T>(json: string) => T;

function executionIn(sql: SqliteStatements, parse: Parse, executionId: string): ExecutionRecord | undefined {
  const row = sql.execution.get(executionId);
  return row && withRestored(parse<ExecutionRecord>(text(row, "record")), restoredIn(sql));
}

function restoredIn(sql: SqliteStatements): number | undefined {
  const at = sql.restoredAt.get()?.["restored_at"];
  return typeof at === "number" ? at : undefined;
}

function begin(sql: SqliteStatements, parse: Parse, now: number): LedgerTransaction {
  const record = (row: Record<string, unknown>) => parse<TokenRecord>(text(row, "record"));
  const put = (next: TokenRecord) => {
    const { token, executionId, recIndex, scope, fingerprint, state } = next;
    const [lane, work] = [occupiedLane(next) ?? null, workLeft(next) ?? null];
    const [counted, bought, body] = [storedCount(next), boughtAt(next) ?? null, JSON.stringify(next)];
    const place = [token, executionId, recIndex, scope.key, fingerprint] as const;
    sql.put.run(...place, state, lane, work, restingSince(next), counted, bought, body);
  };
  return {
    now,
    get: async (token) => {
      const row = sql.get.get(token);
      return row && record(row);
    },
    put: async (next, entry) => {
      put(next);
      sql.append.run(next.token, next.executionId, JSON.stringify(entry));
    },
    touch: async (next) => put(next),
    inLane: async (lane, exceptToken) => sql.inLane.all(lane, exceptToken).map((row) => text(row, "token")),
    boughtAlike: async (fingerprint, since, exceptToken) =>
      sql.boughtAlike.all(JSON.stringify([fingerprint]), since, exceptToken, "", mostAsked).map(record),
    execution: async (executionId) => executionIn(sql, parse, executionId),
    putExecution: async (execution, entry) => {
      const { executionId, owner, updatedAt } = execution;
      sql.putExecution.run(executionId, owner?.caller ?? null, updatedAt, JSON.stringify(withoutRestored(execution)));
      sql.appendExecution.run(executionId, JSON.stringify(entry));
    },
    recordsOf: async (executionId) => sql.recordsOf.all(executionId).map(record),
    counted: async (executionId, exceptToken) =>
      sql.counted.all(executionId, exceptToken).flatMap((row) => readCount(text(row, "counted"))),
    takeKey: async ({ caller, key, executionId, termsHash, at }) => {
      const row = sql.key.get(caller, key);
      if (row === undefined) sql.takeKey.run(caller, key, executionId, termsHash, at);
      return row && keyIn(row, { caller, key });
    },
    own: async (scopeKey, ids, token) =>
      ids.filter((id) => {
        sql.own.run(scopeKey, id, token);
        return sql.owner.get(scopeKey, id)?.["token"] !== token;
      }),
    ...announcingIn(sql.webhooks, {
      execution: (executionId) => executionIn(sql, parse, executionId),
      records: (executionId) => sql.recordsOf.all(executionId).map(record),
    }),
  };
}
