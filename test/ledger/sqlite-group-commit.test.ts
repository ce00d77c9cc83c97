import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createSerializer } from "../../src/ledger/serialize.ts";
import { createGroupCommit } from "../../src/ledger/sqlite/group-commit.ts";

/** A database with an empty table, and every statement and end of a transaction in the order in which they happened. */
function setup({ commitFails = 0 }: { readonly commitFails?: number } = {}) {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (value TEXT)");
  const happened: string[] = [];
  let failures = commitFails;
  const watched = new Proxy(database, {
    get(target, name) {
      if (name !== "exec") return Reflect.get(target, name) as unknown;
      return (sql: string) => {
        happened.push(sql);
        if (sql === "COMMIT" && (failures -= 1) >= 0) throw new Error("disk I/O error");
        target.exec(sql);
      };
    },
  });
  const oneByOne = createSerializer();
  const groupCommit = createGroupCommit(watched, oneByOne);
  const insert = (value: string, then: () => void = () => undefined) =>
    groupCommit(async () => {
      database.prepare("INSERT INTO t VALUES (?)").run(value);
      await Promise.resolve();
      then();
      return value;
    }).finally(() => happened.push(`${value} ended`));
  const values = () =>
    database
      .prepare("SELECT value FROM t ORDER BY rowid")
      .all()
      .map(({ value }) => value);
  return { database, happened, insert, values, oneByOne };
}

test("transactions that come together are committed together, and none ends before the commit", async () => {
  const { happened, insert, values } = setup();
  expect(await Promise.all(["a", "b", "c"].map((value) => insert(value)))).toEqual(["a", "b", "c"]);
  expect(happened.filter((each) => /BEGIN|COMMIT/.test(each))).toEqual(["BEGIN IMMEDIATE", "COMMIT"]);
  expect(happened.slice(happened.indexOf("COMMIT") + 1)).toEqual(["a ended", "b ended", "c ended"]);
  expect(values()).toEqual(["a", "b", "c"]);
});

test("one that comes while others are under way is not forgotten", async () => {
  const { insert, values } = setup();
  let late: Promise<string> | undefined;
  await insert("a", () => {
    late = insert("b");
  });
  expect(await late).toBe("b");
  expect(values()).toEqual(["a", "b"]);
});

test("250 at once are a few groups, in order", async () => {
  const { happened, insert, values } = setup();
  const all = Array.from({ length: 250 }, (_, position) => `${position}`);
  await Promise.all(all.map((value) => insert(value)));
  expect(values()).toEqual(all);
  expect(happened.filter((each) => each === "COMMIT")).toHaveLength(3);
});

test("one that throws takes no effect, and the others do", async () => {
  const { insert, values } = setup();
  const declined = insert("b", () => {
    throw new Error("declined");
  });
  const ended = await Promise.allSettled([insert("a"), declined, insert("c")]);
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  await expect(declined).rejects.toThrow("declined");
  expect(values().toSorted()).toEqual(["a", "c"]);
});

test("where the commit fails, none took effect and each is told; the next one works", async () => {
  const { insert, values } = setup({ commitFails: 1 });
  const declined = insert("b", () => {
    throw new Error("declined");
  });
  const [first, second] = await Promise.allSettled([insert("a"), declined]);
  expect(first).toMatchObject({ status: "rejected", reason: { message: "disk I/O error" } });
  expect(second).toMatchObject({ status: "rejected", reason: { message: "declined" } });
  expect(values()).toEqual([]);
  expect(await insert("c")).toBe("c");
  expect(values()).toEqual(["c"]);
});

test("where SQLite rolls everything back in the middle, those before are told so too", async () => {
  const { database, insert, values } = setup();
  const full = insert("b", () => {
    database.exec("ROLLBACK");
    throw new Error("database or disk is full");
  });
  const ended = await Promise.allSettled([insert("a"), full, insert("c")]);
  for (const each of ended) expect(each).toMatchObject({ reason: { message: "database or disk is full" } });
  expect(values()).toEqual([]);
});

test("a read between two groups sees nothing that is not committed", async () => {
  const { database, happened, insert, values, oneByOne } = setup();
  const seen = insert(
    "a",
    () => void oneByOne(async () => happened.push(`read ${database.isTransaction} ${values().join()}`)),
  );
  await Promise.all([seen, insert("b")]);
  await oneByOne(async () => undefined);
  expect(happened).toContain("read false a,b");
});
