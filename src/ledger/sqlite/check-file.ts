import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { LedgerError } from "../../contract/errors.ts";
import { specialFile } from "../../contract/special-file.ts";

/** https://www.sqlite.org/fileformat.html#the_database_header */
const header = Buffer.from("SQLite format 3\0");

/**
 * Throws a LedgerError for a path at which SQLite must not open or make a database: a folder, a device, a pipe, a file of
 * another kind, and a link that leads nowhere, for the ledger that it led to may be elsewhere. A link to a database is
 * followed. An empty file is a database that nobody has written to yet.
 */
export function checkLedgerFile(file: string): void {
  const special = specialFile(file, statSync) ?? (existsSync(file) ? undefined : specialFile(file));
  if (special !== undefined) {
    const what = special === "a link" ? "a link that leads nowhere" : special;
    throw new LedgerError({
      code: "ledger-unavailable",
      message: `The ledger ${file} is ${what}, no file. Check the path. Nothing was written.`,
    });
  }
  if (!existsSync(file) || isDatabase(file)) return;
  throw new LedgerError({
    code: "ledger-corrupt",
    message: `The ledger ${file} cannot be used: the file is no SQLite database. Check the path, or restore it from a backup. Nothing was written.`,
  });
}

function isDatabase(file: string): boolean {
  const descriptor = openSync(file, "r");
  try {
    const begin = Buffer.alloc(header.length);
    const length = readSync(descriptor, begin, 0, header.length, 0);
    return length === 0 || begin.equals(header);
  } finally {
    closeSync(descriptor);
  }
}
