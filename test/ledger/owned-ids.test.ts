import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { createOwnedIds } from "../../src/ledger/owned-ids.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { prepareStatements } from "../../src/ledger/sqlite/sqlite-statements.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { bought, claimPlaces, claimRequest, recordPlaces } from "../../src/testing/ledger-values.ts";

const folder = mkdtempSync(join(tmpdir(), "buyonce-owned-"));
afterAll(() => rmSync(folder, { recursive: true }));

const scope = { key: "scope-1", label: "scope 1" };

/** A store that counts how many ids were read from it. */
function countedStore() {
  const rows: (readonly [id: string, token: string])[] = [];
  let read = 0;
  const owned = createOwnedIds({
    owners: async (scopeKey) => {
      const own = scopeKey === scope.key ? [...rows] : [];
      read += own.length;
      return own;
    },
    ownerCount: async (scopeKey) => (scopeKey === scope.key ? rows.length : 0),
  });
  return { rows, owned, read: () => read };
}

test("C4: one driver that buys n of one scope reads no id again", async () => {
  const { rows, owned, read } = countedStore();
  for (let index = 0; index < 1000; index += 1) {
    const token = `token-${index}`;
    const others = await owned.byOthers(scope.key, token);
    expect(others.has(`order-${index - 1}`)).toBe(index > 0);
    rows.push([`order-${index}`, token]);
    owned.note({ scope, token, commitment: bought({ id: `order-${index}` }) });
    expect(others.size).toBe(index);
  }
  expect(read()).toBe(0);
});

test("C4: what another driver bought meanwhile is read before the next decision, and once", async () => {
  const { rows, owned, read } = countedStore();
  rows.push(["order-1", "token-1"]);
  expect((await owned.byOthers(scope.key, "token-0")).has("order-1")).toBe(true);
  rows.push(["order-2", "token-2"]);
  expect((await owned.byOthers(scope.key, "token-0")).has("order-2")).toBe(true);
  expect((await owned.byOthers(scope.key, "token-2")).has("order-2")).toBe(false);
  expect((await owned.byOthers("scope-2", "token-0")).has("order-2")).toBe(false);
  expect(read()).toBe(3);
});

test("C4: a ledger that was restored from a backup, and knows fewer, is read anew", async () => {
  const { rows, owned } = countedStore();
  rows.push(["order-1", "token-1"], ["order-2", "token-2"]);
  await owned.byOthers(scope.key, "token-0");
  rows.pop();
  const others = await owned.byOthers(scope.key, "token-0");
  expect([others.has("order-1"), others.has("order-2")]).toEqual([true, false]);
});

test("C4: what a token buys after it asked is never another's, however it is asked", async () => {
  const { rows, owned } = countedStore();
  rows.push(["order-0", "token-0"]);
  const [others, both, size] = [
    await owned.byOthers(scope.key, "token-1"),
    await owned.byOthers(scope.key, "token-1"),
    await owned.byOthers(scope.key, "token-1"),
  ];
  rows.push(["order-1", "token-1"]);
  owned.note({ scope, token: "token-1", commitment: bought({ id: "order-1" }) });
  expect([others.has("order-0"), others.has("order-1")]).toEqual([true, false]);
  expect([...both]).toEqual(["order-0"]);
  expect(size.size).toBe(1);
});

test("C4: all ids of a purchase count, also those that a later look found", async () => {
  const { rows, owned } = countedStore();
  await owned.byOthers(scope.key, "token-0");
  rows.push(["order-1", "token-1"], ["order-2", "token-1"]);
  owned.note({ scope, token: "token-1", commitment: bought({ id: "order-1", furtherIds: ["order-2"] }) });
  const others = await owned.byOthers(scope.key, "token-0");
  expect([others.has("order-1"), others.has("order-2")]).toEqual([true, true]);
});

