import { DatabaseSync } from "node:sqlite";
import { LedgerError } from "../../contract/errors.ts";
import type { LedgerSummary } from "../ledger-summary.ts";
import { makeFolder } from "./check-file.ts";
import { type CopyOptions, copyPages, finishCopy } from "./copy-pages.ts";
import { findLogProblem } from "./log-check.ts";
import { openMainFile, sizeOf } from "./main-file.ts";
import { placeFile } from "./place-file.ts";
import { sqliteError } from "./sqlite-error.ts";
import { markRestored } from "./sqlite-statements.ts";
import { applicationId, bringUpToDate, numberOf } from "./sqlite-migrate.ts";
import { summarizeSqlite } from "./summarize-sqlite.ts";

/** Milliseconds to wait while a driver writes. */
const lockTimeout = 5000;

/**
 * Restores a ledger from a backup, where there is none: checked first, then put into its place whole or not at all, and marked
 * as restored. It gets another id, so that a log of its former life is told from its own. Returns what is in it, with the time
 * at which the backup was made.
 *
 * Throws a LedgerError: `ledger-missing` without a backup, `ledger-corrupt`, `ledger-newer-schema`, or `invalid-configuration` where a
 * ledger, or a part of one, is at the place.
 */
export async function restoreSqlite({ from, to, at }: CopyOptions): Promise<LedgerSummary> {
  const { isWithoutLog, backupAt } = checkBackup(from);
  const placing = {
    file: to,
    failing: "The backup cannot be restored",
    todo: "Move away what is there first, with its -wal and -shm.",
  };
  try {
    makeFolder(to);
    const summary = await placeFile(placing, async (fresh) => {
      const source = openSource(from, isWithoutLog);
      try {
        checkIsLedger(source, from);
        await copyPages(source, fresh);
      } finally {
        source.close();
      }
      return finishCopy(fresh, to, (copy) => {
        bringUpToDate(copy, from);
        copy.exec("UPDATE ledger_file SET id = lower(hex(randomblob(16))), needs_log = NULL, backup_at = NULL");
        copy.prepare(markRestored).run(at);
      });
    });
    return { ...summary, backupAt };
  } catch (error) {
    throw sqliteError(error, to);
  }
}

/**
 * Throws a LedgerError for what is no whole backup. A ledger whose log is gone for good may be restored as well: what it lost
 * is found by the audit after it.
 */
function checkBackup(file: string): { readonly isWithoutLog: boolean; readonly backupAt: number | undefined } {
  if (findLogProblem(file)?.kind === "log-missing") return { isWithoutLog: true, backupAt: undefined };
  if ((sizeOf(file) ?? 0) === 0) {
    throw new LedgerError({ code: "ledger-missing", message: `There is no backup at ${file}. Nothing was made.` });
  }
  const { problems, schema, knownSchema, backupAt } = summarizeSqlite(file);
  if (problems.length === 0) return { isWithoutLog: false, backupAt };
  const isNewer = schema !== undefined && schema > knownSchema;
  throw new LedgerError({
    code: isNewer ? "ledger-newer-schema" : "ledger-corrupt",
    message: `${file} cannot be restored. ${problems.join(" ")} Nothing was made.`,
  });
}

/** What lost its log may have lost all that it held. */
function checkIsLedger(database: DatabaseSync, file: string): void {
  if (numberOf(database, "application_id") === applicationId) return;
  throw new LedgerError({
    code: "ledger-corrupt",
    message: `${file} cannot be restored: there is no ledger of buyonce in it. Nothing was made.`,
  });
}

/** A file whose log is gone is read without one. */
function openSource(file: string, isWithoutLog: boolean): DatabaseSync {
  return isWithoutLog ? openMainFile(file) : new DatabaseSync(file, { readOnly: true, timeout: lockTimeout });
}
