import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import rows from "../../fixtures/ledgers/schema-1.postgres.json" with { type: "json" };
import { migrations } from "../../src/ledger/postgres/postgres-migrations.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { executionState } from "../../src/contract/execution-state.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { planned } from "../../src/testing/ledger-values.ts";
import { usePostgres } from "./postgres-fixture.ts";

const { newSchema, open, rows: query } = usePostgres();
const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An hour after the older version wrote it. */
const now = 1_795_309_200_000;

async function olderSqlite(): Promise<Ledger> {
  const file = join(folder, "ledger.db");
  copyFileSync(new URL("../../fixtures/ledgers/schema-1.db", import.meta.url), file);
  return openSqliteLedger({ file, clock: () => now });
}

/** A schema as the older version left it: its tables, made by its own migration, and its rows. */
async function olderPostgres(): Promise<Ledger> {
  const schema = newSchema();
  await query(`CREATE SCHEMA ${schema}`);
  await query(
    `CREATE TABLE ${schema}.buyonce_migration (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  await query(`INSERT INTO ${schema}.buyonce_migration (version) VALUES (1)`);
  const [first] = migrations;
  await query(first?.(schema) ?? "");
  for (const table of ["token_record", "commitment_owner"] as const) {
    const json = JSON.stringify(rows[table]);
    await query(`INSERT INTO ${schema}.${table} SELECT * FROM json_populate_recordset(null::${schema}.${table}, $1)`, [
      json,
    ]);
  }
  await query(
    `INSERT INTO ${schema}.history (token, entry) SELECT token, entry FROM json_to_recordset($1) AS h (token text, entry text)`,
    [JSON.stringify(rows.history)],
  );
  return open({ schema, clock: () => now });
}

describe.each([
  ["SQLite", olderSqlite],
  ["PostgreSQL", olderPostgres],
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
