import { ledgerText } from "../../ledger/ledger-location.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { jsonLedger, jsonMarked } from "../text/json-documents.ts";
import { markedText, restoreText } from "../text/ledger-text.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { copyOf } from "./ledger-backup.ts";
import { checkEndpoints, ledgerOf } from "./option-checks.ts";
import { ledgerHelp, type LedgerOptions, ledgerOptions } from "./option-groups.ts";
import { commandLineOf } from "./same-run.ts";
import { withLedger } from "./with-resources.ts";

const help = `
What it does
  It checks the backup, copies it to where the ledger was, whole or not at all, and marks it as restored. Where a ledger is,
  or a part of one (its -wal), nothing is restored: move that away first. The backup stays as it is.
  A restored ledger has forgotten what was sent, bought, cancelled and limited since the backup was made. So nothing of an
  execution that it holds is sent until a person confirmed it (buyonce confirm), which compares it with the providers first.
  The file may also be a ledger.db that lost its -wal for good. Copying a file into place by hand is not supported: nothing
  tells then that something is forgotten.
  Without a file it marks the ledger that is there: one that was restored by other means, as by pg_restore.
${ledgerHelp}
Exit codes
  0    restored, or marked
  1    the backup is missing, damaged or of a newer version; an internal error, or output that could not be written
  2    bad usage, or a ledger is there

With --json
  Standard output holds exactly one document: that of "buyonce ledger check --json", with backupAt as in the backup; without a
  file { "place", "restoredAt" }; else { "error": ... }.

Examples
  buyonce ledger restore /backup/ledger-2026-11-22.db
  buyonce ledger restore --ledger postgres://buyer@db.internal/buyonce
`;

/** What `buyonce ledger restore` is. */
export const ledgerRestore = { addOptions: ledgerOptions, help, action: ledgerRestoreCommand } satisfies CommandModule<
  [file: string | undefined],
  LedgerOptions
>;

/**
 * `buyonce ledger restore`: puts a backup into the place of the ledger, marked as restored. Returns the exit code. Throws a
 * BuyonceError: bad usage, a ledger that is there, or a backup that is none.
 */
export async function ledgerRestoreCommand(
  file: string | undefined,
  options: LedgerOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout } = parts.terminal;
  checkEndpoints(options);
  const location = ledgerOf(options, parts);
  const place = placeOfLedger(location);
  if (file === undefined) return markRestored(location, options, parts);
  const from = copyOf(file, "The backup");
  if (place.kind === "postgres") {
    throw usageError(
      "This ledger is in PostgreSQL: restore it with pg_restore, or as the server was backed up, and then run buyonce ledger restore without a file, which marks it as restored. Nothing was made.",
    );
  }
  const [{ checkLedgerFile }, { restoreSqlite }] = await Promise.all([
    import("../../ledger/sqlite/check-file.ts"),
    import("../../ledger/sqlite/restore-sqlite.ts"),
  ]);
  const backup = checkLedgerFile(from, "The backup");
  const summary = await restoreSqlite({ from: backup, to: checkLedgerFile(location), at: parts.now() });
  stdout.write(options.json ? jsonLedger(summary) : restoreText(summary, commandLineOf(options, parts)));
  return exitCodes.bought;
}

async function markRestored(location: string, options: LedgerOptions, parts: CommandParts): Promise<ExitCode> {
  return withLedger(location, { mustExist: true }, parts, async (ledger) => {
    await ledger.markRestored();
    const place = ledgerText(placeOfLedger(location));
    const text = options.json
      ? jsonMarked(place, (await ledger.restoredAt()) ?? parts.now())
      : markedText(place, commandLineOf(options, parts));
    parts.terminal.stdout.write(text);
    return exitCodes.bought;
  });
}
