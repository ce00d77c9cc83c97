import { type AddressInfo, createServer } from "node:net";
import { beforeEach, describe, expect, test } from "vitest";
import type { LedgerError } from "../../src/contract/errors.ts";
import { bought, planned } from "../../src/testing/ledger-values.ts";
import { breakableLedger } from "./postgres-breakable.ts";
import { grantedClaim, usePostgres } from "./postgres-fixture.ts";
import { type Statement } from "./postgres-watched-pool.ts";

const postgres = usePostgres();
const { admin, connectionString, server } = postgres;
let schema: string;
beforeEach(() => {
  schema = postgres.newSchema();
});
const open = (settings: Parameters<typeof postgres.open>[0] = {}) => postgres.open({ schema, ...settings });

/** The address with another user, password or database. */
function address(changes: { username?: string; password?: string; pathname?: string; port?: string }): string {
  return Object.assign(new URL(connectionString()), changes).href;
}

describe("a PostgreSQL server that goes away", () => {
  test("stopped as by a crash and started again: a clear error, then it works, and nothing is lost", async () => {
    const ledger = await open();
    const claim = await grantedClaim(ledger);
    const submission = await ledger.submit(claim, planned());
    await server().stop("immediate");
    const failed = ledger.purchase(claim, bought());
    await expect(failed).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(failed).rejects.toThrow(/Check that the server runs/);
    await server().start();
    expect(await ledger.recordsOf("execution-1")).toMatchObject([
      { state: "submitted", submission },
      ...Array.from({ length: 3 }, () => ({ state: "planned" })),
    ]);
    await ledger.purchase(claim, bought());
    expect((await ledger.history("token-0")).map(({ event }) => event)).toEqual(["claim", "submit", "purchase"]);
  });

  test("a short restart in the middle of many writes: each is recorded, or its driver is told", async () => {
    const ledger = await open();
    const tokens = Array.from({ length: 60 }, (_, index) => index);
    const granted = new Set<string>();
    const reasons: string[] = [];
    const work = (async () => {
      for (const index of tokens) {
        await grantedClaim(ledger, index, 60).then(
          ({ token }) => granted.add(token),
          (error: LedgerError) => {
            reasons.push(error.message);
            expect(error).toMatchObject({ code: "ledger-unavailable", retryable: true });
          },
        );
      }
    })();
    await expect.poll(() => granted.size, { interval: 1 }).toBeGreaterThan(5);
    const stopped = performance.now();
    await server().stop("immediate");
    await server().start();
    const away = performance.now() - stopped;
    await work;
    const recorded = new Set((await ledger.recordsOf("execution-1")).map(({ token }) => token));
    expect([...granted].filter((token) => !recorded.has(token))).toEqual([]);
    expect(granted.size + reasons.length).toBe(60);
    // What was under way at the crash may have failed at its COMMIT. The others were begun anew while the server was away,
    // which lasts 1.26 seconds at the least: on a slow machine, the server may be away for longer.
    const unknown = reasons.filter((reason) => reason.includes("Whether this last change was recorded is not known"));
    expect(unknown.length).toBeLessThanOrEqual(1);
    expect(reasons.length - unknown.length).toBeLessThanOrEqual(Math.floor(away / 1260));
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
    await expect(open({ address: address({ port: String(port) }) })).rejects.toMatchObject({
      code: "ledger-unavailable",
    });
    await new Promise((resolve) => cutting.close(resolve));
  });

  const cut = async ({ client }: Statement) => {
    const { rows: found } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const gone = new Promise((resolve) => client.once("end", resolve));
    await admin().query(`SELECT pg_terminate_backend(${Number(found[0]?.pid)})`);
    await gone;
  };
  const moments = [
    ["BEGIN", "before the transaction"],
    ["FOR UPDATE", "before it has read"],
    ["json_to_recordset", "before it writes"],
  ] as const;

  test.each(moments)("a connection cut at %s (%s): the transaction is begun anew, and happens once", async (text) => {
    const { ledger, claim, next } = await breakableLedger(connectionString(), schema);
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
    const { ledger, claim, next } = await breakableLedger(connectionString(), schema);
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
    const [record] = await ledger.recordsOf("execution-1");
    expect(record?.state).toBe(applied ? "submitted" : "claimed");
    expect(await ledger.history("token-0")).toHaveLength(applied ? 2 : 1);
  });

  test("a roll-back at COMMIT is no unknown outcome: it is begun anew", async () => {
    const { ledger, claim, next } = await breakableLedger(connectionString(), schema);
    next(async (statement) => {
      if (statement.text !== "COMMIT") return undefined;
      await statement.client.query("ROLLBACK");
      throw Object.assign(new Error("could not serialize access"), { code: "40001" });
    });
    expect((await ledger.submit(claim, planned())).attempt).toBe(1);
    expect(await ledger.history("token-0")).toHaveLength(2);
  });

  test("a connection that was lost is not handed out again", async () => {
    const { ledger, claim, next, pool } = await breakableLedger(connectionString(), schema);
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
