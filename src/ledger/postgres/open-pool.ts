import { LedgerError } from "../../contract/errors.ts";
import { importOptional, MissingPackageError } from "../../contract/optional-package.ts";
import type { PostgresPool } from "./postgres-pool.ts";

/**
 * A pool of the ledger's own. `pg` is loaded only here: who hands in a pool, or uses another ledger, needs no `pg`.
 * `connectTimeout` is in milliseconds. Throws a LedgerError `invalid-configuration` when `pg` is not installed.
 */
export async function openPool(
  connectionString: string,
  connectTimeout: number,
): Promise<PostgresPool & { end(): Promise<void> }> {
  const { default: pg } = await importOptional("pg", () => import("pg"), {
    version: 8,
    neededBy: "A PostgreSQL ledger needs",
  }).catch((cause: unknown) => {
    if (!MissingPackageError.isInstance(cause)) throw cause;
    throw new LedgerError({ code: cause.code, message: cause.message, cause });
  });
  const pool = new pg.Pool({
    connectionString,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // Like the other ledgers, one that was not closed does not keep the process alive.
    allowExitOnIdle: true,
    fallback_application_name: "buyonce",
  });
  // A connection lost while nobody used it: the pool opens another one.
  pool.on("error", () => undefined);
  // One lost in the moment in which it is handed out, before its session listens: the next query meets it.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
