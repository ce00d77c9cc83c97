import { checkNumber } from "../../contract/check-number.ts";
import type { DriveJobs } from "../../contract/drive-jobs.ts";
import { LedgerError } from "../../contract/errors.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { createLedger } from "../create-ledger.ts";
import { ledgerLocation } from "../ledger-location.ts";
import { migrate } from "./postgres-migrate.ts";
import { openPool } from "./open-pool.ts";
import type { PostgresPool } from "./postgres-pool.ts";
import { createPostgresStore } from "./postgres-store.ts";
import { createTransact, longestTimeout } from "./transact.ts";

export type { PostgresClient, PostgresPool } from "./postgres-pool.ts";

/** How a ledger in PostgreSQL is opened: with a pool of the caller's, or with a connection string. */
export type PostgresLedgerOptions = PostgresConnection & {
  /** The schema that holds the tables: lower-case letters, digits, `_`. Made when missing. Default `buyonce`. */
  readonly schema?: string;
  /**
   * False: a schema that is missing or empty is an error (`ledger-missing`) instead of a new, empty ledger, which knows nothing of
   * what was bought. Default true.
   */
  readonly create?: boolean;
  /** Milliseconds to wait for a row that another driver's transaction has locked. Default 5,000, at most a day. */
  readonly lockTimeout?: number;
  /** Milliseconds that one statement, or getting a connection, may take. Default 15,000, at most a day. */
  readonly statementTimeout?: number;
  /**
   * Told, in the transaction that records it, that a drive may have something to do about an execution: it is new, a person changed
   * what may be bought of it, or somebody asks for another try. Default: nobody.
   */
  readonly jobs?: DriveJobs | undefined;
  /** For tests: milliseconds since 1970. Default the server's clock, which all drivers share. */
  readonly clock?: () => number;
};

type PostgresConnection =
  | {
      /**
       * `pg.Pool`, or anything like it. It stays the caller's: `close()` does not end it. Its `error` event needs a
       * listener, and so do its clients', or a connection that is lost while idle or just being handed out ends the
       * process: `pool.on("error", log).on("connect", (client) => client.on("error", log))`.
       */
      readonly pool: PostgresPool;
      readonly connectionString?: never;
    }
  | {
      /** `postgres://user:password@host:5432/database`, as the package `pg` understands it, which must be installed. */
      readonly connectionString: string;
      readonly pool?: never;
    };

/**
 * Opens a ledger in PostgreSQL, for drivers on several machines. Nothing outside its schema is touched. A pooler between
 * (PgBouncer) may work per transaction. Everything that waits has a limit.
 *
 * Every transaction asks for `synchronous_commit`; the server has to run with `fsync`, as it does by default. A failover
 * to a standby that is not synchronous forgets the last changes, like any lost ledger: name the standby in the server's
 * `synchronous_standby_names`.
 *
 * Throws a LedgerError: `ledger-missing` with `create: false`, `ledger-unavailable`, `ledger-locked`, `ledger-read-only` on a standby server or without the
 * rights, `ledger-full`, `ledger-corrupt` when the schema holds something else, `ledger-newer-schema` when a newer version
 * of this package wrote it, or `invalid-configuration`.
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<Ledger> {
  const { schema = "buyonce", create = true, lockTimeout = 5000, statementTimeout = 15_000, clock, jobs } = options;
  checkSchema(schema);
  checkTimeout("lockTimeout", lockTimeout);
  checkTimeout("statementTimeout", statementTimeout);
  if (options.connectionString !== undefined) checkConnectionString(options.connectionString);
  const own = options.pool ? undefined : await openPool(options.connectionString, statementTimeout);
  const pool = options.pool ?? own;
  if (pool === undefined) throw new TypeError("There is a pool, or one was opened.");
  const ledger = `PostgreSQL${placeOf(options.connectionString)}, schema ${schema}`;
  const transact = createTransact({ pool, ledger, lockTimeout, statementTimeout });
  try {
    await migrate(transact, { ledger, schema, create });
  } catch (error) {
    await own?.end();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const close = async () => {
    closing ??= own?.end();
    await closing;
  };
  return createLedger(createPostgresStore({ transact, schema, ledger, clock, close, jobs }));
}

/** At most 63 bytes, PostgreSQL's limit for a name; `pg_` is reserved by PostgreSQL. */
function checkSchema(schema: string): void {
  if (/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(schema)) return;
  throw new LedgerError({
    code: "invalid-configuration",
    message: `${JSON.stringify(schema)} is no schema name for a ledger. Use up to 63 lower-case letters, digits and _, not beginning with a digit or pg_.`,
  });
}

/** What `pg` cannot read, it takes for the name of a database on this machine. */
function checkConnectionString(connectionString: string): void {
  if (ledgerLocation(connectionString, "connectionString").kind === "postgres") return;
  throw new LedgerError({
    code: "invalid-configuration",
    message:
      "connectionString is no URL of a PostgreSQL database: write postgres://user@host:5432/database. Nothing was sent.",
  });
}

/** 0 would switch PostgreSQL's timeout off. */
function checkTimeout(name: string, value: number): void {
  checkNumber(name, value, { minimum: 1, maximum: longestTimeout, unit: "milliseconds" }, LedgerError);
}

/** For messages: host and database, never the password. */
function placeOf(connectionString: string | undefined): string {
  const url = URL.parse(connectionString ?? "");
  return url?.host ? ` at ${url.host}${url.pathname}` : "";
}
