import type { Pool, PoolClient } from "pg";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { PostgresClient, PostgresPool } from "../../src/ledger/postgres/index.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { bought, planned } from "../../src/testing/ledger-values.ts";
import { moveClock } from "../end-to-end/moved-clock.ts";
import { standingForAll } from "../standing-for-all.ts";
import { breakableLedger } from "./postgres-breakable.ts";
import { grantedClaim, usePostgres } from "./postgres-fixture.ts";

const postgres = usePostgres();
const { connectionString, rows } = postgres;
let schema: string;
beforeEach(() => {
  schema = postgres.newSchema();
  // What is tried again is so after a hundredth of the wait.
  onTestFinished(moveClock(0));
});
const open = (settings: Parameters<typeof postgres.open>[0] = {}) => postgres.open({ schema, ...settings });

/** Every connection that the pool holds, each with something done to it. */
async function toEach(pool: Pool, run: (client: PoolClient) => Promise<unknown>): Promise<void> {
  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
  for (const client of clients) await run(client);
  for (const client of clients) client.release();
}

/** As a standby that was the primary until now, or as the setting of a role, a database or the server. */
const turnReadOnly = (client: PoolClient) => client.query("SET default_transaction_read_only = on");

async function fill(ledger: Awaited<ReturnType<typeof open>>, pool: Pool, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => grantedClaim(ledger, index, 16)));
  expect(pool.totalCount).toBe(count);
}

describe("C5: connections that turn read-only in a failover", () => {
  test("more of them than a transaction has attempts: the first write finds a new one, and all are closed", async () => {
    const pool = postgres.newPool();
    const ledger = await open({ pool });
    await fill(ledger, pool, 15);
    const claim = await grantedClaim(ledger, 15);
    await toEach(pool, turnReadOnly);
    expect((await ledger.submit(claim, planned())).attempt).toBe(1);
    expect(pool.totalCount).toBe(1);
    await ledger.purchase(claim, bought());
    expect((await ledger.history("token-15")).map(({ event }) => event)).toEqual(["claim", "submit", "purchase"]);
    await pool.end();
  });

  test("several writes at once, each on one of them", async () => {
    const pool = postgres.newPool();
    const ledger = await open({ pool });
    await fill(ledger, pool, 8);
    await toEach(pool, turnReadOnly);
    const claims = await Promise.all([10, 11, 12, 13].map((index) => grantedClaim(ledger, index, 16)));
    expect(claims).toHaveLength(4);
    await pool.end();
  });

  test("a read after it comes from a new one, too: the former primary knows only what was before", async () => {
    const pool = postgres.newPool();
    const ledger = await open({ pool });
    await fill(ledger, pool, 9);
    await toEach(pool, turnReadOnly);
    const opened: unknown[] = [];
    pool.on("connect", (client) => opened.push(client));
    await grantedClaim(ledger, 9);
    const [first] = await Promise.all([ledger.recordsOf("execution-1"), ledger.now(), ledger.history("token-0")]);
    expect(first).toHaveLength(16);
    await toEach(pool, async (client) => expect(opened).toContain(client));
    await pool.end();
  });

  test("a pool that hands out a new object each time: discarded one after the other, within the attempts", async () => {
    const pool = postgres.newPool({ max: 3 });
    const wrapped: PostgresPool = { connect: async () => wrapper(await pool.connect()) };
    const ledger = await open({ pool: wrapped });
    await grantedClaim(ledger);
    await toEach(pool, turnReadOnly);
    await grantedClaim(ledger, 1);
    await pool.end();
  });

  test("if it stays, it is retryable, and names what to do; a limited number of connections was tried", async () => {
    const pool = postgres.newPool();
    pool.on("connect", (client) => void client.query("SET default_transaction_read_only = on"));
    await open();
    let connections = 0;
    pool.on("connect", () => (connections += 1));
    const ledger = await openPostgresLedger({ pool, schema });
    await expect(grantedClaim(ledger)).rejects.toMatchObject({
      code: "ledger-read-only",
      retryable: true,
      message: expect.stringMatching(/read-only transaction.*After a failover, drive again/s),
    });
    expect(connections).toBe(7);
    // What was wrong was the server's: with it, all works again.
    pool.removeAllListeners("connect");
    pool.on("connect", (client) => client.on("error", () => undefined));
    await grantedClaim(ledger);
    await pool.end();
  });

  test("who lacks the right to write is no victim of a failover", async () => {
    await open();
    await rows("CREATE ROLE mere_reader LOGIN PASSWORD 'imitation'");
    await rows(`GRANT USAGE ON SCHEMA ${schema} TO mere_reader`);
    await rows(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO mere_reader`);
    const address = Object.assign(new URL(connectionString()), { username: "mere_reader" }).href;
    const ledger = await open({ address });
    await expect(grantedClaim(ledger)).rejects.toMatchObject({ code: "ledger-read-only", retryable: false });
  });
});

/** Errors that end a connection: its code, and what it says. */
const endings = [
  ["08000", "connection exception"],
  ["08001", "no connection can be made"],
  ["08004", "the server refuses it"],
  ["08006", "connection failure"],
  ["08P01", "what a pooler says whose server is gone"],
  ["25006", "cannot execute UPDATE in a read-only transaction"],
  ["25P03", "idle in a transaction for too long"],
  ["25P04", "a transaction that took too long"],
  ["57P01", "shutdown"],
  ["57P02", "a crash of another session"],
  ["57P03", "starting up"],
  ["57P05", "idle for too long"],
  ["ECONNRESET", "read"],
  ["EPIPE", "write"],
  ["EPERM", "connect"],
] as const;

describe("C5: other ways in which a connection ends", () => {
  test.each(standingForAll(endings, ([code]) => ["08006", "25006", "57P01", "ECONNRESET"].includes(code)))(
    "%s (%s): the connection is closed, and the transaction begun anew",
    async (code, message) => {
      const { ledger, claim, next, pool } = await breakableLedger(connectionString(), schema);
      const before = await pool.connect();
      before.release();
      next(async ({ text }) => {
        if (!text.includes("FOR UPDATE")) return undefined;
        throw Object.assign(new Error(message), { code });
      });
      expect((await ledger.submit(claim, planned())).attempt).toBe(1);
      const after = await pool.connect();
      expect(after).not.toBe(before);
      after.release();
      expect(await ledger.history("token-0")).toHaveLength(2);
    },
  );

  test.each(["08006", "57P01", "57P05", "25006"])("%s at COMMIT is no proof: no second attempt", async (code) => {
    const { ledger, claim, next } = await breakableLedger(connectionString(), schema);
    next(async ({ text, send }) => {
      if (text !== "COMMIT") return undefined;
      await send();
      throw Object.assign(new Error("gone"), { code });
    });
    await expect(ledger.submit(claim, planned())).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining("Whether this last change was recorded is not known"),
    });
    expect(await ledger.history("token-0")).toHaveLength(2);
  });
});

/** What a pool that keeps its own objects hands out. */
function wrapper(client: PoolClient): PostgresClient {
  return {
    query: (text, values) => client.query(text, values),
    release: (error) => client.release(error),
    on: (event, listener) => client.on(event, listener),
    removeListener: (event, listener) => client.removeListener(event, listener),
  };
}
