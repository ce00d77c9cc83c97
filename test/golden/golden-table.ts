import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { standingForAll } from "../standing-for-all.ts";
import type { GoldenKind } from "./golden-kind.ts";
import type { GoldenRow } from "./golden-row.ts";
import type { Verdict } from "./golden-verdict.ts";
import { startGoldenWorld, type GoldenWorld } from "./golden-world.ts";

/** A line of the table as it is kept. */
type StoredRow = Verdict & {
  readonly row: string;
  /** What the verdict should be where it is wrong today; only the fields that differ, null for one that should not be there. */
  readonly shouldBe?: { readonly [Field in keyof Verdict]?: Verdict[Field] | null };
  /** Why it should be so, or why a row was changed. */
  readonly why?: string;
};

const isWriting = process.env["UPDATE_GOLDEN"] === "1";

/**
 * Compares the verdict of every row with the table in `fixtures/golden`, which was recorded from the code before the
 * contract between the drive and its executors was changed, and is the referee of that change.
 *
 * The table is changed by hand only, row by row, with a `why` beside each row whose verdict changes. UPDATE_GOLDEN=1 writes
 * it, for rows that are new: read the difference as you would read code. A row whose verdict is wrong today is compared
 * with what it is today, and says in `shouldBe` what is right; whoever mends it puts that in its place.
 */
export function goldenTable(kind: GoldenKind, rows: readonly GoldenRow[]): void {
  const file = new URL(`../../fixtures/golden/${kind.name}.json`, import.meta.url);
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StoredRow[]) : [];
  const byName = new Map(stored.map((one) => [one.row, one]));
  const seen = new Map<string, Verdict>();
  let world: GoldenWorld;

  describe(`golden table: ${kind.name}`, () => {
    beforeAll(async () => {
      world = await startGoldenWorld(kind);
    });
    afterAll(async () => {
      await world.close();
      if (isWriting) write(file, rows, byName, seen);
    });

    test("has each of its rows once, and no other", () => {
      const names = rows.map(({ row }) => row);
      expect(new Set(names).size).toBe(names.length);
      if (!isWriting) expect(stored.map(({ row }) => row)).toEqual(names);
    });

    const seenBefore = new Set<string>();
    const isNew = (key: string) => seenBefore.size < seenBefore.add(key).size;
    /** The first of each verdict, whatever the service's code, and of each status with a code and without; what is new has none yet. */
    const isFirst = ({ row }: GoldenRow) => {
      const { row: _row, why: _why, ...verdict } = byName.get(row) ?? { row, isNew: row };
      const alike = JSON.stringify(verdict, (name, value: unknown) => (name === "providerCode" ? undefined : value));
      const status = `${/\b\d{3}\b/.exec(row)?.[0]} ${"providerCode" in verdict}`;
      return [alike, status].filter(isNew).length > 0;
    };
    test.each(isWriting ? rows : standingForAll(rows, isFirst))("$row", async (row) => {
      const verdict = await world.run(row);
      seen.set(row.row, verdict);
      if (!isWriting) compare(verdict, byName.get(row.row));
    });
  });
}

function compare(verdict: Verdict, stored: StoredRow | undefined): void {
  const { row: _row, shouldBe, why, ...recorded } = stored ?? {};
  if (shouldBe !== undefined) {
    expect(why, "a row that is wrong says why").toBeTypeOf("string");
    const right = mended(recorded, shouldBe);
    expect(right, "shouldBe says something else than the row").not.toEqual(recorded);
    if (equal(verdict, right)) throw new Error("Mended: put what shouldBe says into the row, and take it out.");
  }
  expect(verdict).toEqual(recorded);
}

/** The verdict as it should be. */
function mended(recorded: Partial<Verdict>, shouldBe: NonNullable<StoredRow["shouldBe"]>): Partial<Verdict> {
  const fields = Object.entries({ ...recorded, ...shouldBe }).filter(([, value]) => value !== null);
  return Object.fromEntries(fields);
}

function equal(left: unknown, right: unknown): boolean {
  try {
    expect(left).toEqual(right);
    return true;
  } catch {
    return false;
  }
}

/** One row a line. Rows that were not run stay as they are. */
function write(
  file: URL,
  rows: readonly GoldenRow[],
  before: ReadonlyMap<string, StoredRow>,
  seen: ReadonlyMap<string, Verdict>,
): void {
  let changed = 0;
  const lines = rows.flatMap(({ row }) => {
    const old = before.get(row);
    const verdict = seen.get(row);
    if (verdict === undefined) return old === undefined ? [] : [JSON.stringify(old)];
    const { row: _row, shouldBe, why, ...recorded } = old ?? {};
    if (!equal(verdict, recorded)) changed += 1;
    const isMended = shouldBe !== undefined && equal(verdict, mended(recorded, shouldBe));
    const marks = isMended ? {} : { ...(shouldBe ? { shouldBe } : {}), ...(why ? { why } : {}) };
    return [JSON.stringify({ row, ...verdict, ...marks })];
  });
  writeFileSync(file, `[\n${lines.map((line) => `  ${line}`).join(",\n")}\n]\n`);
  console.warn(
    `UPDATE_GOLDEN: wrote ${file.pathname.split("/").slice(-3).join("/")}, ${lines.length} rows, ${changed} new or changed.`,
  );
}
