import { describe, expect, test } from "vitest";
import { createCommandLog } from "../../src/cli/command-log.ts";
import { maskPassword } from "../../src/cli/text/explain-error.ts";

describe("C2: passwords are masked wherever one is written", () => {
  test.each([
    ["no postgres://u:s3@cr@h/db", "no postgres://u:***@h/db"],
    ["PostgreSQL://u:p@h:1/db?password=p2&x=1", "PostgreSQL://u:***@h:1/db?password=***&x=1"],
    ["postgres://u:p@h/db, postgres://v:q@i/db.", "postgres://u:***@h/db, postgres://v:***@i/db."],
    ["postgres:u:p@h", "postgres:u:***@h"],
    ["postgres://:p@h", "postgres://:***@h"],
    // A quote, and whatever else a password may hold.
    [`postgres://u:pa"ss@h/db`, "postgres://u:***@h/db"],
    ["postgres://u:pa'ss@h/db", "postgres://u:***@h/db"],
    ["postgres://u:pa`ss<>{}|\\^@h/db", "postgres://u:***@h/db"],
    ["postgres://u:pa ss@h/db", "postgres://u:***@h/db"],
    ["postgres://u:12/se@h/db", "postgres://u:***@h/db"],
    [`postgres://u@h/db?sslpassword=a"b'c&y=2`, "postgres://u@h/db?sslpassword=***&y=2"],
    // A message that was cut.
    ["postgres://u:secr…", "postgres://u:***"],
    [`--ledger "postgres://u:secr`, `--ledger "postgres://u:***`],
    // Mistyped, or of something else.
    ["postgress://u:p@h/db", "postgress://u:***@h/db"],
    ["mysql://u:p@h", "mysql://u:***@h"],
    ["jdbc:postgresql://u:p@h", "jdbc:postgresql://u:***@h"],
    ["https://u:p@proxy:8080/", "https://u:***@proxy:8080/"],
    ["host=h user=u password=p dbname=d", "host=h user=u password=*** dbname=d"],
    ["password = 'a b' dbname=d", "password = *** dbname=d"],
    ["PGPASSWORD=p psql", "PGPASSWORD=*** psql"],
  ])("%s", (text, masked) => {
    expect(maskPassword(text)).toBe(masked);
  });

  test.each([
    "postgres://u@h/db",
    "postgres://localhost:5432/db did not answer; write to a@b",
    "postgres://h:5432",
    "postgres: no such user a@b",
    "https://127.0.0.1:8080/a@b?c=d@e",
    "https://management.azure.com/providers/a:b@c",
    "arn:aws:iam::123456789012:user/a@b",
    "Is the password right?",
  ])("%s holds none", (text) => {
    expect(maskPassword(text)).toBe(text);
  });

  /** A megabyte each: whatever went twice through the rest of the text, from each of these, would not end. */
  test.each([
    "postgres:",
    "postgres:/",
    "postgres://",
    "postgres://a:",
    "postgres://a:1/",
    "postgres://a:b ",
    "postgres://a:b@",
    "://",
    "://a:",
    "a://b:c@d",
    "postgres",
    "password=",
    "password='",
    "password=' ",
    "password ",
    ":",
    "@",
    "/",
    '"',
    " ",
    "\n",
    "a",
  ])("the time grows with the length only: %j, repeated", (unit) => {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    for (const one of [text, `${text}@`, `@${text}`, `postgres://u:${text}`]) {
      expect(maskPassword(one).length).toBeGreaterThan(0);
    }
  });
});

test("C2: a line of the log stays JSON, with the passwords in each of its texts masked", async () => {
  const lines: string[] = [];
  const log = createCommandLog({
    write: (text: string) => {
      lines.push(text);
      return true;
    },
  });
  await log.start("info");
  log.logger?.info({ cause: { text: `postgres://u:pa"ss@h` }, who: "a@b", count: 1 }, "postgres://v:q@i");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/\}\n$/);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    cause: { text: "postgres://u:***@h" },
    who: "a@b",
    count: 1,
    msg: "postgres://v:***@i",
  });
});
