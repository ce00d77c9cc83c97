import { resolve } from "node:path";
import { ledgerLocation } from "../../ledger/ledger-location.ts";
import { besideDatabase } from "../../ledger/sqlite/main-file.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { jsonLedger } from "../text/json-documents.ts";
import { backupText } from "../text/ledger-text.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { commandLineOf } from "./same-run.ts";
import { checkEndpoints, ledgerOf } from "./option-checks.ts";
import { ledgerHelp, type LedgerOptions, ledgerOptions } from "./option-groups.ts";

const help = `
What it does
  It copies the ledger into one new file, as it is at one moment, while drivers may go on. The copy is checked, and on the
  disk, before it gets its name; what is at that path already stays, and nothing is made. Its owner alone may read it. It
  is marked as a backup: nothing is driven with it until it is restored (buyonce ledger restore).
  A copy made by other means (cp, a sync of the folder) may lack what was recorded last: an SQLite ledger that is open is
  three files, ledger.db, ledger.db-wal and ledger.db-shm.
  A ledger in PostgreSQL is backed up with the server's own means: pg_dump --schema=buyonce, or archives of its log.
${ledgerHelp}
Exit codes
  0    backed up
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or a path where the backup cannot be

With --json
  Standard output holds exactly one document: that of "buyonce ledger check --json", about the backup; else { "error": ... }.

Examples
  buyonce ledger backup "/backup/ledger-$(date +%F).db"
`;

/** What `buyonce ledger backup` is. */
export const ledgerBackup = { addOptions: ledgerOptions, help, action: ledgerBackupCommand } satisfies CommandModule<
  [file: string],
  LedgerOptions
>;

/**
 * `buyonce ledger backup`: copies the ledger into a new file. Returns the exit code. Throws a BuyonceError: bad usage, or a
 * ledger that cannot be used.
 */
export async function ledgerBackupCommand(
  file: string,
  options: LedgerOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  checkEndpoints(options);
  const to = copyOf(file, "The file of the backup");
  const from = placeOfLedger(ledgerOf(options, parts));
  if (from.kind === "postgres") {
    throw usageError(
      "This ledger is in PostgreSQL: back it up with pg_dump --schema=buyonce, or with the server's own backups. Nothing was made.",
    );
  }
  const [{ checkLedgerFile }, { backupSqlite }] = await Promise.all([
    import("../../ledger/sqlite/check-file.ts"),
    import("../../ledger/sqlite/backup-sqlite.ts"),
  ]);
  const summary = await backupSqlite({
    from: checkLedgerFile(ledgerOf(options, parts)),
    to,
    at: parts.now(),
  });
  parts.terminal.stdout.write(options.json ? jsonLedger(summary) : backupText(summary, commandLineOf(options, parts)));
  return exitCodes.bought;
}

/**
 * The whole path of a copy of a ledger, from the command line; `name` is what it is called. Throws a usage error for what is no path, and for a name that
 * SQLite gives to what it keeps beside a database.
 */
export function copyOf(file: string, name: string): string {
  const place = ledgerLocation(file, name);
  if (place.kind === "sqlite" && !besideDatabase.some((end) => place.file.endsWith(end))) return resolve(place.file);
  throw usageError(
    `${name} must be a path, and not end as what SQLite keeps beside a ledger does (-wal, -shm, -journal). Nothing was made.`,
  );
}
