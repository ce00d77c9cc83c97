import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** What the main file says where its log may be empty. */
const emptied = "emptied";

/** How the log is taken in: as far as nobody reads it; all of it, after a wait; or all, and the log is emptied. */
export type CheckpointMode = "PASSIVE" | "FULL" | "TRUNCATE";

/**
 * Takes the log into the main file (a checkpoint) so that the main file alone says that it is not whole without a log, and
 * the log says that it is with it. So whoever closes the ledger as the last one, in whatever way, makes the main file
 * whole; and a copy of the main file alone, made before that, says that something is missing.
 *
 * Returns whether all of the log was taken in; as long as not, the main file may not say it. Throws what SQLite throws.
 */
export function takeInLog(database: DatabaseSync, mode: CheckpointMode): boolean {
  // Unique: two processes that do this at once do not undo each other's.
  const mark = `${mode === "TRUNCATE" ? emptied : "open"} ${randomUUID()}`;
  database.prepare("UPDATE ledger_file SET changes = changes + 1, needs_log = ?").run(mark);
  const { busy, log, checkpointed } = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
  database.prepare("UPDATE ledger_file SET changes = changes + 1, needs_log = NULL WHERE needs_log = ?").run(mark);
  return busy === 0 && log === checkpointed;
}

/** Whether a log of so many bytes (undefined: there is none) is enough for a main file that says this. */
export function isEnough(needsLog: string | undefined, bytes: number | undefined): boolean {
  if (needsLog === undefined || (bytes ?? 0) > 0) return true;
  return bytes === 0 && needsLog.startsWith(emptied);
}
