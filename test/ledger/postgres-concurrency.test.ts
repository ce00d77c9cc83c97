import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { describe, expect, test } from "vitest";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { bought, claimPlaces, claimRequest, newExecution, planned } from "../../src/testing/ledger-values.ts";
import { isProof } from "../standing-for-all.ts";
import { claimsOfTwo, grantedClaim, runScript, source, usePostgres } from "./postgres-fixture.ts";
import { createMeeting } from "./postgres-meeting.ts";
import { watchedPool } from "./postgres-watched-pool.ts";

const postgres = usePostgres();
const { admin, connectionString, newSchema, open, rows } = postgres;
const meeting = createMeeting(postgres);

describe("drivers at once on one PostgreSQL ledger", () => {
  test("several processes claim the same execution: each recommendation is granted once", async () => {
    const schema = newSchema();
    const processes = isProof ? 4 : 2;
    const script = `
      import { openPostgresLedger } from ${JSON.stringify(source("src/ledger/postgres/index.ts"))};
      import { claimRequest, recordPlaces } from ${JSON.stringify(source("src/testing/ledger-values.ts"))};
      const ledger = await openPostgresLedger(${JSON.stringify({ connectionString: connectionString(), schema })});
      let granted = 0;
      await recordPlaces(ledger, 40);
      for (let index = 0; index < 40; index += 1) {
        const [answer] = await ledger.claim([claimRequest(index)], String(process.pid), 30_000);
        if (answer.kind === "granted") granted += 1;
      }
      await new Promise(setImmediate);
      console.log(JSON.stringify({ granted, keptAlive: process.getActiveResourcesInfo().includes("TCPSocketWrap") }));`;
    const printed = await Promise.all(Array.from({ length: processes }, () => runScript(script)));
    const results = printed.map((line) => JSON.parse(line) as { granted: number; keptAlive: boolean });
    expect(results.reduce((sum, { granted }) => sum + granted, 0)).toBe(40);
    // A ledger that was not closed lets its process end.
    expect(results.map(({ keptAlive }) => keptAlive)).toEqual(Array(processes).fill(false));
  });

  test("claims of the same 40 tokens in any order neither block each other nor grant one twice", async () => {
    const schema = newSchema();
    const failures: unknown[] = [];
    const watched = watchedPool(admin(), ({ send }) =>
      send().catch((error: { code: string }) => {
        failures.push(error.code);
        throw error;
      }),
    );
    const drivers = await Promise.all(Array.from({ length: 6 }, () => open({ schema, pool: watched })));
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(
        drivers.map((ledger, driver) => {
          // Each from another place on, half of them backwards; the second round meets rows, with lapsed leases.
          const order = Array.from({ length: 40 }, (_, index) => (index + driver * 7) % 40);
          if (driver % 2 === 1) order.reverse();
          return claimPlaces(ledger, order.map(claimRequest), `driver-${driver}`, round % 2 === 0 ? 1 : 30_000);
        }),
      );
      const granted = answers.flat().flatMap((answer) => (answer.kind === "granted" ? [answer.claim] : []));
      expect(new Set(granted.map(({ token, epoch }) => `${token} ${epoch}`)).size).toBe(granted.length);
      if (round % 2 === 1) expect(granted).toHaveLength(40);
      await drivers[0]?.release(granted);
    }
    // Insertions that lost the race, but no deadlock (40P01), which PostgreSQL would have needed a second to find.
    expect(failures).not.toContain("40P01");
  });

  test("two that insert a token at the same time: one is granted it, the other sees the winner", async () => {
    const { ledgers: pair } = await meeting((text) => text.includes("json_to_recordset"));
    const answers = await Promise.all(
      pair.map((ledger, index) => claimPlaces(ledger, [claimRequest(0)], `driver-${index}`, 30_000)),
    );
    expect(
      answers
        .flat()
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(["granted", "in-flight"]);
  });

  test("two that insert many tokens in opposite orders at the same time: none waits for the other for ever", async () => {
    const { ledgers: pair, failures } = await meeting((text) => text.includes("json_to_recordset"));
    const requests = Array.from({ length: isProof ? 3000 : 500 }, (_, index) => claimRequest(index));
    const answers = await Promise.all(
      [requests, requests.toReversed()].map((list, index) =>
        claimPlaces(pair[index]!, list, `driver-${index}`, 30_000),
      ),
    );
    expect(answers.map((list) => [...new Set(list.map(({ kind }) => kind))]).sort()).toEqual([
      ["granted"],
      ["in-flight"],
    ]);
    // A lost race for a key, and no deadlock (40P01).
    expect(failures).toEqual(["23505"]);
  });

  test("two that submit in one lane at the same time: the second is told of the first", async () => {
    const { ledgers: pair, meet } = await meeting((text) => text.includes("json_to_recordset"), false);
    const [first, second] = pair;
    const claims = await claimsOfTwo(first);
    meet();
    const results = await Promise.allSettled([
      first.submit(claims[0], planned({ lane: "lane-1" })),
      second.submit(claims[1], planned({ lane: "lane-1" })),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = results.find((result) => result.status === "rejected");
    // The words of the rule, not those of the index.
    expect(lost?.reason).toMatchObject({
      code: "identical-purchase-open",
      message: expect.stringContaining("(token …)"),
    });
    const records = await first.records({ tokens: ["token-0", "token-1"], limit: 9 });
    expect(records.map(({ state }) => state).sort()).toEqual(["claimed", "submitted"]);
  });

  test("a lane that is taken, and left unknown, between the look and the write is not entered", async () => {
    const schema = newSchema();
    const rival = await open({ schema });
    const claims = await claimsOfTwo(rival);
    let overtaken = false;
    const watched = watchedPool(admin(), async ({ text, send }) => {
      if (text.includes("json_to_recordset") && !overtaken) {
        overtaken = true;
        await rival.submit(claims[0], planned({ lane: "lane-1" }));
        await rival.unknown(claims[0], { code: "outcome-unknown", message: "No answer." });
      }
      return send();
    });
    const ledger = await open({ schema, pool: watched });
    const submitted = ledger.submit(claims[1], planned({ lane: "lane-1" }));
    await expect(submitted).rejects.toMatchObject({ code: "identical-purchase-open" });
    const records = await ledger.records({ tokens: ["token-0", "token-1"], limit: 9 });
    expect(records.map(({ token, state }) => [token, state]).toSorted()).toEqual([
      ["token-0", "unknown"],
      ["token-1", "claimed"],
    ]);
  });

  test("a claim writes what it grants, in its order, and leaves the rest alone", async () => {
    const schema = newSchema();
    const ledger = await open({ schema });
    await grantedClaim(ledger, 1);
    const written = async () =>
      (await rows(`SELECT token, xmin::text AS version FROM ${schema}.token_record WHERE token = 'token-1'`))[0];
    const before = await written();
    await claimPlaces(ledger, [3, 1, 2, 0].map(claimRequest), "driver-2", 30_000);
    expect(await written()).toEqual(before);
    const history = await rows(`SELECT token FROM ${schema}.history ORDER BY sequence`);
    expect(history.map(({ token }) => token)).toEqual(["token-1", "token-3", "token-2", "token-0"]);
  });

  test("two that record one commitment at the same time: it belongs to one", async () => {
    const { ledgers: pair, meet } = await meeting((text) => text.includes("commitment_owner"), false);
    const [first, second] = pair;
    const claims = await claimsOfTwo(first);
    meet();
    const results = await Promise.allSettled([
      first.purchase(claims[0], bought({ id: "order-1", furtherIds: ["order-2"] })),
      second.purchase(claims[1], bought({ id: "order-2", furtherIds: ["order-1"] })),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject({ code: "commitment-taken" });
    const records = await first.records({ tokens: ["token-0", "token-1"], limit: 9 });
    expect(records.map(({ state }) => state).sort()).toEqual(["claimed", "purchased"]);
  });

  test("a transaction that waited for a lock uses the time after the wait", async () => {
    const schema = newSchema();
    const ledger = await open({ schema });
    const claim = await grantedClaim(ledger, 0);
    const blocker = await admin().connect();
    await blocker.query("BEGIN");
    await blocker.query(`SELECT 1 FROM ${schema}.token_record FOR UPDATE`);
    const submitted = ledger.submit(claim, planned());
    await expect
      .poll(() => rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), { interval: 20 })
      .toHaveLength(1);
    const { rows: times } = await blocker.query<{ now: string }>(
      "SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now",
    );
    await blocker.query("COMMIT");
    blocker.release();
    expect((await submitted).submittedAt).toBeGreaterThanOrEqual(Math.floor(Number(times[0]?.now)));
  });

  test("who waited for a change of terms reads what it made of the execution and of its places", async () => {
    const schema = newSchema();
    const ledger = await open({ schema });
    await grantedClaim(ledger);
    const amending = await admin().connect();
    const change = (table: string, from: string, to: string) =>
      amending.query(`UPDATE ${schema}.${table} SET record = replace(record, '${from}', '${to}')`);
    await amending.query("BEGIN");
    await change("execution", '"termsVersion":1', '"termsVersion":2');
    await change("token_record", '"source":"test"', '"source":"another"');
    const claimed = ledger.claim([claimRequest(1)], "driver-2", 30_000);
    await expect
      .poll(() => rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), { interval: 20 })
      .toHaveLength(1);
    await amending.query("COMMIT");
    amending.release();
    expect(await claimed).toMatchObject([
      { kind: "granted", claim: { termsVersion: 2 }, record: { source: "another" }, execution: { termsVersion: 2 } },
    ]);
  });

  test("who waits for an execution holds none of its places", async () => {
    const schema = newSchema();
    const ledger = await open({ schema });
    const claim = await grantedClaim(ledger);
    const blocker = await admin().connect();
    await blocker.query("BEGIN");
    await blocker.query(`SELECT 1 FROM ${schema}.execution FOR UPDATE`);
    const submitted = ledger.submit(claim, planned());
    await expect
      .poll(() => rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), { interval: 20 })
      .toHaveLength(1);
    const free = await blocker.query(`SELECT 1 FROM ${schema}.token_record FOR UPDATE SKIP LOCKED`);
    expect(free.rows).toHaveLength(4);
    await blocker.query("COMMIT");
    blocker.release();
    expect((await submitted).attempt).toBe(1);
  });

  test("1,000 recommendations take as many round trips as one", async () => {
    const requests = Array.from({ length: 1000 }, (_, index) => claimRequest(index));
    const pool = new Pool({ connectionString: connectionString() });
    let statements = 0;
    const watched = watchedPool(pool, ({ send }) => {
      statements += 1;
      return send();
    });
    const ledger = await openPostgresLedger({ pool: watched, schema: newSchema() });
    const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
    const sqlite = await openSqliteLedger({ file: join(folder, "ledger.db") });
    const measure = async (run: () => Promise<unknown>) => {
      const begun = performance.now();
      statements = 0;
      await run();
      return `${Math.round(performance.now() - begun)} ms`;
    };
    const report: Record<string, Record<string, string>> = {};
    for (const [name, tested] of Object.entries({ postgres: ledger, sqlite })) {
      const record = await measure(() => tested.recordExecution(newExecution(requests)));
      const recordTrips = statements;
      const first = await measure(() => tested.claim(requests, "driver-1", 30_000));
      const trips = statements;
      const claims = (await tested.recordsOf("execution-1")).map(({ token, executionId, epoch }) => {
        return { token, executionId, epoch, termsVersion: 1 };
      });
      const renew = await measure(() => tested.renew(claims, 30_000));
      const renewTrips = statements;
      const again = await measure(() => tested.claim(requests, "driver-2", 30_000));
      report[name] = { record, first, renew, again };
      if (name === "postgres") expect([recordTrips, trips, renewTrips, statements]).toEqual([5, 4, 4, 3]);
      expect(claims).toHaveLength(1000);
    }
    console.info(
      `record and claim of 1,000, renewal, claim in flight: ${JSON.stringify(report)}; round trips 5, 4, 4, 3`,
    );
    await sqlite.close();
    await pool.end();
    rmSync(folder, { recursive: true });
  });
});
