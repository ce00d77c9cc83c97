import { existsSync } from "node:fs";
import { checkLedgerFile } from "../../ledger/sqlite/check-file.ts";
import { type LedgerLocation, ledgerLocation } from "../../ledger/ledger-location.ts";
import { LedgerError } from "../../contract/errors.ts";
import type { Ledger } from "../../contract/ledger.ts";

/** How a ledger is opened. */
export interface OpenLedgerOptions {
  /** A file that is missing is an error instead of an empty ledger, which would say that nothing was left behind. */
  readonly mustExist?: boolean;
  /** For one that is missing, an empty one in memory: for a command that only reads, and leaves no trace. */
  readonly emptyIfMissing?: boolean;
}

/** What the command line calls the name of a ledger. */
const named = "--ledger (or BUYONCE_LEDGER)";

/**
 * Opens the ledger that `--ledger` or BUYONCE_LEDGER names: see `ledgerLocation`. Throws a LedgerError, which is a usage error where
 * the name is none.
 */
export async function openLedger(
  location: string,
  { mustExist = false, emptyIfMissing = false }: OpenLedgerOptions = {},
): Promise<Ledger> {
  const place = placeOfLedger(location);
  if (place.kind === "postgres") {
    const { openPostgresLedger } = await import("../../ledger/postgres/index.ts");
    return openPostgresLedger({ connectionString: place.connectionString });
  }
  const file = checkLedgerFile(location, named);
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
  return openSqliteLedger({ file: location });
}

/** What `--ledger` or BUYONCE_LEDGER names. Throws a usage error for what names no ledger, which does not repeat it. */
export function placeOfLedger(location: string): LedgerLocation {
  return ledgerLocation(location, named);
}
