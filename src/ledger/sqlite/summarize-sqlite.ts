import { DatabaseSync } from "node:sqlite";
import { countsOf, type LedgerCounts, type LedgerSummary } from "../ledger-summary.ts";
import { checkExists } from "./check-file.ts";
import { findLogProblem } from "./log-check.ts";
import { beside, besideDatabase, fileRow, openMainFile, readMainFile, sizeOf } from "./main-file.ts";
import { sqliteError } from "./sqlite-error.ts";
import { applicationId, numberOf } from "./sqlite-migrate.ts";
import { migrations } from "./sqlite-migrations.ts";

/**
 * Looks whether a ledger's file is whole, and counts what is in it; a backup may be looked at too. Changes nothing, and does
 * not bring an older ledger up to date. `file` is as `checkLedgerFile` returned it.
 *
 * Throws a LedgerError: `ledger-missing`, or one of a file that cannot be read or is locked.
 */
export function summarizeSqlite(file: string): LedgerSummary {
  const known = { place: file, knownSchema: migrations.length };
  const nothing = { schema: undefined, backupAt: undefined, restoredAt: undefined, counts: undefined };
  const found = findLogProblem(file);
  // What does not belong together is not read together: that would mix the pages of two ledgers.
  if (found !== undefined && found.kind !== "backup") {
    return { ...known, ...nothing, files: filesOf(file), problems: [found.message] };
  }
  checkExists(file);
  const files = filesOf(file);
  try {
    return { ...known, files, ...readContents(file) };
  } catch (error) {
    const failure = sqliteError(error, file);
    if (failure.code !== "ledger-corrupt") throw failure;
    return { ...known, ...nothing, files, problems: [failure.message] };
  }
}

type Contents = Omit<LedgerSummary, "place" | "files" | "knownSchema">;

/** One that is closed is read without a log: SQLite would leave an empty one beside it. */
function readContents(file: string): Contents {
  const isClosed = () => besideDatabase.every((end) => sizeOf(beside(file, end)) === undefined);
  if (isClosed()) {
    const before = readMainFile(file);
    const contents = unlessThrown(() => readFrom(openMainFile(file), file));
    // Else somebody opened it meanwhile, and what was read may be of two moments.
    if (isClosed() && JSON.stringify(readMainFile(file)) === JSON.stringify(before)) {
      if ("thrown" in contents) throw contents.thrown;
      return contents.value;
    }
  }
  return readFrom(new DatabaseSync(file, { readOnly: true }), file);
}

function unlessThrown<T>(run: () => T): { readonly value: T } | { readonly thrown: unknown } {
  try {
    return { value: run() };
  } catch (thrown) {
    return { thrown };
  }
}

/** Reads what is in a database, and closes it. */
function readFrom(database: DatabaseSync, file: string): Contents {
  try {
    return contentsOf(database, file);
  } finally {
    database.close();
  }
}

function filesOf(file: string): LedgerSummary["files"] {
  const paths = [
    file,
    ...besideDatabase.map((end) => (sizeOf(file) === undefined ? `${file}${end}` : beside(file, end))),
  ];
  return paths.flatMap((path) => {
    const bytes = sizeOf(path);
    return bytes === undefined ? [] : [{ path, bytes }];
  });
}

function contentsOf(database: DatabaseSync, file: string): Contents {
  const schema = numberOf(database, "user_version");
  if (numberOf(database, "application_id") !== applicationId) {
    const problem = `${file} is a database, but not a ledger of buyonce.`;
    return { schema: undefined, backupAt: undefined, restoredAt: undefined, counts: undefined, problems: [problem] };
  }
  const row = fileRow(database);
  const { backupAt, restoredAt } = typeof row === "object" ? row : {};
  const isNewer = schema > migrations.length;
  return {
    schema,
    backupAt,
    restoredAt,
    counts: isNewer ? undefined : countIn(database),
    problems: [
      ...(isNewer
        ? [
            `It was written by a newer version of buyonce (schema ${schema}, known here: ${migrations.length}). Use that version.`,
          ]
        : gapsIn(database)),
      ...damagesIn(database),
    ],
  };
}

function countIn(database: DatabaseSync): LedgerCounts {
  const { n } = database.prepare("SELECT count(DISTINCT execution_id) AS n FROM token_record").get() ?? {};
  const rows = database.prepare("SELECT state, count(*) AS n FROM token_record GROUP BY state").all();
  return countsOf(
    Number(n),
    rows.map((row) => ({ state: String(row["state"]), count: Number(row["n"]) })),
  );
}

/** Lines of the history are never taken away: one that is missing was lost with a part of the file. */
function gapsIn(database: DatabaseSync): readonly string[] {
  const row = database.prepare("SELECT count(*) AS n, coalesce(max(sequence), 0) AS last FROM history").get() ?? {};
  const last = Number(row["last"]);
  const missing = last - Number(row["n"]);
  return missing === 0
    ? []
    : [`${missing} of ${last} lines of its history are missing: it was put together from parts of different times.`];
}

/** What SQLite's own check finds, at most as many lines. */
function damagesIn(database: DatabaseSync): readonly string[] {
  const most = 10;
  const rows = database.prepare(`PRAGMA integrity_check(${most})`).all();
  const lines = rows.flatMap((row) => Object.values(row).map(String)).filter((line) => line !== "ok");
  return lines.map((line) => `It is damaged: ${line}.`);
}
