import type { Ledger } from "../../src/contract/ledger.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";

/** Opens a ledger by its file, or by the URL of its PostgreSQL database. */
export function openBenchLedger(location: string): Promise<Ledger> {
  return location.startsWith("postgres://")
    ? openPostgresLedger({ connectionString: location })
    : openSqliteLedger({ file: location });
}
