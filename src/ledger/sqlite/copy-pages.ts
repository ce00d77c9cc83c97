import { DatabaseSync, backup } from "node:sqlite";
import { LedgerError } from "../../contract/errors.ts";
import type { LedgerSummary } from "../ledger-summary.ts";
import { summarizeSqlite } from "./summarize-sqlite.ts";

/** From which file to which, both as `checkLedgerFile` returned them, and when: milliseconds since 1970. */
export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly at: number;
}

/** Copies all pages of a database into an empty file as they are at one moment, whatever is written meanwhile. Throws what SQLite throws. */
export async function copyPages(database: DatabaseSync, fresh: string): Promise<void> {
  // Within a transaction that reads, no write begins the copy anew.
  database.exec("BEGIN");
  try {
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    await backup(database, fresh);
  } finally {
    database.exec("COMMIT");
  }
}

/** Makes one file of a copy, changes it, and throws a LedgerError where it is not whole. Returns what is in it, for `place`. */
export function finishCopy(fresh: string, place: string, change: (copy: DatabaseSync) => void): LedgerSummary {
  const copy = new DatabaseSync(fresh);
  try {
    copy.exec("PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE");
    change(copy);
  } finally {
    copy.close();
  }
  const summary = summarizeSqlite(fresh);
  const files = summary.files.map(({ bytes }) => ({ path: place, bytes }));
  if (summary.problems.length === 0) return { ...summary, place, files };
  throw new LedgerError({
    code: "ledger-corrupt",
    message: `The copy is not whole. ${summary.problems.join(" ")} Nothing was made.`,
  });
}
