import type { LedgerSummary } from "../../ledger/ledger-summary.ts";
import { ledgerText } from "../../ledger/ledger-location.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { painter } from "../terminal/terminal.ts";
import { jsonLedger } from "../text/json-documents.ts";
import { checkText } from "../text/ledger-text.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { checkEndpoints, ledgerOf } from "./option-checks.ts";
import { ledgerHelp, type LedgerOptions, ledgerOptions } from "./option-groups.ts";

const help = `
What it checks
  Whether the file is a ledger of buyonce and no page of it is damaged (SQLite's own check); whether its log is there and
  belongs to it; whether lines of its history are missing; which version wrote it; how much is in it. A backup may be
  checked as well: --ledger BACKUP. Nothing is changed, no provider is asked.
  Of a ledger in PostgreSQL it checks the version and counts what is in it; its files are the server's.
  What it cannot notice: a whole, but older, copy that was put into the place of the ledger by hand.
${ledgerHelp}
Exit codes
  0    nothing is wrong with it
  1    something is, or there is no ledger; an internal error, or output that could not be written
  2    bad usage

With --json
  Standard output holds exactly one document, times in ISO 8601:
    { "place", "files": [ { "path", "bytes" } ], "schema", "knownSchema", "backupAt", "restoredAt",
      "counts": { "executions", "recommendations", "bought", "mayBeBought" }, "problems": [ ... ] }
  with backupAt only for a backup, restoredAt only for what was restored; else { "error": ... }.

Examples
  buyonce ledger check
  buyonce ledger check --ledger /backup/ledger-2026-11-22.db
`;

/** What `buyonce ledger check` is. */
export const ledgerCheck = { addOptions: ledgerOptions, help, action: ledgerCheckCommand } satisfies CommandModule<
  [],
  LedgerOptions
>;

/**
 * `buyonce ledger check`: says whether a ledger is whole, and what is in it. Returns the exit code. Throws a BuyonceError: bad
 * usage, or a ledger that is missing or cannot be read.
 */
export async function ledgerCheckCommand(options: LedgerOptions, parts: CommandParts): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  checkEndpoints(options);
  const summary = await summarize(ledgerOf(options, parts));
  stdout.write(options.json ? jsonLedger(summary) : checkText(summary, painter(stdout, env)));
  return summary.problems.length === 0 ? exitCodes.bought : exitCodes.internal;
}

async function summarize(location: string): Promise<LedgerSummary> {
  const place = placeOfLedger(location);
  if (place.kind === "postgres") {
    const { summarizePostgres } = await import("../../ledger/postgres/summarize-postgres.ts");
    return summarizePostgres(place.connectionString, ledgerText(place));
  }
  const [{ checkLedgerFile }, { summarizeSqlite }] = await Promise.all([
    import("../../ledger/sqlite/check-file.ts"),
    import("../../ledger/sqlite/summarize-sqlite.ts"),
  ]);
  return summarizeSqlite(checkLedgerFile(location));
}