test("C4: two drivers of one file see each other's purchases at once", async () => {
  const file = join(folder, "ledger.db");
  const [first, second] = [await openSqliteLedger({ file }), await openSqliteLedger({ file })];
  const drivers = [first, second];
  await recordPlaces(first, 6);
  for (let index = 0; index < 6; index += 1) {
    const [buyer, other] = index % 2 === 0 ? [first, second] : [second, first];
    await buy(buyer, index);
    for (const driver of [buyer, other]) {
      const seen = await driver.ownedByOthers(scope.key, "token-99");
      expect(Array.from({ length: 7 }, (_, at) => seen.has(`order-${at}`))).toEqual(
        Array.from({ length: 7 }, (_, at) => at <= index),
      );
      expect((await driver.ownedByOthers(scope.key, `token-${index}`)).has(`order-${index}`)).toBe(false);
    }
  }
  await Promise.all(drivers.map((driver) => driver.close()));
});

test("C4: a driver of a file that buys one after the other reads no id of its own from it", async () => {
  const ledger = await openSqliteLedger({ file: join(folder, "alone.db") });
  await recordPlaces(ledger, 5);
  const rows = vi.spyOn(StatementSync.prototype, "all");
  onTestFinished(() => rows.mockRestore());
  for (let index = 0; index < 5; index += 1) {
    expect((await ledger.ownedByOthers(scope.key, "token-99")).size).toBe(index);
    await buy(ledger, index);
  }
  const read = rows.mock.results.flatMap(({ value }) => value as readonly object[]);
  expect(read.filter((row) => "commitment_id" in row)).toEqual([]);
  await ledger.close();
});

test("C4: a file knows how many ids a scope has without counting them: taken once, taken again, taken back", async () => {
  const file = join(folder, "counted.db");
  // What older versions recorded is counted once, when the file is brought up to date.
  copyFileSync(new URL("../../fixtures/ledgers/schema-5.db", import.meta.url), file);
  const ledger = await openSqliteLedger({ file });
  const database = new DatabaseSync(file);
  const own = database.prepare(
    "INSERT OR IGNORE INTO commitment_owner (scope_key, commitment_id, token) VALUES (?, ?, ?)",
  );
  const counts = () =>
    database
      .prepare(
        `SELECT (SELECT count(*) FROM commitment_owner) AS own,
           (SELECT count(*) FROM (SELECT scope_key, count(*) AS n FROM commitment_owner GROUP BY scope_key
             EXCEPT SELECT scope_key, n FROM owner_count)) AS wrong,
           (SELECT sum(n) FROM owner_count) AS counted`,
      )
      .get();
  const { own: before = 0 } = counts() ?? {};
  expect(Number(before)).toBeGreaterThan(0);
  expect(counts()).toEqual({ own: before, wrong: 0, counted: before });
  await recordPlaces(ledger, 3);
  await buy(ledger, 0);
  await buy(ledger, 1);
  own.run("scope-1", "order-0", "token-0");
  own.run("scope-1", "order-0", "token-9");
  database.exec("BEGIN");
  own.run("scope-1", "order-9", "token-9");
  database.exec("ROLLBACK");
  own.run("scope-2", "order-0", "token-9");
  const after = Number(before) + 3;
  expect(counts()).toEqual({ own: after, wrong: 0, counted: after });

  const asked = vi.spyOn(DatabaseSync.prototype, "prepare");
  const { ownerCount } = prepareStatements(database);
  const text = asked.mock.calls.map(([sql]) => sql).find((sql) => sql.includes("owner_count"));
  asked.mockRestore();
  expect(ownerCount.get("scope-1")).toEqual(
    database.prepare("SELECT count(*) AS n FROM commitment_owner WHERE scope_key = 'scope-1'").get(),
  );
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all("scope-1");
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH owner_count USING PRIMARY KEY (scope_key=?)"]);
  database.close();
  await ledger.close();
});

async function buy(ledger: Ledger, index: number): Promise<void> {
  const [answer] = await claimPlaces(ledger, [claimRequest(index)], "driver", 30_000);
  if (answer?.kind !== "granted") throw new Error("not granted");
  await ledger.purchase(answer.claim, bought({ id: `order-${index}` }));
}
