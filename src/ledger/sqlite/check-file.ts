import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { LedgerError } from "../../contract/errors.ts";
import { specialFile } from "../../contract/special-file.ts";

/** https://www.sqlite.org/fileformat.html#the_database_header */
const header = Buffer.from("SQLite format 3\0");

/** What begins as a URL does, or has its colon and slashes; a drive letter of Windows is none. */
const url = /^\s*[a-z][a-z0-9+.-]+:|:\/\//i;

/**
 * The whole path of a ledger's file. Throws a LedgerError for a path at which SQLite must not open or make a database: a
 * folder, a device, a pipe, a file of another kind, and a link that leads nowhere, for the ledger that it led to may be
 * elsewhere. A link to a database is followed. An empty file is a database that nobody has written to yet.
 *
 * A URL is refused too: one that is misspelt would be a new, empty ledger, which knows nothing of what was bought. The
 * message does not repeat it, for it may hold a password.
 */
export function checkLedgerFile(location: string): string {
  if (url.test(location)) {
    throw new LedgerError({
      code: "invalid-configuration",
      message:
        "The ledger is named by a URL, and is neither a file nor postgres://user@host:5432/database. Correct it; before the name of a file with a colon write ./. Nothing was sent.",
    });
  }
  const file = resolve(location);
  const special = specialFile(file, statSync) ?? (existsSync(file) ? undefined : specialFile(file));
  if (special !== undefined) {
    const what = special === "a link" ? "a link that leads nowhere" : special;
    throw new LedgerError({
      code: "ledger-unavailable",
      message: `The ledger ${file} is ${what}, not a file. Check the path. Nothing was written.`,
    });
  }
  if (!existsSync(file) || isDatabase(file)) return file;
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
