import { existsSync } from "node:fs";
import { LedgerError } from "../../contract/errors.ts";
import { shellWord } from "../../contract/shell-word.ts";
import { commitsIn } from "./log-commits.ts";
import { isEnough } from "./take-in-log.ts";
import { beside, type FileContents, type FileRow, readMainFile, readWithLog, sizeOf } from "./main-file.ts";

/**
 * How often a finding is looked at, and after how many milliseconds again: between two looks at two files, another process may
 * have opened and closed the ledger.
 */
const [looks, pause] = [5, 10];

/** What a path holds instead of a whole ledger: a part of one, parts of two, or a backup. */
export interface LogProblem {
  readonly kind: "log-missing" | "log-foreign" | "main-missing" | "backup";
  /** What is wrong and what to do, for a person. */
  readonly message: string;
}

/**
 * Throws a LedgerError `ledger-corrupt` where the file is only a part of a ledger: its log, which holds what was recorded last, is
 * missing or belongs to another one, or only the log is there; and where it is a backup. Nothing is made or changed.
 *
 * What is noticed rests on what the ledger records of itself: while it is open, its main file says that it needs its log; closed,
 * it is whole without one; see `takeInLog`. Every transaction writes the ledger's id and a number that grows by one, so its log tells whose it is, and
 * whether it is older than the main file or lacks what came between.
 */
export function checkLog(file: string): void {
  const found = findLogProblem(file);
  if (found !== undefined) throw new LedgerError({ code: "ledger-corrupt", message: found.message });
}

/** Why the files do not make a whole ledger; undefined where nothing is noticed. Changes nothing. */
export function findLogProblem(file: string): LogProblem | undefined {
  let found: LogProblem | undefined;
  for (let look = 1; look <= looks; look += 1) {
    found = problemOf(file);
    if (found === undefined || found.kind === "backup") return found;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  return found;
}

function problemOf(file: string): LogProblem | undefined {
  if (!existsSync(file)) return (sizeOf(`${file}-wal`) ?? 0) > 0 ? mainMissing(file) : undefined;
  const log = beside(file, "-wal");
  const logSize = sizeOf(log);
  if (sizeOf(file) === 0) return (logSize ?? 0) > 0 ? mainMissing(file) : undefined;
  // What a crash left half changed is put right when it is opened.
  if (existsSync(beside(file, "-journal"))) return undefined;
  const main = unlessUnreadable(() => readMainFile(file));
  if (main === undefined || main === "no row") return undefined;
  if (main !== "nothing" && main.backupAt !== undefined) return isBackup(file, main.backupAt);
  if (main !== "nothing" && (logSize ?? 0) > 0) return belongs(main, file) ? undefined : foreignLog(file);
  // Looked for again: who opens it writes the log before the main file says so.
  const sizes = [logSize, sizeOf(log)];
  const isWhole =
    main === "nothing" ? sizes.some((size) => size !== undefined) : sizes.some((size) => isEnough(main.needsLog, size));
  return isWhole ? undefined : logMissing(file);
}

/** Whether the log continues what is in the main file: it is that ledger's, not older, and holds each change since then. */
function belongs(main: FileRow, file: string): boolean {
  let seen: FileContents;
  try {
    seen = readWithLog(file);
  } catch (error) {
    return !isNonsense(error);
  }
  if (typeof seen !== "object" || seen.id !== main.id || seen.changes < main.changes) return false;
  return seen.changes - main.changes <= (unlessUnreadable(() => commitsIn(beside(file, "-wal"))) ?? Infinity);
}

/** What cannot be read, or not now, shows when it is opened. */
function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Pages that do not fit together: an error of SQL, a damaged database, none at all (https://www.sqlite.org/rescode.html). */
function isNonsense(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && [1, 11, 26].includes(Number(error.errcode) & 0xff);
}

const restoreIt = "move both away and restore a backup (buyonce ledger restore). Nothing was sent.";

function logMissing(file: string): LogProblem {
  const message = `The ledger ${file} was in use when it was copied or moved, or its log was deleted: ${file}-wal, which holds what was recorded last, is missing. Put the log of that ledger back beside it. If it is gone for good, move the ledger away and restore it, or a backup (buyonce ledger restore). Nothing was sent.`;
  return { kind: "log-missing", message };
}

function foreignLog(file: string): LogProblem {
  const message = `The log ${file}-wal is not that of the ledger ${file}: it belongs to another ledger, or to another time of this one. Put the ledger and its own log together again, or ${restoreIt}`;
  return { kind: "log-foreign", message };
}

function mainMissing(file: string): LogProblem {
  const message = `There is no ledger at ${file}, but its log ${file}-wal is there: the ledger was moved away or deleted. Put it back beside its log. If it is gone for good, move the log away and restore a backup (buyonce ledger restore). Nothing was sent.`;
  return { kind: "main-missing", message };
}

function isBackup(file: string, at: number): LogProblem {
  const message = `${file} is a backup, made at ${new Date(at).toISOString()}, and not to be driven with: what was sent since then is not in it. Restore it: buyonce ledger restore ${shellWord(file)}. Nothing was sent.`;
  return { kind: "backup", message };
}
