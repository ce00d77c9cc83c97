import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { makePipe, temporaryFolder } from "../sandbox/support.ts";

describe("C7: what is at a ledger's path", () => {
  const execution = JSON.stringify({ executionId: "a", source: "b", recommendations: [] });
  test.each<readonly [string, (file: string, folder: string) => void, string, string]>([
    ["a folder", (file) => mkdirSync(file), "ledger-unavailable", "is a folder"],
    ["a pipe", makePipe, "ledger-unavailable", "is a pipe"],
    [
      "a link that leads nowhere",
      (file, folder) => symlinkSync(join(folder, "none"), file),
      "ledger-unavailable",
      "leads nowhere",
    ],
    ["an execution", (file) => writeFileSync(file, execution), "ledger-corrupt", "no SQLite database"],
    ["a text shorter than a header", (file) => writeFileSync(file, "SQLite"), "ledger-corrupt", "no SQLite database"],
  ])("%s is refused, and left as it is", async (_what, put, code, message) => {
    const folder = temporaryFolder();
    const file = join(folder, "ledger.db");
    put(file, folder);
    const before = lstatSync(file);
    for (const open of [
      () => openSqliteLedger({ file }),
      () => openLedger(file),
      () => openLedger(file, { mustExist: true }),
      () => openLedger(file, { emptyIfMissing: true }),
    ]) {
      await expect(open()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    }
    const { ino, size, mtimeMs } = lstatSync(file);
    expect({ ino, size, mtimeMs }).toEqual({ ino: before.ino, size: before.size, mtimeMs: before.mtimeMs });
    expect(readdirSync(folder)).toEqual(["ledger.db"]);
  });

  // As Linux shows them.
  test.skipIf(!existsSync("/proc/locks"))(
    "a ledger that is opened once more in the same process keeps its lock, so that no other process takes its log away",
    async () => {
      const file = join(temporaryFolder(), "ledger.db");
      const first = await openSqliteLedger({ file });
      const place = new RegExp(`:${lstatSync(file).ino} `);
      const locks = () =>
        readFileSync("/proc/locks", "utf8")
          .split("\n")
          .filter((line) => place.test(line)).length;
      const before = locks();
      await (await openLedger(file)).close();
      expect([before, locks()]).toEqual([1, 1]);
      await first.close();
    },
  );

  test("a link to a ledger is followed, and an empty file is a ledger that nobody has written to", async () => {
    const folder = temporaryFolder();
    const [file, link] = [join(folder, "ledger.db"), join(folder, "link.db")];
    writeFileSync(file, "");
    symlinkSync(file, link);
    const first = await openSqliteLedger({ file: link });
    await first.close();
    const second = await openSqliteLedger({ file });
    expect(await second.records({ limit: 1 })).toEqual([]);
    await second.close();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});
