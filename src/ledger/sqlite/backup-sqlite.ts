import type { LedgerSummary } from "../ledger-summary.ts";
import { type CopyOptions, copyPages, finishCopy } from "./copy-pages.ts";
import { closeDatabase, openDatabase } from "./open-database.ts";
import { createPlaceCheck } from "./place-check.ts";
import { placeFile } from "./place-file.ts";
import { sqliteError } from "./sqlite-error.ts";

/** Milliseconds to wait while a driver writes. */
const lockTimeout = 5000;

/**
 * Backs a ledger up while drivers use it: one file, as it is at one moment, checked whole and on the disk. It is marked as a
 * backup, so that nobody drives with it. Returns what is in it.
 *
 * Throws a LedgerError: `ledger-missing`, one of a ledger that cannot be used, or `invalid-configuration` for a path where the
 * backup cannot be. What there is at that path stays.
 */
export async function backupSqlite({ from, to, at }: CopyOptions): Promise<LedgerSummary> {
  try {
    const placing = { file: to, failing: "The backup cannot be written", todo: "Give another name." };
    return await placeFile(placing, async (fresh) => {
      const database = openDatabase({ file: from, lockTimeout, create: false });
      const checkPlace = createPlaceCheck(from, { isOpen: true });
      try {
        await copyPages(database, fresh);
        checkPlace();
      } finally {
        closeDatabase(database, checkPlace);
      }
      return finishCopy(fresh, to, (copy) =>
        copy.prepare("UPDATE ledger_file SET needs_log = NULL, backup_at = ?").run(at),
      );
    });
  } catch (error) {
    throw sqliteError(error, from);
  }
}
