import { beforeEach, describe, expect, test } from "vitest";
import { openPostgresLedger, type PostgresPool } from "../../src/ledger/postgres/index.ts";
import { planned } from "../../src/testing/ledger-values.ts";
import { breakableLedger } from "./postgres-breakable.ts";
import { grantedClaim, usePostgres } from "./postgres-fixture.ts";

const postgres = usePostgres();
const { admin, connectionString, rows } = postgres;
let schema: string;
beforeEach(() => {
  schema = postgres.newSchema();
});
const open = (settings: Parameters<typeof postgres.open>[0] = {}) => postgres.open({ schema, ...settings });

describe("a PostgreSQL ledger that is locked", () => {
  test.each([
    ["a row", (table: string) => `SELECT 1 FROM ${table} FOR UPDATE`],
    ["the table", (table: string) => `LOCK TABLE ${table}`],
  ])("%s by another session: waits for the lock timeout, then says so; nothing is lost", async (_what, lock) => {
    const ledger = await open({ lockTimeout: 100 });
    const claim = await grantedClaim(ledger);
    const other = await admin().connect();
    await other.query("BEGIN");
    await other.query(lock(`${schema}.token_record`));
    const locked = ledger.submit(claim, planned());
    await expect(locked).rejects.toMatchObject({ code: "ledger-locked", retryable: true });
    await expect(locked).rejects.toThrow(/lock timeout/);
    await other.query("ROLLBACK");
    other.release();
    expect((await ledger.submit(claim, planned())).attempt).toBe(1);
  });

  test("a statement that takes too long is ended", async () => {
    const ledger = await open({ statementTimeout: 1000 });
    await grantedClaim(ledger);
    const other = await admin().connect();
    await other.query("BEGIN");
    await other.query(`LOCK TABLE ${schema}.token_record`);
    await expect(ledger.recordsOf("execution-1")).rejects.toMatchObject({ code: "ledger-locked" });
    await expect(ledger.recordsOf("execution-1")).rejects.toThrow(/statement timeout/);
    await other.query("ROLLBACK");
    other.release();
    expect(await ledger.recordsOf("execution-1")).toHaveLength(4);
  });

  test("by a driver that stands still in the middle of a transaction: the server ends that transaction", async () => {
    const { ledger: frozen, claim, next } = await breakableLedger(connectionString(), schema);
    let goOn: () => void = () => undefined;
    const stood = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    next(async (statement) => {
      if (statement.text !== "COMMIT") return undefined;
      await stood;
      return statement.send();
    });
    const submitted = frozen.submit(claim, planned());
    submitted.catch(() => undefined);
    await expect
      .poll(() => rows("SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'"), { interval: 20 })
      .toHaveLength(1);
    expect(await (await open()).renew([claim], 30_000)).toEqual([]);
    goOn();
    await expect(submitted).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    expect((await frozen.recordsOf("execution-1"))[0]?.state).toBe("claimed");
  });

  test("a server that says nothing is given up, once, and its connection closed", async () => {
    const released: unknown[] = [];
    let asked = 0;
    const silent: PostgresPool = {
      connect: async () => ({
        query: () => {
          asked += 1;
          return new Promise(() => undefined);
        },
        release: (error) => released.push(error),
      }),
    };
    const answer = openPostgresLedger({ pool: silent, schema, statementTimeout: 50 });
    await expect(answer).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(answer).rejects.toThrow(/no answer within 2050 ms/);
    expect([asked, released]).toEqual([1, [expect.any(Error)]]);
  });

  test("a connection whose roll-back fails is closed", async () => {
    const released: unknown[] = [];
    const broken: PostgresPool = {
      connect: async () => ({
        query: (text) =>
          Promise.reject(Object.assign(new Error(text), { code: text === "ROLLBACK" ? "XX000" : "22012" })),
        release: (error) => released.push(error),
      }),
    };
    await expect(openPostgresLedger({ pool: broken, schema })).rejects.toThrow(/BEGIN/);
    expect(released).toEqual([expect.objectContaining({ message: expect.stringContaining("ROLLBACK") })]);
  });

  test("a pool that hands out no connection is given up; one that comes too late goes back", async () => {
    const released: unknown[] = [];
    let handOut: () => void = () => undefined;
    const late: PostgresPool = {
      connect: () =>
        new Promise((resolve) => {
          handOut = () =>
            resolve({ query: () => Promise.reject(new Error("too late")), release: (error) => released.push(error) });
        }),
    };
    await expect(openPostgresLedger({ pool: late, schema, statementTimeout: 50 })).rejects.toMatchObject({
      code: "ledger-unavailable",
    });
    handOut();
    await expect.poll(() => released).toEqual([undefined]);
  });
});
