import { todoOf } from "../../contract/error-advice.ts";
import { LedgerError } from "../../contract/errors.ts";
import { migrations } from "./postgres-migrations.ts";
import type { Query } from "./postgres-session.ts";
import type { Transact } from "./transact.ts";

/** Says which migrations a schema has had, and marks it as a ledger of this package. */
const versionTable = "buyonce_migration";

/** What is migrated. */
interface MigrateOptions {
  /** Names the ledger in messages. */
  readonly ledger: string;
  readonly schema: string;
  /** Whether a schema that is missing or empty becomes a ledger. */
  readonly create: boolean;
}

/**
 * Brings a schema up to date, and creates it when there is none. One transaction, under a lock, so that several machines
 * may do it at once. A schema that is up to date is only read: its user needs no right to create or to write anything.
 *
 * Throws a LedgerError: `ledger-missing` where there is none and none is to be made, `ledger-newer-schema`, or `ledger-corrupt` when the schema holds tables of something else.
 */
export async function migrate(transact: Transact, { ledger, schema, create }: MigrateOptions): Promise<void> {
  await transact.write(async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", `buyonce ledger ${schema}`);
    const version = await schemaVersion(query, ledger, schema);
    if (!version && !create) throw missingLedger(ledger);
    if (version === undefined) await query(`CREATE SCHEMA "${schema}"`);
    if (!version) {
      await query(
        `CREATE TABLE "${schema}".${versionTable} (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
      );
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < (version ?? 0)) continue;
      await query(migration(`"${schema}"`));
      await query(`INSERT INTO "${schema}".${versionTable} (version) VALUES ($1::integer)`, String(index + 1));
    }
  });
}

/** There is no ledger, and none is to be made. */
export function missingLedger(ledger: string): LedgerError {
  return new LedgerError({
    code: "ledger-missing",
    message: `There is no ledger in ${ledger}, and none is to be made. ${todoOf("ledger-missing")}`,
  });
}

/** How many migrations the schema has had; 0 for an empty schema, undefined where there is none. Throws as `migrate`. */
export async function schemaVersion(query: Query, ledger: string, schema: string): Promise<number | undefined> {
  const relations = await query(
    `SELECT c.relname::text AS name FROM pg_catalog.pg_namespace AS n
     LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid WHERE n.nspname = $1`,
    schema,
  );
  if (relations.length === 0) return undefined;
  const names = relations.flatMap(({ name }) => (name === null ? [] : [name]));
  if (!names.includes(versionTable)) {
    if (names.length === 0) return 0;
    throw new LedgerError({
      code: "ledger-corrupt",
      message: `The schema "${schema}" in ${ledger} holds something else, not a ledger of buyonce. Name another schema.`,
    });
  }
  const [row] = await query(`SELECT coalesce(max(version), 0)::text AS version FROM "${schema}".${versionTable}`);
  const version = Number(row?.["version"]);
  if (version > migrations.length) {
    throw new LedgerError({
      code: "ledger-newer-schema",
      message: `The ledger in ${ledger} was written by a newer version of buyonce (schema ${version}, known here: ${migrations.length}). Use that version.`,
    });
  }
  return version;
}
