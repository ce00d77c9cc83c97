// Thousands of records are read a page at a time, and what is kept of them is small.
import { describe, expect, test } from "vitest";
import { readOldest, withoutBodies } from "../../src/drive/read-records.ts";
import type { RecordsQuery, TokenRecord } from "../../src/contract/ledger.ts";
import { execution, recordOf, setup } from "./setup.ts";

async function bought(): Promise<TokenRecord> {
  const all = setup();
  await all.purchaser.drive(execution());
  const record = await recordOf(all);
  if (record === undefined) throw new Error("it was bought");
  return record;
}

describe("longest untouched first", () => {
  /** The indexes of what is read of so many records, and what the ledger was asked for. */
  async function read(there: number, limit: number) {
    const record = await bought();
    const records = Array.from({ length: there }, (_, recIndex) => ({
      ...record,
      recIndex,
      token: `token ${recIndex}`,
    }));
    const asked: (readonly [from: number | "beginning" | undefined, limit: number])[] = [];
    const ledger = {
      records: async ({ oldestAfter, limit: most }: RecordsQuery) => {
        const from = oldestAfter === undefined || oldestAfter === "beginning" ? oldestAfter : oldestAfter.recIndex;
        asked.push([from, most]);
        const start = typeof from === "number" ? from + 1 : 0;
        return records.slice(start, start + most);
      },
    };
    let checks = 0;
    const kept = await readOldest(
      ledger,
      { limit },
      () => (checks += 1),
      ({ recIndex }) => recIndex,
    );
    expect(checks).toBe(asked.length);
    return { kept, asked };
  }

  test.each([
    [0, 10, 0, [["beginning", 10]]],
    [3, 10, 3, [["beginning", 10]]],
    [1200, 500, 500, [["beginning", 500]]],
    [
      1200,
      700,
      700,
      [
        ["beginning", 500],
        [499, 500],
      ],
    ],
    [
      1200,
      5000,
      1200,
      [
        ["beginning", 500],
        [499, 500],
        [999, 500],
      ],
    ],
  ])("of %i records, at most %i: %i of them, in order, without a page too many", async (there, limit, count, pages) => {
    const { kept, asked } = await read(there, limit);
    expect(kept).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(asked).toEqual(pages);
  });

  test("a ledger that knows no pages and gives the same again ends it", async () => {
    const record = await bought();
    const same = Array.from({ length: 500 }, (_, index) => ({ ...record, token: `token ${index}` }));
    const kept = await readOldest(
      { records: async () => same },
      { limit: 5000 },
      () => undefined,
      ({ token }) => token,
    );
    expect(new Set(kept).size).toBe(500);
  });
});

test("of what was sent, all is kept but the bodies; where nothing was sent, nothing is added", async () => {
  const { submission, former: _former, ...record } = await bought();
  if (submission === undefined) throw new Error("it was sent");
  expect(submission.request).not.toEqual({});
  const short = { ...submission, handle: {}, request: {} };
  const all = { ...record, submission, former: [submission, submission] };
  expect(withoutBodies(all)).toEqual({ ...record, submission: short, former: [short, short] });
  expect(Object.keys(withoutBodies(record))).toEqual(Object.keys(record));
});
