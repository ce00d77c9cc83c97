import { type AddressInfo, createServer } from "node:net";
import { Client, Pool, type PoolConfig } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openPostgresLedger, type PostgresPool } from "../../src/ledger/postgres/index.ts";
import type { Claim, Ledger } from "../../src/spec/ledger.ts";
import { claimRequest } from "./claim-request.ts";
import { type PostgresServer, startPostgresServer } from "./postgres-server.ts";
import { bought, planned } from "./postgres-values.ts";
import { type Statement, watchedPool } from "./postgres-watched-pool.ts";

let server: PostgresServer;
let connectionString: string;
let admin: Pool;
let schema: string;
let count = 0;
const opened: Ledger[] = [];

beforeAll(async () => {
  server = await startPostgresServer();
  connectionString = await server.connectionString();
  admin = newPool();
});
beforeEach(() => {
  schema = `ledger_${(count += 1)}`;
});
afterAll(async () => {
  await Promise.all(opened.map((ledger) => ledger.close()));
  await admin.end();
  await server.remove();
});

function newPool(settings: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString, ...settings });
  pool.on("error", () => undefined).on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

async function open(options: { lockTimeout?: number; statementTimeout?: number; url?: string } = {}): Promise<Ledger> {
  const { url = connectionString, ...rest } = options;
  const ledger = await openPostgresLedger({ connectionString: url, schema, ...rest });
  opened.push(ledger);
  return ledger;
}

async function rows(text: string): Promise<Record<string, unknown>[]> {
  return (await admin.query(text)).rows as Record<string, unknown>[];
}

async function grantedClaim(ledger: Ledger, index = 0): Promise<Claim> {
  const [answer] = await ledger.claim([claimRequest(index)], "driver-1", 30_000);
  if (answer?.kind !== "granted") throw new Error(`not granted, but ${answer?.kind}`);
  return answer.claim;
}

/** The address with another user, password or database. */
function address(changes: { username?: string; password?: string; pathname?: string; port?: string }): string {
  return Object.assign(new URL(connectionString), changes).href;
}

async function newUser(name: string, rights = ""): Promise<string> {
  await rows(`CREATE ROLE ${name} LOGIN PASSWORD 'imitation' ${rights}`);
  return address({ username: name });
}

