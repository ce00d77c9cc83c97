import type { DriveJobs } from "../../contract/drive-jobs.ts";
import { checkLedgerFile } from "../../ledger/sqlite/check-file.ts";
import { type LedgerLocation, ledgerLocation, ledgerText } from "../../ledger/ledger-location.ts";
import { LedgerError } from "../../contract/errors.ts";
import type { Ledger } from "../../contract/ledger.ts";

/** How a ledger is opened. */
export interface OpenLedgerOptions {
  /** One that is missing is an error (`ledger-missing`) instead of an empty one, which would say that nothing was left behind. */
  readonly mustExist?: boolean;
  /** For one that is missing, an empty one in memory: for a command that only reads, and leaves no trace. */
  readonly emptyIfMissing?: boolean;
  /** Told by a ledger in PostgreSQL what may be driven. Default: nobody. */
  readonly jobs?: DriveJobs;
}

/** What the command line calls the name of a ledger. */
const named = "--ledger (or BUYONCE_LEDGER)";

/**
 * Opens the ledger that `--ledger` or BUYONCE_LEDGER names: see `ledgerLocation`. Throws a LedgerError, which is a usage error where
 * the name is none.
 */
export async function openLedger(
  location: string,
  { mustExist = false, emptyIfMissing = false, jobs }: OpenLedgerOptions = {},
): Promise<Ledger> {
  const create = !mustExist && !emptyIfMissing;
  const place = placeOfLedger(location);
  try {
    return await open(place, location, { create, jobs });
  } catch (error) {
    if (!LedgerError.isInstance(error) || error.code !== "ledger-missing") throw error;
    if (!emptyIfMissing) throw missing(place, error);
    const { createMemoryLedger } = await import("../../ledger/memory-ledger.ts");
    return createMemoryLedger();
  }
}

async function open(
  place: LedgerLocation,
  location: string,
  { create, jobs }: { readonly create: boolean; readonly jobs: DriveJobs | undefined },
): Promise<Ledger> {
  if (place.kind === "postgres") {
    const { openPostgresLedger } = await import("../../ledger/postgres/index.ts");
    return openPostgresLedger({ connectionString: place.connectionString, create, jobs });
  }
  const { openSqliteLedger } = await import("../../ledger/sqlite/index.ts");
  return openSqliteLedger({ file: location, create });
}

function missing(place: LedgerLocation, cause: LedgerError): LedgerError {
  return new LedgerError({
    code: "ledger-missing",
    message: `There is no ledger at ${ledgerText(place)}. Name the one that the drives used with --ledger; after drives with --sandbox give --sandbox. Nothing was sent.`,
    cause,
  });
}

/** What `--ledger` or BUYONCE_LEDGER names. Throws a usage error for what names no ledger, which does not repeat it. */
export function placeOfLedger(location: string): LedgerLocation {
  return ledgerLocation(location, named);
}

/** Throws what opening a ledger would throw because of its name or its place, before anything is made or started. */
export function checkPlaceOfLedger(location: string): void {
  if (placeOfLedger(location).kind === "sqlite") checkLedgerFile(location, named);
}
