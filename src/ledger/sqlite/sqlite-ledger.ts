import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LedgerError } from "../../contract/errors.ts";
import type { HistoryEntry, Ledger, TokenRecord } from "../../contract/ledger.ts";
import { createLedger } from "../create-ledger.ts";
import { createSerializer } from "../serialize.ts";
import { type LedgerTransaction, occupiedLane, restingSince, workLeft } from "../ledger-store.ts";
import { createGroupCommit } from "./group-commit.ts";
import { createPlaceCheck } from "./place-check.ts";
import { recordsStatement } from "./records-statement.ts";
import { sqliteError } from "./sqlite-error.ts";

/** What the ledger is made of. */
export interface SqliteStoreOptions {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly clock: () => number;
}

/** The ledger in a migrated database. Whatever is asked of it fails once its file is moved away: see `place-check.ts`. */
export function createSqliteLedger({ database, file, clock }: SqliteStoreOptions): Ledger {
  const checkPlace = createPlaceCheck(file);
  const oneByOne = createSerializer();
  const groupCommit = createGroupCommit(database, oneByOne);
  const sql = {
    get: database.prepare("SELECT record FROM token_record WHERE token = ?"),
    put: database.prepare(
      `INSERT INTO token_record
         (token, execution_id, rec_index, scope_key, state, lane, work_left, resting_since, record)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (token) DO UPDATE SET state = excluded.state, lane = excluded.lane,
         work_left = excluded.work_left, resting_since = excluded.resting_since, record = excluded.record`,
    ),
    append: database.prepare("INSERT INTO history (token, entry) VALUES (?, ?)"),
    inLane: database.prepare("SELECT token FROM token_record WHERE lane = ? AND token <> ?"),
    withWork: database.prepare(
      `SELECT record FROM token_record
       WHERE work_left IN (SELECT value FROM json_each(?)) AND resting_since <= ?
       ORDER BY resting_since, rec_index LIMIT ?`,
    ),
    owner: database.prepare("SELECT token FROM commitment_owner WHERE scope_key = ? AND commitment_id = ?"),
    own: database.prepare("INSERT OR IGNORE INTO commitment_owner (scope_key, commitment_id, token) VALUES (?, ?, ?)"),
    // The index of the scopes holds the rows of each in the order of their numbers, which they keep.
    purchasedIn: database.prepare(
      `SELECT record FROM token_record WHERE scope_key = ? AND state = 'purchased'
         AND rowid > coalesce((SELECT rowid FROM token_record WHERE token = ?), 0)
       ORDER BY rowid LIMIT ?`,
    ),
    owners: database.prepare("SELECT commitment_id, token FROM commitment_owner WHERE scope_key = ?"),
    ownerCount: database.prepare("SELECT count(*) AS n FROM commitment_owner WHERE scope_key = ?"),
    execution: database.prepare("SELECT record FROM token_record WHERE execution_id = ? ORDER BY rec_index"),
    history: database.prepare("SELECT entry FROM history WHERE token = ? ORDER BY sequence"),
  };

  /** By their text: there are as many as ways to narrow them down. */
  const recordsStatements = new Map<string, StatementSync>();

  const text = (row: Record<string, unknown>, column: string) => String(row[column]);
  const record = (row: Record<string, unknown>): TokenRecord => parse(text(row, "record"));
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
  function put(next: TokenRecord): void {
    const { token, executionId, recIndex, scope, state } = next;
    const [lane, work] = [occupiedLane(next) ?? null, workLeft(next) ?? null];
    const body = JSON.stringify(next);
    sql.put.run(token, executionId, recIndex, scope.key, state, lane, work, restingSince(next), body);
  }
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

  function transaction(): LedgerTransaction {
    return {
      now: clock(),
      get: async (token) => {
        const row = sql.get.get(token);
        return row && record(row);
      },
      put: async (next, entry) => {
        put(next);
        sql.append.run(next.token, JSON.stringify(entry));
      },
      touch: async (next) => put(next),
      inLane: async (lane, exceptToken) => sql.inLane.all(lane, exceptToken).map((row) => text(row, "token")),
      own: async (scopeKey, ids, token) =>
        ids.filter((id) => {
          sql.own.run(scopeKey, id, token);
          return sql.owner.get(scopeKey, id)?.["token"] !== token;
        }),
    };
  }

  return createLedger({
    now: () => guarded(clock),
    transaction: (_tokens, run) => guarded(() => groupCommit(() => run(transaction()))),
    purchasedIn: (scopeKey, { after, limit } = { after: undefined, limit: -1 }) =>
      read(() => sql.purchasedIn.all(scopeKey, after ?? null, limit).map(record)),
    owners: (scopeKey) =>
      read(() => sql.owners.all(scopeKey).map((row) => [text(row, "commitment_id"), text(row, "token")] as const)),
    ownerCount: (scopeKey) => read(() => Number(sql.ownerCount.get(scopeKey)?.["n"])),
    withWork: (kinds, restingBefore, limit) =>
      read(() => sql.withWork.all(JSON.stringify(kinds), restingBefore, limit).map(record)),
    records: (query) =>
      read(() => {
        const { text: statement, values } = recordsStatement(query, clock());
        let prepared = recordsStatements.get(statement);
        if (prepared === undefined) recordsStatements.set(statement, (prepared = database.prepare(statement)));
        return prepared.all(values).map(record);
      }),
    execution: (executionId) => read(() => sql.execution.all(executionId).map(record)),
    history: (token) => read(() => sql.history.all(token).map((row) => parse<HistoryEntry>(text(row, "entry")))),
    close: () => oneByOne(async () => database.close()),
  });
}
