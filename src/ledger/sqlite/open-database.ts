import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { checkExists, makeFolder } from "./check-file.ts";
import { checkLog } from "./log-check.ts";
import { readMainFile } from "./main-file.ts";
import { createPlaceCheck } from "./place-check.ts";
import { migrate } from "./sqlite-migrate.ts";
import { takeInLog } from "./take-in-log.ts";

/** Which database, and how. */
export interface OpenDatabaseOptions {
  /** As `checkLedgerFile` returned it. */
  readonly file: string;
  /** Milliseconds to wait for other processes. */
  readonly lockTimeout: number;
  /** Whether one that does not exist is made. */
  readonly create: boolean;
}

/**
 * Opens the database of a ledger, in its present schema, with a log. A new one can be read and written by its owner alone.
 * Throws a LedgerError, and what SQLite throws.
 */
export function openDatabase({ file, lockTimeout, create }: OpenDatabaseOptions): DatabaseSync {
  checkLog(file);
  if (create) makeFile(file);
  else checkExists(file);
  const checkPlace = createPlaceCheck(file, { isOpen: false });
  const database = new DatabaseSync(file, { timeout: lockTimeout });
  try {
    migrate(database, { file, lockTimeout, create });
    sayOpen(database, file);
    checkPlace();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Nobody has it open yet, so opening it here takes nobody's locks away. */
function makeFile(file: string): void {
  makeFolder(file);
  if (existsSync(file)) return;
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    // Another process was quicker.
    if (!existsSync(file)) throw error;
  }
}

/** Another process that has it open has said so already, and cannot close it for good any more. */
function sayOpen(database: DatabaseSync, file: string): void {
  // This is never left to SQLite, which would take the log in without a word.
  database.exec("PRAGMA wal_autocheckpoint = 0");
  const main = readMainFile(file);
  if (typeof main !== "object" || main.needsLog === undefined) takeInLog(database, "FULL");
}

/**
 * Closes a database, and takes its log into the main file. Who is the last to close it deletes the log, and the main file then
 * is whole. What goes wrong with that changes nothing about what is recorded.
 */
export function closeDatabase(database: DatabaseSync, checkPlace: () => void): void {
  try {
    // Moved away, the log at the path is another ledger's.
    checkPlace();
    if (database.isOpen) takeInLog(database, "TRUNCATE");
  } catch {
    // A lock, a full disk, a file that was moved: the next one to open it finds the log, or says that it is missing.
  } finally {
    database.close();
  }
}
