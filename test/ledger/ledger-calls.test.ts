import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createImitationCloud, type ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { usePostgres } from "./postgres-fixture.ts";
import { watchedPool } from "./postgres-watched-pool.ts";

const { newPool, open } = usePostgres();
const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Counts = Record<string, number>;

const count = (counts: Counts, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** A ledger that counts the calls of its methods. */
function counting(ledger: Ledger, calls: Counts): Ledger {
  const counted = Object.entries(ledger).map(([name, method]) => [
    name,
    (...parameters: unknown[]) => {
      count(calls, name);
      return Reflect.apply(method as (...all: unknown[]) => unknown, ledger, parameters);
    },
  ]);
  return Object.fromEntries(counted) as Ledger;
}

const total = (counts: Counts) => Object.values(counts).reduce((sum, each) => sum + each, 0);

/** Buys so many for the first time; returns how often each method of the ledger was called. */
async function drive(ledger: Ledger, identity: ImitationIdentity, size: number, hasTotal: boolean): Promise<Counts> {
  const calls: Counts = {};
  const cloud = createImitationCloud({ identity, now: Date.now });
  const purchaser = createPurchaser({ ledger: counting(ledger, calls), providers: [cloud.provider] });
  const { outcomes } = await purchaser.drive({
    executionId: "execution-1",
    source: "test",
    recommendations: Array.from({ length: size }, () => disk()),
    ...(hasTotal ? { maxTotals: [{ amount: "100000", currency: "GBP" }] } : {}),
  });
  expect(outcomes.filter(({ status }) => status === "purchased")).toHaveLength(size);
  return calls;
}

const kinds = (["minted", "chosen", "stamped"] as const).flatMap((identity) =>
  [false, true].map((hasTotal) => ({ identity, hasTotal })),
);
const [few, many] = [5, 10];

/** How many there were for each recommendation, and for the execution as a whole. */
async function perRecommendation(measure: (size: number) => Promise<number>) {
  const [ofFew, ofMany] = [await measure(few), await measure(many)];
  const each = (ofMany - ofFew) / (many - few);
  return { each, once: ofFew - each * few };
}

describe("what a drive asks of its ledger", () => {
  test.each(kinds)("calls, for each recommendation and once: $identity, with a total: $hasTotal", async (kind) => {
    const calls = await drive(createMemoryLedger(), kind.identity, few, kind.hasTotal);
    // `now` is for the lag of the one listing; where the marker comes after the purchase, others' ids are asked for.
    expect(calls).toEqual({
      recordExecution: 1,
      claim: 1,
      purchasedIn: 1,
      boughtAlike: 1,
      now: 1,
      submit: few,
      checkPlace: few,
      purchase: few,
      ...(kind.identity === "stamped" ? { ownedByOthers: few, observe: few } : {}),
    });
  });

  test.each(kinds)("statements to PostgreSQL: $identity, with a total: $hasTotal", async ({ identity, hasTotal }) => {
    const transactions: Counts = {};
    const { each, once } = await perRecommendation(async (size) => {
      const statements: Counts = {};
      const pool = newPool();
      const watched = watchedPool(pool, ({ text, send }) => {
        count(statements, text);
        return send();
      });
      const ledger = await open({ pool: watched });
      const opening = total(statements);
      await drive(ledger, identity, size, hasTotal);
      transactions[size] = statements["COMMIT"] ?? 0;
      await pool.end();
      return total(statements) - opening;
    });
    // BEGIN, lock, write, COMMIT for the write-ahead; those and the ids for the purchase; the sum of what is spent.
    const marked = identity === "stamped";
    const ofTotal = hasTotal ? 1 : 0;
    // Whether its lane is free; whether others own more, BEGIN and COMMIT around it; the look with its ids.
    const ofMarker = marked ? 1 + 3 + 5 : 0;
    expect(each).toBe(9 + ofMarker + ofTotal);
    // The execution is recorded in five, all are claimed in four; the listing has two reads, what is the same and others' ids are read once.
    expect(once).toBe(5 + 4 + 3 + 3 + 3 + (marked ? 3 : 0));
    expect(((transactions[many] ?? 0) - (transactions[few] ?? 0)) / (many - few)).toBe(marked ? 4 : 2);
  });

  test.each(kinds)("statements of SQLite: $identity, with a total: $hasTotal", async ({ identity, hasTotal }) => {
    const { each } = await perRecommendation(async (size) => {
      const ledger = await openSqliteLedger({ file: join(folder, `${identity}-${hasTotal}-${size}.db`) });
      const spies = (["run", "get", "all"] as const).map((method) => vi.spyOn(StatementSync.prototype, method));
      const exec = vi.spyOn(DatabaseSync.prototype, "exec");
      await drive(ledger, identity, size, hasTotal);
      const savepoints = exec.mock.calls.filter(([text]) => text === "SAVEPOINT member").length;
      // What goes with a group of transactions is not theirs: how they come together is luck.
      const groups = exec.mock.calls.filter(([text]) => text === "COMMIT").length;
      const statements = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
      for (const spy of [...spies, exec]) spy.mockRestore();
      await ledger.close();
      expect(savepoints).toBe(2 + size * (identity === "stamped" ? 3 : 2));
      return statements - 3 * groups;
    });
    // Its row; its claim; the write-ahead, with the execution and the mark of a restore; the purchase, with its id, and whether an
    // endpoint wants to hear of it.
    const ofMarker = identity === "stamped" ? 1 + 1 + 6 : 0;
    expect(each).toBe(1 + 3 + 5 + 6 + ofMarker + (hasTotal ? 1 : 0));
  });
});
