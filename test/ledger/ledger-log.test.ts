import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { findLogProblem } from "../../src/ledger/sqlite/log-check.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { bytesOf, claims, copy, countOf, firstVersion } from "./ledger-files.ts";
import { runScript, source } from "./postgres-fixture.ts";

const missing =
  /was in use when it was copied or moved.*ledger\.db-wal, which holds what was recorded last, is missing/;
const foreign = /ledger\.db-wal is not that of the ledger .*it belongs to another ledger, or to another time/;

/** Asserts that nothing opens it, and that it is left as it is. */
async function assertRefused(file: string, message: RegExp): Promise<void> {
  const before = bytesOf(file);
  for (const open of [
    () => openSqliteLedger({ file }),
    () => openSqliteLedger({ file, create: false }),
    () => openLedger(file),
    () => openLedger(file, { mustExist: true }),
    () => openLedger(file, { emptyIfMissing: true }),
  ]) {
    await expect(open()).rejects.toMatchObject({ code: "ledger-corrupt", message: expect.stringMatching(message) });
  }
  // Of the index of a log SQLite makes a new one whenever it is missing.
  const { "-shm": _index, ...after } = bytesOf(file);
  const { "-shm": _before, ...left } = before;
  expect(after).toEqual(left);
}

/** A ledger that is open, with records 0 and 1, and a folder for copies. */
async function openWithTwo(): Promise<{ ledger: Ledger; file: string; copied: string; folder: string }> {
  const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
  const file = join(folder, "ledger.db");
  const ledger = await openSqliteLedger({ file });
  await claims(ledger, 0, 2);
  return { ledger, file, folder, copied: join(elsewhere, "ledger.db") };
}

describe("A11: a ledger.db that was copied alone while it was open is refused, for it lacks what its log holds", () => {
  test("A11: in the life of a new ledger", async () => {
    const { ledger, file, copied } = await openWithTwo();
    copy(file, copied);
    await assertRefused(copied, missing);
    await ledger.close();
  });

  test("A11: and looked into by a program that leaves an empty log beside it", async () => {
    const { ledger, file, copied } = await openWithTwo();
    copy(file, copied);
    const reader = new DatabaseSync(copied, { readOnly: true });
    reader.prepare("SELECT count(*) FROM sqlite_schema").get();
    reader.close();
    expect(statSync(`${copied}-wal`).size).toBe(0);
    await expect(openSqliteLedger({ file: copied })).rejects.toThrow(missing);
    await ledger.close();
  });

  test("A11: opened once more", async () => {
    const { ledger, file, copied } = await openWithTwo();
    await ledger.close();
    const again = await openSqliteLedger({ file });
    copy(file, copied);
    await assertRefused(copied, missing);
    await claims(again, 2, 3);
    copy(file, copied);
    await assertRefused(copied, missing);
    await again.close();
  });

  test("A11: after it took the log in because that had grown", async () => {
    const { ledger, file, copied } = await openWithTwo();
    const size = statSync(file).size;
    await claims(ledger, 2, 1000, true);
    expect(statSync(file).size).toBeGreaterThan(size + 100_000);
    await claims(ledger, 1000, 1001);
    copy(file, copied);
    await assertRefused(copied, missing);
    await ledger.close();
  });

  test("A11: after another one closed it", async () => {
    const { ledger, file, copied } = await openWithTwo();
    const other = await openSqliteLedger({ file });
    await claims(other, 2, 3);
    await other.close();
    copy(file, copied);
    await assertRefused(copied, missing);
    await claims(ledger, 3, 4);
    copy(file, copied);
    await assertRefused(copied, missing);
    await ledger.close();
    copy(file, copied);
    const whole = await openSqliteLedger({ file: copied });
    expect(await countOf(whole)).toBe(4);
    await whole.close();
  });

  test("A11: where the first version of the tables made it", async () => {
    const [file, copied] = [join(temporaryFolder(), "ledger.db"), join(temporaryFolder(), "ledger.db")];
    const database = firstVersion(file);
    copy(file, copied);
    await assertRefused(copied, missing);
    database.close();
  });

  test("A11: also when its log is deleted after its driver died", async () => {
    const file = join(temporaryFolder(), "ledger.db");
    await dieWithTwo(file);
    rmSync(`${file}-wal`);
    rmSync(`${file}-shm`);
    await assertRefused(file, missing);
  });
});

