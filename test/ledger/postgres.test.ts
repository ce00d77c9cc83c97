import { Pool } from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { migrations } from "../../src/ledger/postgres/postgres-migrations.ts";
import { claimPlaces, claimRequest, planned, recordPlaces } from "../../src/testing/ledger-values.ts";
import { moveClock } from "../end-to-end/moved-clock.ts";
import { isProof } from "../standing-for-all.ts";
import { testLedgerContract } from "./contract.ts";
import { runScript, source, usePostgres } from "./postgres-fixture.ts";
import { watchedPool } from "./postgres-watched-pool.ts";

const { admin, connectionString, newSchema, open, rows, server } = usePostgres();

/** What is a race, and what keeps from buying twice or for too much. */
const guards =
  /at once|granted to (one|exactly)|lane|totals|twins|cancel|approv|restored|written ahead|cannot count|counts|second time|generation/;
testLedgerContract(
  "the PostgreSQL ledger",
  (clock) => open({ clock, pool: admin() }),
  (title) => isProof || guards.test(title),
);

describe("the PostgreSQL ledger", () => {
  test("keeps everything when it is closed and opened again", async () => {
    const schema = newSchema();
    const before = await open({ schema });
    await claimPlaces(before, [claimRequest(0)], "driver-1", 30_000);
    const records = await before.execution("execution-1");
    await before.close();
    const after = await open({ schema });
    expect(await after.execution("execution-1")).toEqual(records);
    expect(await after.history("token-0")).toHaveLength(1);
  });

  test("tells the server's time", async () => {
    const ledger = await open();
    const time = async () =>
      Number((await rows("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now"))[0]?.["now"]);
    const before = await time();
    const now = await ledger.now();
    const [answer] = await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    expect(now).toBeGreaterThanOrEqual(Math.floor(before));
    expect(answer?.record.createdAt).toBeGreaterThanOrEqual(now);
    expect(answer?.record.createdAt).toBeLessThanOrEqual(await time());
    expect(Number.isInteger(now)).toBe(true);
  });

  test("several openers at once make the tables once", async () => {
    const schema = newSchema();
    const opened = await Promise.all(Array.from({ length: 8 }, () => open({ schema })));
    expect(await rows(`SELECT version FROM ${schema}.buyonce_migration`)).toEqual(
      migrations.map((_, index) => ({ version: index + 1 })),
    );
    await Promise.all(opened.map((ledger) => recordPlaces(ledger, 8)));
    await Promise.all(opened.map((ledger, index) => claimPlaces(ledger, [claimRequest(index)], "driver-1", 30_000)));
    expect(await opened[0]?.recordsOf("execution-1")).toHaveLength(8);
  });

  test("written by a newer version: refused, with both versions named", async () => {
    const schema = newSchema();
    await open({ schema });
    await rows(`INSERT INTO ${schema}.buyonce_migration (version) VALUES (99)`);
    await expect(open({ schema, address: `${connectionString()}?application_name=older` })).rejects.toMatchObject({
      code: "ledger-newer-schema",
      message: expect.stringMatching(/schema 99, known here: \d/),
    });
    const connections = () => rows("SELECT 1 FROM pg_stat_activity WHERE application_name = 'older'");
    await expect.poll(connections, { interval: 20 }).toHaveLength(0);
  });

  test("a schema that holds something else is refused and not changed", async () => {
    await rows("CREATE SCHEMA shop; CREATE TABLE shop.customers (id integer)");
    await expect(open({ schema: "shop" })).rejects.toMatchObject({
      code: "ledger-corrupt",
      message: expect.stringContaining("not a ledger of buyonce"),
    });
    expect(await rows("SELECT tablename FROM pg_tables WHERE schemaname = 'shop'")).toEqual([
      { tablename: "customers" },
    ]);
  });

  test("touches nothing outside its schema", async () => {
    const schema = newSchema();
    const outside = () =>
      rows(
        `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname <> $1 AND n.nspname !~ '^pg_(toast|temp)' ORDER BY 1, 2`,
        [schema],
      );
    const before = await outside();
    const ledger = await open({ schema });
    await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    expect(await outside()).toEqual(before);
  });

  test.each(["", "Ledger", 'a"; DROP SCHEMA public; --', "1st", "pg_ledger", "a".repeat(64), "a b"])(
    "the schema name %j is refused",
    async (schema) => {
      await expect(open({ schema })).rejects.toMatchObject({ code: "invalid-configuration" });
    },
  );

  test("a schema may be named by a word of SQL", async () => {
    const ledger = await open({ schema: "select" });
    await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    expect(await ledger.recordsOf("execution-1")).toHaveLength(4);
  });

  test.each([{ lockTimeout: 0 }, { lockTimeout: 1.5 }, { statementTimeout: -1 }])("%j is refused", async (options) => {
    await expect(open(options)).rejects.toMatchObject({ code: "invalid-configuration" });
  });

  test("what was frozen keeps the order of its fields", async () => {
    const ledger = await open();
    const [answer] = await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    if (answer?.kind !== "granted") throw new Error("not granted");
    const request = { zone: "1", amount: "2", é: "\u0000 \ud83d\ude00 \\ \" '" };
    await ledger.submit(answer.claim, planned({ request }));
    const [record] = await ledger.recordsOf("execution-1");
    expect(JSON.stringify(record?.submission?.request)).toBe(JSON.stringify(request));
  });

  test("a record that was damaged is reported, not skipped", async () => {
    const schema = newSchema();
    const ledger = await open({ schema });
    await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    await rows(`UPDATE ${schema}.token_record SET record = 'x'`);
    await expect(ledger.recordsOf("execution-1")).rejects.toMatchObject({ code: "ledger-corrupt" });
    await expect(claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000)).rejects.toMatchObject({
      code: "ledger-corrupt",
    });
  });

  test("a table that was removed is reported, not made anew", async () => {
    const schema = newSchema();
    const ledger = await open({ schema });
    await rows(`DROP TABLE ${schema}.token_record`);
    await expect(claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000)).rejects.toMatchObject({
      code: "ledger-corrupt",
    });
  });

  test("commits are synced whatever the database's default is", async () => {
    const database = "careless";
    const careless = await server().connectionString(database);
    await rows(`ALTER DATABASE ${database} SET synchronous_commit = off`);
    await rows(`ALTER DATABASE ${database} SET default_transaction_isolation = 'serializable'`);
    const pool = new Pool({ connectionString: careless });
    const seen: unknown[] = [];
    const watched = watchedPool(pool, async ({ text, send, client }) => {
      if (text === "COMMIT") {
        const { rows } = await client.query(
          "SELECT current_setting('synchronous_commit') AS sync, current_setting('transaction_isolation') AS isolation",
        );
        seen.push(rows[0]);
      }
      return send();
    });
    const ledger = await openPostgresLedger({ pool: watched });
    await recordPlaces(ledger, 1);
    seen.length = 0;
    await ledger.claim([claimRequest(0)], "driver-1", 30_000);
    expect(seen).toEqual([{ sync: "on", isolation: "read committed" }]);
    await pool.end();
  });

  test("a pool of the caller's is used and not ended; one of its own is ended", async () => {
    const schema = newSchema();
    const pool = new Pool({ connectionString: connectionString(), application_name: "callers" });
    const ledger = await openPostgresLedger({ pool, schema });
    await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    await ledger.close();
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    expect(pool.idleCount).toBe(pool.totalCount);
    await pool.end();

    const own = await open({ schema, address: `${connectionString()}?application_name=own` });
    const connections = () => rows("SELECT 1 FROM pg_stat_activity WHERE application_name = 'own'");
    await own.now();
    expect(await connections()).toHaveLength(1);
    await own.close();
    await own.close();
    await expect.poll(connections, { interval: 20 }).toHaveLength(0);
    // It is tried again, each time after a hundredth of the wait.
    onTestFinished(moveClock(0));
    await expect(own.now()).rejects.toMatchObject({ code: "ledger-unavailable" });
  });

  test("without the package pg: says what to install", async () => {
    const script = `
      import { registerHooks } from "node:module";
      registerHooks({ resolve(name, context, next) {
        if (name !== "pg") return next(name, context);
        throw Object.assign(new Error("Cannot find package 'pg'"), { code: "ERR_MODULE_NOT_FOUND" });
      } });
      const { openPostgresLedger } = await import(${JSON.stringify(source("src/ledger/postgres/index.ts"))});
      await openPostgresLedger({ connectionString: "postgres://127.0.0.1/x" }).catch((error) => console.log(error.code, error.message));`;
    expect(await runScript(script)).toMatch(/^invalid-configuration .*npm install pg@8/);
  });
});
