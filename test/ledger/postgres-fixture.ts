import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Pool, type PoolConfig } from "pg";
import { afterAll, beforeAll } from "vitest";
import { openPostgresLedger, type PostgresLedgerOptions, type PostgresPool } from "../../src/ledger/postgres/index.ts";
import type { Claim, Ledger } from "../../src/contract/ledger.ts";
import { claimPlaces, claimRequest, recordPlaces } from "../../src/testing/ledger-values.ts";
import { type PostgresServer, startPostgresServer } from "./postgres-server.ts";

type Settings = Omit<PostgresLedgerOptions, "pool" | "connectionString"> & {
  readonly pool?: PostgresPool;
  /** A connection string; without it, and without a pool, the superuser's. */
  readonly address?: string;
};

/** One PostgreSQL server for the tests of a file, started before the first and removed after the last. */
export function usePostgres() {
  let server: PostgresServer;
  let connectionString: string;
  let admin: Pool;
  let count = 0;
  const ledgers: Ledger[] = [];
  const newSchema = () => `ledger_${(count += 1)}`;

  function newPool(settings: PoolConfig = {}): Pool {
    const pool = new Pool({ connectionString, max: 20, ...settings });
    return pool.on("error", () => undefined).on("connect", (client) => client.on("error", () => undefined));
  }

  beforeAll(async () => {
    server = await startPostgresServer();
    connectionString = await server.connectionString();
    admin = newPool();
  });
  afterAll(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await admin.end();
    await server.remove();
  });

  return {
    server: () => server,
    connectionString: () => connectionString,
    /** The superuser's pool. */
    admin: () => admin,
    newSchema,
    newPool,
    /** Opens a ledger, by default in a schema of its own and with a pool of its own, and closes it at the end. */
    open: async ({ pool, address = connectionString, ...settings }: Settings = {}): Promise<Ledger> => {
      const place = pool ? { pool } : { connectionString: address };
      const ledger = await openPostgresLedger({ schema: newSchema(), ...settings, ...place });
      ledgers.push(ledger);
      return ledger;
    },
    rows: async (text: string, values: string[] = []) =>
      (await admin.query(text, values)).rows as Record<string, unknown>[],
  };
}

/** Claims one token, which has to be granted, of an execution of so many. */
export async function grantedClaim(ledger: Ledger, index = 0, size = 4): Promise<Claim> {
  if ((await ledger.execution("execution-1")) === undefined) await recordPlaces(ledger, size);
  const [answer] = await ledger.claim([claimRequest(index)], "driver-1", 30_000);
  if (answer?.kind !== "granted") throw new Error(`not granted, but ${answer?.kind}`);
  return answer.claim;
}

/** Claims of two executions, which do not wait for each other. */
export async function claimsOfTwo(ledger: Ledger): Promise<readonly [Claim, Claim]> {
  const other = { ...claimRequest(1), executionId: "execution-2", recIndex: 0 };
  const answers = await claimPlaces(ledger, [claimRequest(0), other], "driver-1", 30_000);
  const [first, second] = answers.flatMap((answer) => (answer.kind === "granted" ? [answer.claim] : []));
  if (first === undefined || second === undefined) throw new Error("not granted");
  return [first, second];
}

/** The address of a file of the repository, for the imports of a script. */
export function source(path: string): string {
  return new URL(`../../${path}`, import.meta.url).href;
}

/** Runs a script in a process of its own; returns what it printed. */
export async function runScript(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  return stdout.trim();
}
