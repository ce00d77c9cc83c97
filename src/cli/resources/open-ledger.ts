import { existsSync } from "node:fs";
import { checkLedgerFile } from "../../ledger/sqlite/check-file.ts";
import { LedgerError } from "../../contract/errors.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { usageError } from "../terminal/exit-code.ts";

/** How a ledger is opened. */
export interface OpenLedgerOptions {
  /** A file that is missing is an error instead of an empty ledger, which would say that nothing was left behind. */
  readonly mustExist?: boolean;
  /** For one that is missing, an empty one in memory: for a command that only reads, and leaves no trace. */
  readonly emptyIfMissing?: boolean;
}

/**
 * Opens the ledger that `--ledger` names: a PostgreSQL database by its URL, else an SQLite file. Throws a usage error, or
 * a LedgerError.
 */
export async function openLedger(
  location: string,
  { mustExist = false, emptyIfMissing = false }: OpenLedgerOptions = {},
): Promise<Ledger> {
  if (isPostgres(location)) {
    const { openPostgresLedger } = await import("../../ledger/postgres/index.ts");
    return openPostgresLedger({ connectionString: location });
  }
  const file = checkLedgerFile(location);
  if (mustExist && !existsSync(file)) {
    throw new LedgerError({
      code: "ledger-unavailable",
      message: `There is no ledger at ${file}. Name the one that the drives used with --ledger; after drives with --sandbox give --sandbox. Nothing was sent.`,
    });
  }
  if (emptyIfMissing && !existsSync(file)) {
    const { createMemoryLedger } = await import("../../ledger/memory-ledger.ts");
    return createMemoryLedger();
  }
  const { openSqliteLedger } = await import("../../ledger/sqlite/index.ts");
  return openSqliteLedger({ file });
}

/**
 * Whether a ledger is named by the URL of a PostgreSQL database instead of a file. Throws a usage error for a URL that
 * cannot be used; the message does not repeat it, for it may hold a password.
 */
export function isPostgres(location: string): boolean {
  if (!/^postgres(?:ql)?:/i.test(location)) return false;
  const url = /^postgres(?:ql)?:\/\//i.test(location) ? URL.parse(location) : null;
  // Without a user, an @ further back is what a password with / ? or # looks like: it was cut in the middle.
  if (url === null || (url.username === "" && /@/.test(url.pathname + url.hash))) {
    throw usageError(
      "--ledger is no URL of a PostgreSQL database: write postgres://user:password@host:5432/database, with / ? # @ : and % of the password percent-encoded. Nothing was sent.",
    );
  }
  return true;
}
