import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import type { Ledger, RecordsQuery } from "../../src/contract/ledger.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { allStates } from "../../src/ledger/ledger-store.ts";
import { statements } from "../../src/ledger/postgres/statements.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { recordsStatement } from "../../src/ledger/sqlite/records-statement.ts";
import { queryOf } from "../../src/inspect/status-filters.ts";
import { bought, claimPlaces, claimRequest, planned, recordPlaces } from "../../src/testing/ledger-values.ts";
import { usePostgres } from "./postgres-fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "buyonce-records-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { open, newSchema, rows } = usePostgres();

const reason = { code: "provider-refused", message: "no" } as const;

/** Thirty places, some of them at the same time, in all states that a driver makes. */
async function fill(ledger: Ledger, at: (time: number) => void): Promise<void> {
  at(1000);
  await recordPlaces(ledger, 30);
  for (let index = 0; index < 27; index += 1) {
    at(2000 + 1000 * Math.floor(((index * 7) % 27) / 3));
    const [answer] = await claimPlaces(ledger, [claimRequest(index)], "driver", 2000);
    if (answer?.kind !== "granted") throw new Error("It is nobody's.");
    const { claim } = answer;
    const sent = planned({ token: claim.token, lane: undefined });
    if (index % 9 === 0) await ledger.refuse(claim, reason);
    else if (index % 9 === 1) await ledger.reject(claim, reason);
    else if (index % 9 > 2) await ledger.submit(claim, sent);
    const commitment = bought({ id: `order-${index}`, settled: index % 9 !== 4 });
    if (index % 9 === 3 || index % 9 === 4) await ledger.purchase(claim, commitment);
    if (index % 9 === 5) await ledger.park(claim, reason);
    if (index % 9 === 6) await ledger.unknown(claim, reason);
  }
  // Some leases end now, some later.
  at(11_000);
}

const queries: readonly Omit<RecordsQuery, "limit">[] = [
  {},
  { held: true },
  { held: false },
  { states: ["purchased", "purchased"] },
  { work: "parked" },
  { work: "unfinished", held: false },
  { tokens: ["token-3", "token-4", "token-9"], states: ["purchased", "refused"] },
  ...Object.values(queryOf),
];

test("SQLite and PostgreSQL give the records that the ledger in memory gives, in its order, in both directions and in pages", async () => {
  let now = 1000;
  const clock = () => now;
  const file = join(folder, "same.db");
  const [memory, ...others] = [
    createMemoryLedger({ clock }),
    await openSqliteLedger({ file, clock }),
    await open({ clock }),
  ];
  for (const ledger of [memory, ...others]) await fill(ledger, (time) => (now = time));
  const tokensOf = async (ledger: Ledger, query: RecordsQuery) =>
    (await ledger.records(query)).map(({ token }) => token);
  let found = 0;
  for (const query of queries) {
    for (const limit of [1, 3, 99]) {
      const [last] = (await memory.records({ ...query, oldestAfter: "beginning", limit: 2 })).slice(-1);
      for (const oldestAfter of [undefined, "beginning", last] as const) {
        const asked: RecordsQuery = { ...query, limit, ...(oldestAfter === undefined ? {} : { oldestAfter }) };
        const expected = await tokensOf(memory, asked);
        found += expected.length;
        for (const ledger of others) expect(await tokensOf(ledger, asked), JSON.stringify(asked)).toEqual(expected);
      }
    }
  }
  expect(found).toBeGreaterThan(500);
  await memory.close();
});

/** Those that nothing else narrows. */
const byState = Object.entries({ all: {}, ...queryOf }).filter(([, query]) => !("work" in query));

test.each(byState)(
  "SQLite goes through an index for %s, and sorts no more than what is of one time",
  async (name, query) => {
    const file = join(folder, `plan-${name}.db`);
    await (await openSqliteLedger({ file })).close();
    const database = new DatabaseSync(file);
    for (const oldestAfter of [undefined, "beginning"] as const) {
      const { text, values } = recordsStatement({ ...query, ...(oldestAfter && { oldestAfter }), limit: 10 }, 5000);
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(values);
      const steps = plan.map(({ detail }) => String(detail));
      const reads = steps.filter((step) => /token_record/.test(step));
      expect(
        reads.filter((step) => !/USING (COVERING )?INDEX rest_in_state \(state=|USING INTEGER PRIMARY KEY/.test(step)),
      ).toEqual([]);
      expect(reads.some((step) => /rest_in_state/.test(step))).toBe(true);
    }
    database.close();
  },
);

test.each(byState)(
  "PostgreSQL reads of %s no more than may come out, and what is of one time",
  async (_name, query) => {
    const schema = newSchema();
    await open({ schema });
    await rows(`
    INSERT INTO ${schema}.token_record (token, execution_id, rec_index, scope_key, state, resting_since, record)
    SELECT 't' || n, 'e', n, 's', (ARRAY['purchased', 'claimed', 'unknown', 'submitted'])[n % 4 + 1], n, '{}'
    FROM generate_series(1, 4000) AS n`);
    await rows(`ANALYZE ${schema}.token_record`);
    const { states, held } = query as RecordsQuery;
    const sql = statements(schema).recordsOfStates("DESC");
    const values = [
      JSON.stringify(states ?? allStates),
      held === undefined ? "" : String(held),
      "2000",
      "",
      "",
      "",
      "",
      "",
      "10",
    ];
    const { read, removed } = await rowsOf(sql, values);
    expect(read.length).toBeGreaterThan(0);
    expect(Math.max(...read)).toBeLessThan(50);
    expect(removed).toEqual([]);
  },
);

test("PostgreSQL reads of what is bought in a scope a page and no more", async () => {
  const schema = newSchema();
  await open({ schema });
  await rows(`
    INSERT INTO ${schema}.token_record (token, execution_id, rec_index, scope_key, state, resting_since, record)
    SELECT md5(n::text), 'e', n, 's' || (n % 2), 'purchased', n, '{}' FROM generate_series(1, 4000) AS n`);
  await rows(`ANALYZE ${schema}.token_record`);
  for (const after of ["", "8"]) {
    const { read, removed } = await rowsOf(statements(schema).purchasedPage, ["s1", after, "10"]);
    expect({ read, removed }).toEqual({ read: [10], removed: [] });
  }
});

/** How many rows each step of a statement read, and how many it read and left out. */
async function rowsOf(sql: string, values: readonly string[]) {
  const [row] = await rows(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, [...values]);
  const text = JSON.stringify(row?.["QUERY PLAN"]);
  const numbers = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, n]) => Number(n));
  return {
    read: numbers(/"Relation Name":"token_record".*?"Actual Rows":([\d.]+)/g),
    removed: numbers(/"Rows Removed by Filter":([\d.]+)/g).filter((count) => count > 0),
  };
}