/** A driver records 0 and 1. */
const recordTwo = (file: string) => `
  import { openSqliteLedger } from ${JSON.stringify(source("src/ledger/sqlite/index.ts"))};
  import { claims } from ${JSON.stringify(source("test/ledger/ledger-files.ts"))};
  const ledger = await openSqliteLedger({ file: ${JSON.stringify(file)} });
  await claims(ledger, 0, 2);`;

/** A driver records 0 and 1, and is killed. */
async function dieWithTwo(file: string): Promise<void> {
  const script = `${recordTwo(file)}\nconsole.log("recorded");\nsetInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
}

/** A driver records 0 and 1, and ends without closing the ledger. */
async function endWithTwo(file: string, end: string): Promise<void> {
  await runScript(`${recordTwo(file)}\n${end}`);
}

describe("A11: what is whole opens", () => {
  test.each<[string, (file: string) => Promise<void>]>([
    ["a program that ends without closing it", async (file) => endWithTwo(file, "")],
    ["process.exit", async (file) => endWithTwo(file, "process.exit()")],
    [
      "another program, after its driver was killed",
      async (file) => {
        await dieWithTwo(file);
        const database = new DatabaseSync(file);
        database.prepare("SELECT count(*) FROM token_record").get();
        database.close();
        expect(existsSync(`${file}-wal`)).toBe(false);
      },
    ],
    [
      "another program that takes the log in, and leaves it empty",
      async (file) => {
        await dieWithTwo(file);
        const [database, reader] = [new DatabaseSync(file), new DatabaseSync(file, { readOnly: true })];
        reader.prepare("SELECT count(*) FROM token_record").get();
        database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
        database.close();
        reader.close();
        expect(statSync(`${file}-wal`).size).toBe(0);
      },
    ],
  ])("A11: last closed by %s", async (_what, make) => {
    const file = join(temporaryFolder(), "ledger.db");
    await make(file);
    const ledger = await openSqliteLedger({ file });
    expect(await countOf(ledger)).toBe(2);
    await ledger.close();
  });

  test("A11: with its log, after its driver was killed; and then closed it is one file", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "ledger.db");
    await dieWithTwo(file);
    expect(readdirSync(folder)).toContain("ledger.db-wal");
    const ledger = await openSqliteLedger({ file });
    expect(await countOf(ledger)).toBe(2);
    await ledger.close();
    expect(readdirSync(folder)).toEqual(["ledger.db"]);
    await (await openSqliteLedger({ file, create: false })).close();
  });

  test("A11: copied with its log", async () => {
    const { ledger, file, copied } = await openWithTwo();
    copy(file, copied);
    copy(`${file}-wal`, `${copied}-wal`);
    const other = await openSqliteLedger({ file: copied });
    expect(await countOf(other)).toBe(2);
    await other.close();
    await ledger.close();
  });

  test("A11: copied alone after it was closed", async () => {
    const { ledger, file, copied } = await openWithTwo();
    await ledger.close();
    copy(file, copied);
    const other = await openSqliteLedger({ file: copied });
    expect(await countOf(other)).toBe(2);
    await other.close();
  });

  test("A11: of the first version of the tables: brought up to date, closed or with its log", async () => {
    const folder = temporaryFolder();
    const from = await openWithTwo();
    const records = await from.ledger.recordsOf("execution-1");
    await from.ledger.close();
    const file = join(folder, "ledger.db");
    const database = firstVersion(file, records);
    copy(file, join(folder, "killed.db"));
    copy(`${file}-wal`, join(folder, "killed.db-wal"));
    database.close();
    for (const name of ["ledger.db", "killed.db"]) {
      const ledger = await openSqliteLedger({ file: join(folder, name), create: false });
      expect(await ledger.recordsOf("execution-1")).toEqual(records);
      await claims(ledger, 2, 3);
      copy(join(folder, name), from.copied);
      await assertRefused(from.copied, missing);
      await ledger.close();
      expect(existsSync(join(folder, `${name}-wal`))).toBe(false);
    }
  });
});

describe("A11: a log that is not its own", () => {
  test("A11: of another ledger: refused, and neither is changed", async () => {
    const [one, other] = [await openWithTwo(), await openWithTwo()];
    await claims(other.ledger, 2, 5);
    copy(one.file, one.copied);
    copy(`${other.file}-wal`, `${one.copied}-wal`);
    await assertRefused(one.copied, foreign);
    await one.ledger.close();
    // Beside one that was closed, too.
    copy(one.file, one.copied);
    await assertRefused(one.copied, foreign);
    await other.ledger.close();
  });

  test("A11: of an earlier time of the same ledger: refused", async () => {
    const { ledger, file, copied } = await openWithTwo();
    copy(`${file}-wal`, `${copied}-wal`);
    await claims(ledger, 2, 4);
    await ledger.close();
    copy(file, copied);
    await assertRefused(copied, foreign);
  });

  test("A11: of a later time of the same ledger, when it was begun anew since: refused, for it lacks what came between", async () => {
    const { ledger, file, copied } = await openWithTwo();
    copy(file, copied);
    // This many changes make it take the log in; the next one begins the log anew.
    await claims(ledger, 2, 1002, true);
    await claims(ledger, 1002, 1004);
    copy(`${file}-wal`, `${copied}-wal`);
    await assertRefused(copied, foreign);
    // With what it continues it is whole.
    copy(file, copied);
    const whole = await openSqliteLedger({ file: copied });
    expect(await countOf(whole)).toBe(1004);
    await whole.close();
    await ledger.close();
  });

  test("A11: an empty log is none", async () => {
    const { ledger, file } = await openWithTwo();
    await ledger.close();
    writeFileSync(`${file}-wal`, "");
    const again = await openSqliteLedger({ file });
    expect(await countOf(again)).toBe(2);
    await again.close();
  });
});

describe("A11: a log whose ledger is gone", () => {
  test.each<[string, (file: string) => void]>([
    ["moved away", (file) => renameSync(file, `${file}.away`)],
    ["emptied", (file) => truncateSync(file)],
  ])("A11: %s: no new ledger is made in its place", async (_what, change) => {
    const file = join(temporaryFolder(), "ledger.db");
    await dieWithTwo(file);
    change(file);
    await assertRefused(file, /There is no ledger at .*but its log .*ledger\.db-wal is there/);
  });
});

describe("A11: the log is taken in when a ledger is closed", () => {
  test("A11: while another one has it open: the log is there, and empty", async () => {
    const { ledger, file } = await openWithTwo();
    const other = await openSqliteLedger({ file });
    await claims(other, 2, 4);
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    await other.close();
    // What follows the checkpoint is the one line that the log says.
    expect(statSync(`${file}-wal`).size).toBeLessThan(3 * 4096);
    expect(await countOf(ledger)).toBe(4);
    await ledger.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  test("A11: a ledger that was moved away is left as it is", async () => {
    const { ledger, file, folder } = await openWithTwo();
    for (const end of ["", "-wal", "-shm"]) renameSync(`${file}${end}`, join(folder, `away.db${end}`));
    const other = await openSqliteLedger({ file });
    await claims(other, 0, 1);
    await ledger.close();
    expect(readdirSync(folder)).toContain("ledger.db-wal");
    await claims(other, 1, 2);
    await other.close();
    const away = await openSqliteLedger({ file: join(folder, "away.db") });
    expect(await countOf(away)).toBe(2);
    await away.close();
  });
});

test("A11: while other processes open and close it, nothing is found", async () => {
  const file = join(temporaryFolder(), "ledger.db");
  const script = `
    import { openSqliteLedger } from ${JSON.stringify(source("src/ledger/sqlite/index.ts"))};
    import { claims } from ${JSON.stringify(source("test/ledger/ledger-files.ts"))};
    for (let round = 0; round < 15; round += 1) {
      const ledger = await openSqliteLedger({ file: ${JSON.stringify(file)}, lockTimeout: 60_000 });
      await claims(ledger, round, round + 1);
      await ledger.close();
    }`;
  const running = new Set([0, 1]);
  const codes = [...running].map(async (name) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "ignore" });
    const [code] = (await once(child, "close")) as [number | null];
    running.delete(name);
    return code;
  });
  while (running.size > 0) {
    expect(findLogProblem(file)).toBeUndefined();
    await new Promise((done) => setTimeout(done, 1));
  }
  expect(await Promise.all(codes)).toEqual([0, 0]);
  const ledger = await openSqliteLedger({ file, create: false });
  expect(await countOf(ledger)).toBe(15);
  await ledger.close();
});

test("A11: a new ledger, its log and its backup are its owner's alone", async () => {
  const { ledger, file } = await openWithTwo();
  for (const end of ["", "-wal", "-shm"]) expect(statSync(`${file}${end}`).mode & 0o777).toBe(0o600);
  await ledger.close();
});
