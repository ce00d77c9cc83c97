import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LedgerError } from "../../spec/errors.ts";
import type { HistoryEntry, Ledger, TokenRecord } from "../../spec/ledger.ts";
import { createLedger } from "../ledger.ts";
import { createSerializer } from "../serialize.ts";
import { type LedgerTransaction, occupiedLane, workLeft } from "../store.ts";
import { migrations } from "./migrations.ts";
import { sqliteError } from "./sqlite-error.ts";

/** How a ledger in an SQLite file is opened. */
export interface SqliteLedgerOptions {
  /** The database file; it and its folder are made when missing. */
  readonly file: string;
  /** Milliseconds since 1970: the clock of leases and history. Default the machine's; all drivers share one machine. */
  readonly clock?: () => number;
  /** Milliseconds to wait while another process writes. The wait blocks this process. Default 5,000. */
  readonly lockTimeout?: number;
}

/** Marks a file as a ledger of this package ("bonc"). */
const applicationId = 0x62_6f_6e_63;

/**
 * Opens the embedded ledger: one SQLite file, written ahead and synced to the disk at every commit. Several processes on
 * one machine may share it; network file systems are not safe for SQLite.
 *
 * Throws a LedgerError: `ledger-locked`, `ledger-read-only`, `ledger-corrupt`, `ledger-full`, `ledger-newer-schema`
 * when a newer version of this package wrote the file, or `ledger-unavailable`.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const { clock = Date.now, lockTimeout = 5000 } = options;
  const file = resolve(options.file);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: lockTimeout });
    migrate(database, file, lockTimeout);
    return createSqliteLedger({ database, file, clock });
  } catch (error) {
    database?.close();
    throw sqliteError(error, file);
  }
}

function migrate(database: DatabaseSync, file: string, lockTimeout: number): void {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"];
  if (pragma("application_id") !== applicationId && tables !== 0) {
    throw new LedgerError({
      code: "ledger-corrupt",
      message: `${file} is a database, but not a ledger of buyonce. Check the path.`,
    });
  }
  switchToWal(database, lockTimeout);
  database.exec("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  try {
    const version = pragma("user_version");
    if (version > migrations.length) {
      throw new LedgerError({
        code: "ledger-newer-schema",
        message: `The ledger ${file} was written by a newer version of buyonce (schema ${version}, known here: ${migrations.length}). Use that version.`,
      });
    }
    for (const statement of migrations.slice(version)) database.exec(statement);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** SQLite does not wait for a lock when it changes the journal mode: two processes that make the file at once would collide. */
function switchToWal(database: DatabaseSync, lockTimeout: number): void {
  const pause = 20;
  for (let waited = 0; ; waited += pause) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (sqliteError(error, "").code !== "ledger-locked" || waited >= lockTimeout) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}

interface SqliteStoreOptions {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly clock: () => number;
}

function createSqliteLedger({ database, file, clock }: SqliteStoreOptions): Ledger {
  const oneByOne = createSerializer();
  const sql = {
    get: database.prepare("SELECT record FROM token_record WHERE token = ?"),
    put: database.prepare(
      `INSERT INTO token_record
         (token, execution_id, rec_index, scope_key, state, lane, work_left, updated_at, record)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (token) DO UPDATE SET state = excluded.state, lane = excluded.lane,
         work_left = excluded.work_left, updated_at = excluded.updated_at, record = excluded.record`,
    ),
    append: database.prepare("INSERT INTO history (token, entry) VALUES (?, ?)"),
    inLane: database.prepare("SELECT token FROM token_record WHERE lane = ? AND token <> ?"),
    withWork: database.prepare(
      `SELECT record FROM token_record
       WHERE work_left IN (SELECT value FROM json_each(?)) AND updated_at <= ?
       ORDER BY updated_at, rec_index LIMIT ?`,
    ),
    owner: database.prepare("SELECT token FROM commitment_owner WHERE scope_key = ? AND commitment_id = ?"),
    own: database.prepare("INSERT OR IGNORE INTO commitment_owner (scope_key, commitment_id, token) VALUES (?, ?, ?)"),
    purchasedIn: database.prepare("SELECT record FROM token_record WHERE scope_key = ? AND state = 'purchased'"),
    execution: database.prepare("SELECT record FROM token_record WHERE execution_id = ? ORDER BY rec_index"),
    history: database.prepare("SELECT entry FROM history WHERE token = ? ORDER BY sequence"),
  };

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
    const { token, executionId, recIndex, scope, state, updatedAt } = next;
    const [lane, work] = [occupiedLane(next) ?? null, workLeft(next) ?? null];
    sql.put.run(token, executionId, recIndex, scope.key, state, lane, work, updatedAt, JSON.stringify(next));
  }
  async function guarded<T>(run: () => T | Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw sqliteError(error, file);
    }
  }

  /** Reads between two transactions: within one, this connection would see what is not yet committed. */
  function read<T>(run: () => T): Promise<T> {
    return oneByOne(() => guarded(run));
  }

  function begin(): LedgerTransaction {
    database.exec("BEGIN IMMEDIATE");
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
    now: async () => clock(),
    // Within a transaction only promises that are already resolved are awaited, so that it stays as short as its SQL.
    transaction: (_tokens, run) =>
      oneByOne(() =>
        guarded(async () => {
          const transaction = begin();
          try {
            const result = await run(transaction);
            database.exec("COMMIT");
            return result;
          } catch (error) {
            if (database.isTransaction) database.exec("ROLLBACK");
            throw error;
          }
        }),
      ),
    purchasedIn: (scopeKey) => read(() => sql.purchasedIn.all(scopeKey).map(record)),
    withWork: (kinds, changedBefore, limit) =>
      read(() => sql.withWork.all(JSON.stringify(kinds), changedBefore, limit).map(record)),
    execution: (executionId) => read(() => sql.execution.all(executionId).map(record)),
    history: (token) => read(() => sql.history.all(token).map((row) => parse<HistoryEntry>(text(row, "entry")))),
    close: () => oneByOne(async () => database.close()),
  });
}
