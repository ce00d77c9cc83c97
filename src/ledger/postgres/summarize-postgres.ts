import { countsOf, type LedgerSummary } from "../ledger-summary.ts";
import { openPool } from "./open-pool.ts";
import { missingLedger, schemaVersion } from "./postgres-migrate.ts";
import { migrations } from "./postgres-migrations.ts";
import type { Query } from "./postgres-session.ts";
import { createTransact } from "./transact.ts";

/** Milliseconds that a statement, and getting a connection, may take. */
const patience = 15_000;

/**
 * Counts what is in a ledger in PostgreSQL, and says its version. Changes nothing, and does not bring an older ledger up to
 * date. Whether the server's files are whole is for the server to say. `place` names it in the summary.
 *
 * Throws a LedgerError: `ledger-missing`, or one of a ledger that cannot be used.
 */
export async function summarizePostgres(
  connectionString: string,
  place: string,
  schema = "buyonce",
): Promise<LedgerSummary> {
  const pool = await openPool(connectionString, patience);
  const ledger = `${place}, schema ${schema}`;
  const transact = createTransact({ pool, ledger, lockTimeout: patience, statementTimeout: patience });
  try {
    return await transact.read(async (query) => {
      const version = await schemaVersion(query, ledger, schema);
      if (!version) throw missingLedger(ledger);
      const known = { place, files: [], schema: version, knownSchema: migrations.length, backupAt: undefined };
      const restoredAt = version > 1 ? await restoredAtIn(query, schema) : undefined;
      return { ...known, restoredAt, problems: [], counts: await countIn(query, `"${schema}"`) };
    });
  } finally {
    await pool.end();
  }
}

async function restoredAtIn(query: Query, schema: string): Promise<number | undefined> {
  const [row] = await query(`SELECT restored_at::text AS at FROM "${schema}".ledger_mark`);
  return typeof row?.["at"] === "string" ? Number(row["at"]) : undefined;
}

async function countIn(query: Query, schema: string) {
  const [row] = await query(`SELECT count(DISTINCT execution_id)::text AS n FROM ${schema}.token_record`);
  const rows = await query(`SELECT state, count(*)::text AS n FROM ${schema}.token_record GROUP BY state`);
  return countsOf(
    Number(row?.["n"]),
    rows.map(({ state, n }) => ({ state: String(state), count: Number(n) })),
  );
}
