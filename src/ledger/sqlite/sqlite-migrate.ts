import type { DatabaseSync } from "node:sqlite";
import { LedgerError } from "../../contract/errors.ts";
import { missingLedger } from "./check-file.ts";
import { migrations } from "./sqlite-migrations.ts";
import { sqliteError } from "./sqlite-error.ts";

/** Marks a file as a ledger of this package ("bonc"). */
export const applicationId = 0x62_6f_6e_63;

/** What is migrated. */
interface MigrateOptions {
  readonly file: string;
  /** Milliseconds to wait for other processes. */
  readonly lockTimeout: number;
  /** Whether a database that holds nothing becomes a ledger. */
  readonly create: boolean;
}

/**
 * Brings a database to the present schema; several processes may do so at once. Throws a LedgerError for a file of
 * another program, for one of a newer version, and, where none is to be made, for one that is empty. Where it throws, the database is to be closed, which rolls back.
 */
export function migrate(database: DatabaseSync, { file, lockTimeout, create }: MigrateOptions): void {
  const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"];
  if (tables === 0 && !create) throw missingLedger(file);
  if (numberOf(database, "application_id") !== applicationId && tables !== 0) {
    throw new LedgerError({
      code: "ledger-corrupt",
      message: `${file} is a database, but not a ledger of buyonce. Check the path.`,
    });
  }
  database.exec("PRAGMA synchronous = FULL");
  // A new one gets its tables before its log: its main file alone says what it is.
  if (numberOf(database, "user_version") !== migrations.length || tables === 0) bringUpToDate(database, file);
  switchToWal(database, lockTimeout);
}

/** Gives a database the tables that it lacks. Throws a LedgerError for one of a newer version. */
export function bringUpToDate(database: DatabaseSync, file: string): void {
  database.exec("BEGIN IMMEDIATE");
  const version = numberOf(database, "user_version");
  if (version > migrations.length) {
    throw new LedgerError({
      code: "ledger-newer-schema",
      message: `The ledger ${file} was written by a newer version of buyonce (schema ${version}, known here: ${migrations.length}). Use that version.`,
    });
  }
  for (const statement of migrations.slice(version)) database.exec(statement);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** A number that SQLite keeps in the head of a database. */
export function numberOf(database: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
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
