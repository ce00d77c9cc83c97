import { checkNumber } from "../../contract/check-number.ts";
import { LedgerError } from "../../contract/errors.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { checkLedgerFile } from "./check-file.ts";
import { openDatabase } from "./open-database.ts";
import { sqliteError } from "./sqlite-error.ts";
import { createSqliteLedger } from "./sqlite-ledger.ts";

/** How a ledger in an SQLite file is opened. */
export interface SqliteLedgerOptions {
  /**
   * The database file: a path, `file:///whole/path` or `sqlite:path`. It is made when missing, and so is a folder `.buyonce` around
   * it; no other one is.
   */
  readonly file: string;
  /**
   * False: a ledger that does not exist is an error (`ledger-missing`) instead of a new, empty one, which knows nothing of what
   * was bought. A file of no bytes is no ledger. Default true.
   */
  readonly create?: boolean;
  /** Milliseconds since 1970: the clock of leases and history. Default the machine's; all drivers share one machine. */
  readonly clock?: () => number;
  /** Milliseconds to wait while another process writes. The wait blocks this process. Default 5,000, at most an hour; 0 for none. */
  readonly lockTimeout?: number;
}

/** The longest wait for a lock, in milliseconds: an hour, for it blocks the process. */
const longestTimeout = 3_600_000;

/**
 * Opens the embedded ledger: one SQLite file, written ahead and synced to the disk at every commit. Several processes on
 * one machine may share it; network file systems are not safe for SQLite.
 *
 * Throws a LedgerError: `ledger-missing` with `create: false`, `ledger-locked`, `ledger-read-only`, `ledger-corrupt`, `ledger-full`, `ledger-newer-schema`
 * when a newer version of this package wrote the file, `ledger-unavailable`, or `invalid-configuration`.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const { clock = Date.now, lockTimeout = 5000, create = true } = options;
  checkNumber("lockTimeout", lockTimeout, { minimum: 0, maximum: longestTimeout, unit: "milliseconds" }, LedgerError);
  let file = options.file;
  try {
    file = checkLedgerFile(options.file);
    const database = openDatabase({ file, lockTimeout, create });
    return createSqliteLedger({ database, file, clock });
  } catch (error) {
    throw sqliteError(error, file);
  }
}
