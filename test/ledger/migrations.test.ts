import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import contentsOf1 from "../../fixtures/ledgers/schema-1.postgres.json" with { type: "json" };
import rowsOf3 from "../../fixtures/ledgers/schema-3.postgres.json" with { type: "json" };
import rowsOf4 from "../../fixtures/ledgers/schema-4.postgres.json" with { type: "json" };
import rowsOf5 from "../../fixtures/ledgers/schema-5.postgres.json" with { type: "json" };
import { migrations } from "../../src/ledger/postgres/postgres-migrations.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { executionState } from "../../src/contract/execution-state.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { claimRequest, newExecution, planned } from "../../src/testing/ledger-values.ts";
import { usePostgres } from "./postgres-fixture.ts";

const { newSchema, open, rows: query } = usePostgres();
const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { version: _version, ...rowsOf1 } = contentsOf1;

/** An hour after the older version wrote it. */
const now = 1_795_309_200_000;

async function olderSqlite(version: number): Promise<Ledger> {
  const file = join(folder, `ledger-${version}.db`);
  copyFileSync(new URL(`../../fixtures/ledgers/schema-${version}.db`, import.meta.url), file);
  return openSqliteLedger({ file, clock: () => now });
}

/** A schema as an older version left it: its tables, made by its own migrations, and its rows. */
async function olderPostgres(version: number, tables: Readonly<Record<string, readonly object[]>>): Promise<Ledger> {
  const schema = newSchema();
  await query(`CREATE SCHEMA ${schema}`);
  await query(
    `CREATE TABLE ${schema}.buyonce_migration (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  for (const [index, migration] of migrations.slice(0, version).entries()) {
    await query(`INSERT INTO ${schema}.buyonce_migration (version) VALUES (${index + 1})`);
    await query(migration(schema));
  }
  for (const [table, rowsOfTable] of Object.entries(tables)) {
    const columns = Object.keys(rowsOfTable[0] ?? {}).join(", ");
    if (columns === "") continue;
    await query(`DELETE FROM ${schema}.${table}`);
    await query(
      `INSERT INTO ${schema}.${table} (${columns}) OVERRIDING SYSTEM VALUE
       SELECT ${columns} FROM json_populate_recordset(null::${schema}.${table}, $1)`,
      [JSON.stringify(rowsOfTable)],
    );
    if (!columns.includes("sequence")) continue;
    await query(
      `SELECT setval(pg_get_serial_sequence($1, 'sequence'), (SELECT max(sequence) FROM ${schema}.${table}))`,
      [`${schema}.${table}`],
    );
  }
  return open({ schema, clock: () => now });
}

describe.each([
  ["SQLite", () => olderSqlite(1)],
  ["PostgreSQL", () => olderPostgres(1, rowsOf1)],
])("a ledger of the version before executions were recorded, in %s", (_kind, openOlder) => {
  test("each execution is made from its records, in its state; limits are not known, and a gap makes it incomplete", async () => {
    const ledger = await openOlder();
    const all = await ledger.executions({ limit: 99 });
    const states = await Promise.all(
      all.map(async (execution) => {
        const records = await ledger.recordsOf(execution.executionId);
        return [execution.executionId, execution.size, execution.incomplete, executionState(execution, records, now)];
      }),
    );
    expect(states.toSorted()).toEqual(
      [
        ["bought", 4, false, "working"],
        ["held", 1, false, "working"],
        ["lacking one", 3, true, "waiting"],
        ["not bought", 3, false, "working"],
        ["sent", 4, false, "working"],
      ].toSorted(),
    );
    for (const execution of all) {
      expect(execution).toMatchObject({
        source: "test",
        emptyPlaces: [],
        approvalRequired: false,
        limitsUnknown: true,
        termsVersion: 1,
      });
      expect(execution.createdAt).toBeLessThanOrEqual(execution.updatedAt);
      expect(await ledger.executionHistory(execution.executionId)).toMatchObject([
        { event: "record", termsVersion: 1, detail: expect.stringContaining("before executions were recorded") },
      ]);
    }
    expect((await ledger.history("bought 0")).map(({ event }) => event)).toEqual(["claim", "submit", "purchase"]);
    await ledger.close();
  });

  test("what was sent and bought before counts towards the totals that are set now", async () => {
    const ledger = await openOlder();
    const word = { person: "ann", reason: "agreed" };
    const gbp = (amount: string) => [{ amount, currency: "GBP" }];
    const set = (executionId: string, amount: string) =>
      ledger.amend(executionId, { kind: "limits", maxTotals: gbp(amount), ...word });
    await expect(set("sent", "32.99")).rejects.toMatchObject({ code: "limit-below-spent" });
    await set("sent", "40");
    const [answer] = await ledger.claim([{ executionId: "sent", token: "sent 3" }], "driver", 30_000);
    if (answer?.kind !== "granted") throw new Error("it was only claimed");
    const submit = (amount: string) =>
      ledger.submit(answer.claim, planned({ token: "sent 3", price: { amount, currency: "GBP" } }));
    await expect(submit("7.01")).rejects.toMatchObject({ code: "total-above-limit" });
    await submit("7");
    // One of the bought was adopted without a price, and has no limit.
    await set("bought", "99");
    await ledger.close();
  });

  test("an incomplete one sends nothing until a person confirmed its list", async () => {
    const ledger = await openOlder();
    const claim = async () => {
      const [answer] = await ledger.claim([{ executionId: "lacking one", token: "lacking one 0" }], "driver", 30_000);
      if (answer?.kind !== "granted") throw new Error("nobody holds it");
      return answer.claim;
    };
    const held = await claim();
    await expect(ledger.submit(held, planned({ token: held.token }))).rejects.toMatchObject({
      code: "execution-incomplete",
    });
    await ledger.release([held]);
    await ledger.amend("lacking one", { kind: "confirm", person: "ann", reason: "#1 was never approved" });
    expect((await ledger.submit(await claim(), planned({ token: held.token }))).attempt).toBe(1);
    await ledger.close();
  });
});

describe.each([
  ["SQLite", () => olderSqlite(3)],
  ["PostgreSQL", () => olderPostgres(3, rowsOf3)],
])("a ledger of the version before submitters were recorded, in %s", (_kind, openOlder) => {
  test("it keeps what it holds, which is nobody's: its id is taken for every caller", async () => {
    const ledger = await openOlder();
    const all = await ledger.executions({ limit: 99 });
    expect(all.map(({ executionId }) => executionId).toSorted()).toEqual([
      "after the restore",
      "approved",
      "driven",
      "stopped",
      "waiting",
    ]);
    expect(await ledger.executions({ caller: "test", limit: 99 })).toEqual([]);
    for (const { executionId, ...execution } of all) {
      expect(execution).not.toHaveProperty("owner");
      expect(execution.restored === true).toBe(executionId !== "after the restore");
      expect(await ledger.submitterOf(executionId)).toBeUndefined();
      const { records = [] } = (await ledger.recorded(executionId)) ?? {};
      const submitted = ledger.recordSubmitted(newExecution(records, { executionId }), { caller: "ann", key: "key" });
      await expect(submitted).rejects.toMatchObject({ code: "execution-id-taken" });
    }
    expect(await ledger.executionOfKey("ann", "key")).toBeUndefined();
    const states = (await ledger.recordsOf("driven")).map(({ state }) => state);
    expect(states).toEqual([
      "purchased",
      "unknown",
      "unknown",
      "rejected",
      "refused",
      "submitted",
      "submitted",
      "skipped",
    ]);
    await ledger.close();
  });

  test("its history is numbered by time, each line after those of its own recommendation, and goes on from there", async () => {
    const ledger = await openOlder();
    for (const { executionId } of await ledger.executions({ limit: 99 })) {
      const lines = await ledger.historySince(executionId, 0, 999);
      expect(lines.map(({ number }) => number)).toEqual(lines.map((_line, index) => index + 1));
      expect(lines[0]).toMatchObject({ kind: "execution", entry: { event: "record" } });
      const said = lines.flatMap((line) => (line.kind === "execution" ? [line.entry] : []));
      expect(said).toEqual(await ledger.executionHistory(executionId));
      for (const { token, recIndex } of await ledger.recordsOf(executionId)) {
        const own = lines.flatMap((line) =>
          line.kind === "recommendation" && line.recIndex === recIndex ? [line] : [],
        );
        expect(own.map(({ entry }) => entry)).toEqual(await ledger.history(token));
      }
    }
    // The clock was set back before the proof, which comes after what it proves something of all the same.
    const lines = await ledger.historySince("driven", 0, 999);
    const events = lines.map(({ entry }) => entry.event);
    expect(events.slice(-7)).toEqual(["submit", "dead", "submit", "limits", "skip", "submit", "skip"]);
    await ledger.amend("driven", {
      kind: "limits",
      maxTotals: [{ amount: "140", currency: "GBP" }],
      person: "ann",
      reason: "less",
    });
    expect(await ledger.historySince("driven", lines.length, 9)).toMatchObject([
      { number: lines.length + 1, kind: "execution", entry: { event: "limits" } },
    ]);
    await ledger.close();
  });
});

describe.each([
  ["SQLite", () => olderSqlite(4)],
  ["PostgreSQL", () => olderPostgres(4, rowsOf4)],
])("a ledger of the version before there were webhooks, in %s", (_kind, openOlder) => {
  test("it keeps what it holds, announces nothing of it, and from the registration on what is decided", async () => {
    const ledger = await openOlder();
    expect(await ledger.executionOfKey("ann", "key-1")).toBe("submitted");
    expect(await ledger.executionOfKey("bob", "key-1")).toBe("waiting");
    const states = (await ledger.recordsOf("submitted")).map(({ state }) => state);
    expect(states).toEqual(["purchased", "rejected", "refused", "unknown", "purchased", "planned"]);
    const lines = await ledger.historySince("submitted", 0, 99);
    expect(lines.map(({ number }) => number)).toEqual(lines.map((_line, index) => index + 1));
    expect(await ledger.webhooks()).toEqual([]);
    await ledger.registerWebhook({ name: "finance", url: "https://finance.example" });
    expect(await ledger.takeMessages("finance", { limit: 9, hold: 1000 })).toEqual({ messages: [], more: false });
    await ledger.amend("submitted", { kind: "skip", recIndex: 5, person: "ann", reason: "not needed" });
    expect(await ledger.takeMessages("finance", { limit: 9, hold: 1000 })).toMatchObject({
      messages: [
        { type: "recommendation.decided", executionId: "submitted", number: lines.length + 2, at: now, attempts: 0 },
      ],
    });
    await ledger.close();
  });
});

describe.each([
  ["SQLite", () => olderSqlite(5)],
  ["PostgreSQL", () => olderPostgres(5, rowsOf5)],
])("a ledger of the version before twins were looked for, in %s", (_kind, openOlder) => {
  /** When the older version began to write it; one hour, two and three later it went on. */
  const begin = 1_795_305_600_000;
  const hour = 3_600_000;

  test("it finds what it holds that was bought, or sent and may be bought, since a time", async () => {
    const ledger = await openOlder();
    const alike = async (since: number, exceptExecution = "none") => {
      const found = await ledger.boughtAlike({ fingerprints: ["a"], since, exceptExecution });
      return found.map(({ token }) => token);
    };
    const all = ["other", "sent again", "unknown", "written off", "refused unseen", "bought", "sent", "adopted"];
    expect((await alike(begin - 31 * 24 * hour)).toSorted()).toEqual(all.toSorted());
    // What was adopted was bought a month before.
    const since = async (hours: number) => (await alike(begin + hours * hour)).toSorted();
    expect(await since(0)).toEqual(all.filter((token) => token !== "adopted").toSorted());
    expect(await since(2)).toEqual(["other", "refused unseen", "sent again", "unknown", "written off"]);
    expect(await since(3)).toEqual(["other"]);
    expect(await alike(begin + 3 * hour, "other")).toEqual([]);
    await ledger.close();
  });

  test("where twins are forbidden, nothing is sent beside what it holds; what it writes anew counts as it then is", async () => {
    const ledger = await openOlder();
    const place = { ...claimRequest(0), executionId: "new", token: "new 0", fingerprint: "b" };
    const one = { ...place, recIndex: 1, token: "new 1", fingerprint: "c" };
    await ledger.recordExecution(newExecution([place, one], { forbidTwinsWithin: "P7D" }));
    const answers = await ledger.claim([place, one], "driver", 30_000);
    const [forbidden, allowed] = answers.map((answer) => {
      if (answer.kind !== "granted") throw new Error("nobody holds it");
      return answer.claim;
    });
    if (forbidden === undefined || allowed === undefined) throw new Error("both are claimed");
    await expect(ledger.submit(forbidden, planned({ token: "new 0" }))).rejects.toMatchObject({
      code: "twin-forbidden",
    });
    await ledger.submit(allowed, planned({ token: "new 1", handle: { orderId: "o new" } }));
    const query = { fingerprints: ["c"], since: now, exceptExecution: "none" };
    expect(await ledger.boughtAlike(query)).toMatchObject([{ token: "new 1" }]);
    await ledger.dead(allowed, { failed: false, detail: "expired" });
    expect(await ledger.boughtAlike(query)).toEqual([]);
    await ledger.close();
  });
});
