import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { todoOf } from "../../contract/error-advice.ts";
import { LedgerError } from "../../contract/errors.ts";
import { specialFile } from "../../contract/special-file.ts";
import { ledgerLocation } from "../ledger-location.ts";

/** The one folder that opening a ledger makes: the default's. Any other that is missing is a path that is misspelt. */
const ownFolder = ".buyonce";

/**
 * The whole path of a ledger's file, from what names it: see `ledgerLocation`; `name` is what its reader calls it. Makes nothing.
 * Throws a LedgerError for a path at which SQLite must not open or make a database: one in a folder that is missing, a
 * folder, a device, a pipe, and a link that leads nowhere, for the ledger that it led to may be elsewhere. A link to a
 * database is followed. Whether a file is a database is for SQLite to say: to open one beside it and close it again would
 * take away the locks that this process holds on it (https://www.sqlite.org/howtocorrupt.html), and with them what it records
 * from then on.
 */
export function checkLedgerFile(location: string, name = "file"): string {
  const named = ledgerLocation(location, name);
  if (named.kind === "postgres") {
    throw new LedgerError({
      code: "invalid-configuration",
      message: `${name} is the URL of a PostgreSQL database, which openPostgresLedger opens. Nothing was sent.`,
    });
  }
  const { file } = named;
  checkFolder(file);
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

/** Makes the folder of a ledger's file where it is missing and the default's; see {@link checkLedgerFile} for any other. */
export function makeFolder(file: string): void {
  // The folder above it is there: it is made alone.
  if (basename(dirname(file)) === ownFolder && !existsSync(dirname(file)))
    mkdirSync(dirname(file), { recursive: true });
}

/** Throws a LedgerError `ledger-missing` where there is no file, or nothing is in it. */
export function checkExists(file: string): void {
  if (!existsSync(file) || statSync(file).size === 0) throw missingLedger(file);
}

/** There is no ledger, and none is to be made. */
export function missingLedger(file: string): LedgerError {
  return new LedgerError({
    code: "ledger-missing",
    message: `There is no ledger at ${file}, and none is to be made. ${todoOf("ledger-missing")}`,
  });
}

function checkFolder(file: string): void {
  const folder = dirname(file);
  const needed = basename(folder) === ownFolder && !existsSync(folder) ? dirname(folder) : folder;
  if (statSync(needed, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new LedgerError({
    code: "invalid-configuration",
    message: `The ledger ${file} would be in ${needed}, and there is no such folder. Correct the path, or make the folder. Nothing was made, nothing was sent.`,
  });
}
