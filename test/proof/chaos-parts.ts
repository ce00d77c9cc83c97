import { createAws } from "../../providers/aws/index.ts";
import { type AzureSettings, createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import type { Environment } from "../../src/contract/environment.ts";
import type { Provider } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";

/** Opens the ledger that all processes of a run share: an SQLite file or a `postgres://` address. Default clock: the ledger's own. */
export async function openSharedLedger(ledger: string, clock: (() => number) | undefined): Promise<Ledger> {
  const clockOption = clock === undefined ? {} : { clock };
  if (!ledger.startsWith("postgres://")) return openSqliteLedger({ file: ledger, ...clockOption });
  return openPostgresLedger({ connectionString: ledger, statementTimeout: 5000, ...clockOption });
}

/** All clouds, in the sandbox at this address. A request, to read or to buy, may take so many milliseconds. */
export function createClouds(
  url: string,
  environment: Environment,
  requestTimeout: number,
  azure: AzureSettings = {},
): readonly Provider[] {
  const settings = { endpoint: url, environment, purchaseTimeout: requestTimeout, readTimeout: requestTimeout };
  return [
    createAzure({ ...settings, ...azure }),
    createAws({ ...settings, visibility: { attempts: 3, firstWait: 300 } }),
    createGcp(settings),
  ];
}
