import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { LedgerError } from "../../contract/errors.ts";
import { specialFile } from "../../contract/special-file.ts";

/** What begins as a URL does, or has its colon and slashes; a drive letter of Windows is none. */
const url = /^\s*[a-z][a-z0-9+.-]+:|:\/\//i;

/**
 * The whole path of a ledger's file. Throws a LedgerError for a path at which SQLite must not open or make a database: a
 * folder, a device, a pipe, and a link that leads nowhere, for the ledger that it led to may be elsewhere. A link to a
 * database is followed. Whether a file is a database is for SQLite to say: to open one beside it and close it again would
 * take away the locks that this process holds on it (https://www.sqlite.org/howtocorrupt.html), and with them what it records
 * from then on.
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
  return file;
}
