import { realpathSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/** What a ledger records of its own file; see the second migration. */
export interface FileRow {
  readonly id: string;
  readonly changes: number;
  /** Of the main file alone: it is not whole without its log. */
  readonly needsLog: string | undefined;
  readonly backupAt: number | undefined;
  readonly restoredAt: number | undefined;
}

/** What is in a database: its row, or why it has none. */
export type FileContents = FileRow | "nothing" | "no row";

/** The files that SQLite keeps beside a database while it is open, by the end of their names. */
export const besideDatabase = ["-wal", "-shm", "-journal"] as const;

/** Where SQLite keeps a file beside a database: with the database itself, where a link leads to it. */
export function beside(file: string, end: (typeof besideDatabase)[number]): string {
  return `${realpathSync(file)}${end}`;
}

/** Bytes of a file; undefined where there is none. */
export function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/**
 * What the database's own file says, without its log. It is read through SQLite: opened and closed in another way, it would
 * lose the locks that this process holds on it. Throws what SQLite throws.
 */
export function readMainFile(file: string): FileContents {
  return readRow(openMainFile(file));
}

/** Opens the main file alone, to read it: no log is looked at, nothing is made beside it, and nothing is locked. */
export function openMainFile(file: string): DatabaseSync {
  const url = pathToFileURL(realpathSync(file));
  url.search = "immutable=1";
  return new DatabaseSync(url, { readOnly: true });
}

/** What the database says with its log. A connection that only reads never takes the log in. Throws what SQLite throws. */
export function readWithLog(file: string): FileContents {
  return readRow(new DatabaseSync(file, { readOnly: true }));
}

/** Reads the row of its own file, and closes the connection. */
function readRow(database: DatabaseSync): FileContents {
  try {
    return fileRow(database);
  } finally {
    database.close();
  }
}

/** The row of a database that is open. Throws what SQLite throws. */
export function fileRow(database: DatabaseSync): FileContents {
  const count = (where: string) => database.prepare(`SELECT count(*) AS n FROM sqlite_schema ${where}`).get()?.["n"];
  if (count("") === 0) return "nothing";
  if (count("WHERE name = 'ledger_file'") === 0) return "no row";
  const row = database.prepare("SELECT * FROM ledger_file").get();
  if (row === undefined) return "no row";
  const time = (column: string) => (row[column] === null ? undefined : Number(row[column]));
  return {
    id: String(row["id"]),
    changes: Number(row["changes"]),
    needsLog: row["needs_log"] === null ? undefined : String(row["needs_log"]),
    backupAt: time("backup_at"),
    restoredAt: time("restored_at"),
  };
}