describe("a PostgreSQL server that cannot be used", () => {
  test("wrong password", async () => {
    const wrong = open({ url: address({ password: "hunter2" }) });
    await expect(wrong).rejects.toMatchObject({ code: "ledger-unavailable", retryable: false });
    await expect(wrong).rejects.toThrow(/password authentication failed.*Check the user/s);
    await expect(wrong).rejects.not.toThrow(/hunter2/);
  });

  test("no such database", async () => {
    const missing = open({ url: address({ pathname: "/no_such_database" }) });
    await expect(missing).rejects.toMatchObject({ code: "ledger-unavailable", retryable: false });
  });

  test("nobody listens", async () => {
    const refused = open({ url: address({ port: "1" }) });
    await expect(refused).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(refused).rejects.toThrow(/127\.0\.0\.1:1\/postgres.*ECONNREFUSED/);
  });

  test("a user without the right to make the schema; with the tables made by another one, it may drive", async () => {
    const url = await newUser("driver_only");
    const forbidden = open({ url });
    await expect(forbidden).rejects.toMatchObject({ code: "ledger-read-only" });
    await expect(forbidden).rejects.toThrow(/permission denied.*USAGE on the schema/);
    expect(await rows(`SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`)).toEqual([]);
    await open();
    await rows(`GRANT USAGE ON SCHEMA ${schema} TO driver_only`);
    await rows(`GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ${schema} TO driver_only`);
    const ledger = await open({ url });
    await ledger.submit(await grantedClaim(ledger), planned());
    expect(await ledger.history("token-0")).toHaveLength(2);
  });

  test("a user who may only read: reads, and is told what is missing when it writes", async () => {
    const url = await newUser("reader");
    await grantedClaim(await open());
    await rows(`GRANT USAGE ON SCHEMA ${schema} TO reader`);
    await rows(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO reader`);
    const ledger = await open({ url });
    expect(await ledger.execution("execution-1")).toHaveLength(1);
    await expect(grantedClaim(ledger, 1)).rejects.toMatchObject({ code: "ledger-read-only" });
  });

  test("read-only: an existing ledger can be read, not written", async () => {
    await grantedClaim(await open());
    const url = await newUser("standby", "SUPERUSER");
    await rows("ALTER ROLE standby SET default_transaction_read_only = on");
    const ledger = await open({ url });
    expect(await ledger.execution("execution-1")).toHaveLength(1);
    await expect(grantedClaim(ledger, 1)).rejects.toMatchObject({ code: "ledger-read-only" });
    await expect(grantedClaim(ledger, 1)).rejects.toThrow(/primary server/);
    schema = "not_there_yet";
    await expect(open({ url })).rejects.toMatchObject({ code: "ledger-read-only" });
  });

  test("no connection left: waits a little, then says so", async () => {
    await open();
    const url = await newUser("limited", "SUPERUSER");
    await rows("ALTER ROLE limited NOSUPERUSER CONNECTION LIMIT 1");
    const holder = new Client(url);
    await holder.connect();
    const full = open({ url });
    await expect(full).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(full).rejects.toThrow(/too many connections.*no connection left/);
    await holder.end();
  });

  test.each([
    ["53100", "ledger-full", false],
    ["XX001", "ledger-corrupt", false],
    ["57014", "ledger-locked", true],
    ["22012", "ledger-unavailable", false],
  ])("an error %s of the server is %s, and nothing of the transaction stays", async (state, code, retryable) => {
    const ledger = await open();
    const claim = await grantedClaim(ledger);
    await raiseOnWrite(state);
    await expect(ledger.submit(claim, planned())).rejects.toMatchObject({ code, retryable });
    await rows(`DROP TRIGGER fail ON ${schema}.token_record`);
    expect((await ledger.execution("execution-1"))[0]?.state).toBe("claimed");
    expect(await ledger.history("token-0")).toHaveLength(1);
    await ledger.submit(claim, planned());
  });

  test("what may succeed at once is tried again, a limited number of times", async () => {
    const ledger = await open();
    const claim = await grantedClaim(ledger);
    const attempts = await raiseOnWrite("40P01");
    await expect(ledger.submit(claim, planned())).rejects.toMatchObject({ code: "ledger-locked" });
    expect(await attempts()).toBe(7);
    await rows(`DROP TRIGGER fail ON ${schema}.token_record; DROP SEQUENCE ${schema}.attempts`);
    const twice = await raiseOnWrite("40001", 2);
    expect((await ledger.submit(claim, planned())).attempt).toBe(1);
    expect(await twice()).toBe(3);
    expect(await ledger.history("token-0")).toHaveLength(2);
  });

  /** Makes the server fail writes of records with an error, the first `times` ones; returns how many were tried. */
  async function raiseOnWrite(state: string, times = 1000) {
    await rows(`
      CREATE SEQUENCE ${schema}.attempts;
      CREATE OR REPLACE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('${schema}.attempts') <= ${times} THEN RAISE EXCEPTION 'imitation' USING ERRCODE = '${state}'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER fail BEFORE UPDATE ON ${schema}.token_record FOR EACH ROW EXECUTE FUNCTION ${schema}.fail()`);
    return async () => Number((await rows(`SELECT last_value FROM ${schema}.attempts`))[0]?.["last_value"]);
  }
});

describe("a PostgreSQL ledger that is locked", () => {
  test.each([
    ["a row", (table: string) => `SELECT 1 FROM ${table} FOR UPDATE`],
    ["the table", (table: string) => `LOCK TABLE ${table}`],
  ])("%s by another session: waits for the lock timeout, then says so; nothing is lost", async (_what, lock) => {
    const ledger = await open({ lockTimeout: 100 });
    const claim = await grantedClaim(ledger);
    const other = await admin.connect();
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
    const ledger = await open({ statementTimeout: 300 });
    await grantedClaim(ledger);
    const other = await admin.connect();
    await other.query("BEGIN");
    await other.query(`LOCK TABLE ${schema}.token_record`);
    await expect(ledger.execution("execution-1")).rejects.toMatchObject({ code: "ledger-locked" });
    await expect(ledger.execution("execution-1")).rejects.toThrow(/statement timeout/);
    await other.query("ROLLBACK");
    other.release();
    expect(await ledger.execution("execution-1")).toHaveLength(1);
  });

  test("by a driver that stands still in the middle of a transaction: the server ends that transaction", async () => {
    const { ledger: frozen, claim, next } = await breakable();
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
    expect((await frozen.execution("execution-1"))[0]?.state).toBe("claimed");
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

describe("a PostgreSQL server that goes away", () => {
  test("stopped as by a crash and started again: a clear error, then it works, and nothing is lost", async () => {
    const ledger = await open();
    const claim = await grantedClaim(ledger);
    const submission = await ledger.submit(claim, planned());
    await server.stop("immediate");
    const failed = ledger.purchase(claim, bought());
    await expect(failed).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(failed).rejects.toThrow(/Check that the server runs/);
    await server.start();
    expect(await ledger.execution("execution-1")).toMatchObject([{ state: "submitted", submission }]);
    await ledger.purchase(claim, bought());
    expect((await ledger.history("token-0")).map(({ event }) => event)).toEqual(["claim", "submit", "purchase"]);
  });

  test("a short restart in the middle of many writes: each is recorded, or its driver is told", async () => {
    const ledger = await open();
    const tokens = Array.from({ length: 60 }, (_, index) => index);
    const granted = new Set<string>();
    let failures = 0;
    const work = (async () => {
      for (const index of tokens) {
        await grantedClaim(ledger, index).then(
          ({ token }) => granted.add(token),
          (error: { code: string }) => {
            failures += 1;
            expect(error.code).toBe("ledger-unavailable");
          },
        );
      }
    })();
    await expect.poll(() => granted.size, { interval: 1 }).toBeGreaterThan(5);
    await server.stop("immediate");
    await server.start();
    await work;
    const recorded = new Set((await ledger.execution("execution-1")).map(({ token }) => token));
    expect([...granted].filter((token) => !recorded.has(token))).toEqual([]);
    // Begun anew while the server was away: at most the one under way at the crash may have failed.
    expect(failures).toBeLessThanOrEqual(1);
    expect(granted.size).toBeGreaterThanOrEqual(59);
  });

  test("a connection that is cut in the moment in which it is made ends no process", async () => {
    const message = (type: string, body: Buffer) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length + 4);
      return Buffer.concat([Buffer.from(type), length, body]);
    };
    // In one packet: logged in, ready, and "terminating connection".
    const greeting = Buffer.concat([
      message("R", Buffer.alloc(4)),
      message("Z", Buffer.from("I")),
      message("E", Buffer.from("SFATAL\0C57P01\0Mterminating connection\0\0")),
    ]);
    const cutting = createServer((socket) => {
      socket.once("data", () => socket.end(greeting)).on("error", () => undefined);
    });
    await new Promise<void>((resolve) => cutting.listen(0, "127.0.0.1", resolve));
    const { port } = cutting.address() as AddressInfo;
    await expect(open({ url: address({ port: String(port) }) })).rejects.toMatchObject({ code: "ledger-unavailable" });
    await new Promise((resolve) => cutting.close(resolve));
  });

  const cut = async ({ client }: Statement) => {
    const { rows: found } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const gone = new Promise((resolve) => client.once("end", resolve));
    await admin.query(`SELECT pg_terminate_backend(${Number(found[0]?.pid)})`);
    await gone;
  };
  const moments = [
    ["BEGIN", "before the transaction"],
    ["FOR UPDATE", "before it has read"],
    ["json_to_recordset", "before it writes"],
  ] as const;

  test.each(moments)("a connection cut at %s (%s): the transaction is begun anew, and happens once", async (text) => {
    const { ledger, claim, next } = await breakable();
    next(async (statement) => {
      if (!statement.text.includes(text)) return undefined;
      await cut(statement);
      return statement.send();
    });
    expect((await ledger.submit(claim, planned())).attempt).toBe(1);
    expect((await ledger.history("token-0")).map(({ event }) => event)).toEqual(["claim", "submit"]);
  });

  test.each([
    ["before it came", false],
    ["after it took effect", true],
  ])("a connection cut at COMMIT, %s: an error that says so, and no second attempt", async (_when, applied) => {
    const { ledger, claim, next } = await breakable();
    next(async (statement) => {
      if (statement.text !== "COMMIT") return undefined;
      if (applied) await statement.send();
      await cut(statement);
      return applied ? statement.client.query("SELECT 1") : statement.send();
    });
    const submitted = ledger.submit(claim, planned());
    await expect(submitted).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(submitted).rejects.toThrow(/Whether this last change was recorded is not known/);
    // What the server said, not only what the client then met.
    if (!applied) await expect(submitted).rejects.toThrow(/terminating connection due to administrator command/);
    const [record] = await ledger.execution("execution-1");
    expect(record?.state).toBe(applied ? "submitted" : "claimed");
    expect(await ledger.history("token-0")).toHaveLength(applied ? 2 : 1);
  });

  test("a roll-back at COMMIT is no unknown outcome: it is begun anew", async () => {
    const { ledger, claim, next } = await breakable();
    next(async (statement) => {
      if (statement.text !== "COMMIT") return undefined;
      await statement.client.query("ROLLBACK");
      throw Object.assign(new Error("could not serialize access"), { code: "40001" });
    });
    expect((await ledger.submit(claim, planned())).attempt).toBe(1);
    expect(await ledger.history("token-0")).toHaveLength(2);
  });

  test("a connection that was lost is not handed out again", async () => {
    const { ledger, claim, next, pool } = await breakable();
    next(async (statement) => {
      if (!statement.text.includes("FOR UPDATE")) return undefined;
      await cut(statement);
      return statement.send();
    });
    await ledger.submit(claim, planned());
    await ledger.purchase(claim, bought());
    expect(pool.totalCount).toBe(1);
    expect(pool.idleCount).toBe(1);
    const client = await pool.connect();
    expect(client.listeners("error")).toEqual([]);
    client.release();
  });
});

/** A ledger with one claim, whose next statement that `around` answers for goes another way; once. */
async function breakable() {
  // A caller who listens only to what is idle.
  const pool = new Pool({ connectionString, max: 2 });
  pool.on("error", () => undefined);
  type Around = (statement: Statement) => Promise<Awaited<ReturnType<Statement["send"]>> | undefined>;
  let around: Around | undefined;
  const watched = watchedPool(pool, async (statement) => {
    const taken = around;
    if (taken === undefined) return statement.send();
    around = undefined;
    try {
      const result = await taken(statement);
      if (result !== undefined) return result;
      around = taken;
    } catch (error) {
      around = undefined;
      throw error;
    }
    return statement.send();
  });
  const ledger = await openPostgresLedger({ pool: watched, schema });
  const claim = await grantedClaim(ledger);
  return {
    ledger,
    claim,
    pool,
    next: (run: Around) => {
      around = run;
    },
  };
}
