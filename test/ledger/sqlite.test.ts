import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, describe, expect, test, vi } from "vitest";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { migrate } from "../../src/ledger/sqlite/sqlite-migrate.ts";
import { sqliteError } from "../../src/ledger/sqlite/sqlite-error.ts";
import { createSqliteLedger } from "../../src/ledger/sqlite/sqlite-ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { granted } from "../../src/testing/ledger/ledger-world.ts";
import { claimPlaces, claimRequest, planned, recordPlaces } from "../../src/testing/ledger-values.ts";
import { execution, setup } from "../drive/setup.ts";
import { testLedgerContract } from "./contract.ts";

const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
let count = 0;
const newFile = () => {
  const own = join(folder, `${(count += 1)}`);
  mkdirSync(own);
  return join(own, "ledger.db");
};
afterAll(() => rmSync(folder, { recursive: true }));

/** Another process locks the file and holds it for 300 milliseconds; resolves once it does. */
async function lockForAMoment(file: string): Promise<{ readonly ended: Promise<unknown> }> {
  const script = `
    import { DatabaseSync } from "node:sqlite";
    const database = new DatabaseSync(${JSON.stringify(file)});
    database.exec("BEGIN IMMEDIATE");
    console.log("locked");
    setTimeout(() => database.exec("ROLLBACK"), 300);`;
  const other = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  const ended = once(other, "close");
  await once(other.stdout, "data");
  return { ended };
}

testLedgerContract("the SQLite ledger", (clock) => openSqliteLedger({ file: newFile(), clock }));

describe("the SQLite ledger", () => {
  test("an execution and its records are of one moment, whatever another process writes between the two reads", async () => {
    const file = newFile();
    const ledger = await openSqliteLedger({ file });
    await recordPlaces(ledger, 2);
    const before = await ledger.recorded("execution-1");
    const other = new DatabaseSync(file);
    const all = vi.spyOn(StatementSync.prototype, "all");
    all.mockImplementationOnce(function (this: StatementSync, ...values) {
      other.exec("UPDATE token_record SET record = replace(record, '\"planned\"', '\"skipped\"')");
      return this.all(...values);
    });
    const at = expect.any(Number) as number;
    expect(await ledger.recorded("execution-1")).toEqual({ ...before, at });
    all.mockRestore();
    expect((await ledger.recorded("execution-1"))?.records).toMatchObject([{ state: "skipped" }, { state: "skipped" }]);
    other.close();
    await ledger.close();
  });

  test("keeps everything when it is closed and opened again", async () => {
    const file = newFile();
    const before = await openSqliteLedger({ file, clock: () => 1000 });
    await claimPlaces(before, [claimRequest(0)], "driver-1", 30_000);
    const records = await before.execution("execution-1");
    await before.close();
    const after = await openSqliteLedger({ file });
    expect(await after.execution("execution-1")).toEqual(records);
    expect(await after.history("token-0")).toHaveLength(1);
    await after.close();
  });

  test("closed, it lets go of its file, which alone holds everything, and answers nothing more", async () => {
    const file = newFile();
    const ledger = await openSqliteLedger({ file });
    await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    await ledger.close();
    expect(readdirSync(dirname(file))).toEqual(["ledger.db"]);
    await expect(ledger.recordsOf("execution-1")).rejects.toMatchObject({ code: "ledger-unavailable" });
  });

  test("names the token that holds the lane, shortened", async () => {
    const ledger = await openSqliteLedger({ file: newFile() });
    const tokens = [0, 1].map((recIndex) => deriveIdempotencyToken("execution-1", recIndex));
    const requests = tokens.map((token, recIndex) => ({ ...claimRequest(recIndex), token }));
    const [first, second] = (await claimPlaces(ledger, requests, "driver-1", 30_000)).map(granted);
    if (first === undefined || second === undefined) throw new Error("no answers");
    await ledger.submit(first.claim, planned({ lane: "lane-1" }));
    await expect(ledger.submit(second.claim, planned({ lane: "lane-1" }))).rejects.toMatchObject({
      code: "identical-purchase-open",
      message: expect.stringContaining(`(token ${tokens[0]?.slice(0, 8)}…)`),
    });
    await ledger.close();
  });

  test("syncs every commit to the disk and uses a write-ahead log", async () => {
    const file = newFile();
    const ledger = await openSqliteLedger({ file });
    await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    expect(existsSync(`${file}-wal`)).toBe(true);
    const database = new DatabaseSync(file);
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    database.close();
    await ledger.close();
  });

  test("locked by another process: waits for the lock timeout, then says so; nothing is lost", async () => {
    const file = newFile();
    const ledger = await openSqliteLedger({ file, lockTimeout: 50 });
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    const locked = claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    await expect(locked).rejects.toMatchObject({ code: "ledger-locked", retryable: true });
    other.exec("ROLLBACK");
    other.close();
    expect(await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000)).toMatchObject([{ kind: "granted" }]);
    await ledger.close();
  });

  test("locked by another process for a moment, while it is made and at a claim: it waits", async () => {
    const file = newFile();
    const making = await lockForAMoment(file);
    const ledger = await openSqliteLedger({ file, lockTimeout: 30_000 });
    await making.ended;
    const claiming = await lockForAMoment(file);
    expect(await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000)).toMatchObject([{ kind: "granted" }]);
    await claiming.ended;
    await ledger.close();
  });

  test("locked while it is made for longer than the lock timeout: it says so", async () => {
    const file = newFile();
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    await expect(openSqliteLedger({ file, lockTimeout: 50 })).rejects.toMatchObject({
      code: "ledger-locked",
      retryable: true,
    });
    other.close();
  });

  test("one that must not be written is not waited for as a lock is", () => {
    const file = newFile();
    const made = new DatabaseSync(file);
    made.exec("PRAGMA user_version = 1");
    made.close();
    const database = new DatabaseSync(file, { readOnly: true });
    const begun = performance.now();
    expect(() => migrate(database, { file, lockTimeout: 5000, create: true })).toThrow("readonly");
    expect(performance.now() - begun).toBeLessThan(4000);
    database.close();
  });

  test("written by a newer version: refused, with both versions named", async () => {
    const file = newFile();
    await (await openSqliteLedger({ file })).close();
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(openSqliteLedger({ file })).rejects.toMatchObject({
      code: "ledger-newer-schema",
      message: expect.stringMatching(/schema 99, known here: \d/),
    });
  });

  test("a file that is no database is refused and left as it is", async () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "not a database, but long enough to be taken for one\n".repeat(100));
    await expect(openSqliteLedger({ file })).rejects.toMatchObject({ code: "ledger-corrupt" });
  });

  test("another program's database is refused and not changed", async () => {
    const file = join(folder, "other.db");
    const database = new DatabaseSync(file);
    database.exec("CREATE TABLE customers (id INTEGER)");
    database.close();
    await expect(openSqliteLedger({ file })).rejects.toMatchObject({
      code: "ledger-corrupt",
      message: expect.stringContaining("not a ledger of buyonce"),
    });
    const again = new DatabaseSync(file);
    expect(again.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "customers" }]);
    expect(again.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "delete" });
    again.close();
  });

  test("a record that was damaged is reported, not skipped", async () => {
    const file = newFile();
    const ledger = await openSqliteLedger({ file });
    await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    const database = new DatabaseSync(file);
    database.exec("UPDATE token_record SET record = 'x'");
    database.close();
    await expect(ledger.recordsOf("execution-1")).rejects.toMatchObject({ code: "ledger-corrupt" });
    await expect(claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000)).rejects.toMatchObject({
      code: "ledger-corrupt",
    });
    await ledger.close();
  });

  test("a folder in the place of the file cannot be opened", async () => {
    await expect(openSqliteLedger({ file: folder })).rejects.toMatchObject({ code: "ledger-unavailable" });
  });

  test("read-only: refused with what to do", async () => {
    const file = newFile();
    await (await openSqliteLedger({ file })).close();
    chmodSync(file, 0o444);
    chmodSync(join(file, ".."), 0o555);
    chmodSync(folder, 0o755);
    // Root may write everything, so the check runs as an ordinary user where the tests run as root.
    const script = `
      import { openSqliteLedger } from ${JSON.stringify(new URL("../../src/ledger/sqlite/index.ts", import.meta.url).href)};
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      await openSqliteLedger({ file: ${JSON.stringify(file)} }).then(() => console.log("opened"), (error) => console.log(error.code));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    expect(stdout.trim()).toBe("ledger-read-only");
    chmodSync(join(file, ".."), 0o755);
  });

  test.each([
    ["moved away", (file: string) => renameSync(file, `${file}-moved`)],
    ["deleted", (file: string) => rmSync(file)],
    [
      "replaced by a copy",
      (file: string) => {
        copyFileSync(file, `${file}-copy`);
        renameSync(`${file}-copy`, file);
      },
    ],
  ])(
    "C5: a file that is %s while it is open: nothing more is recorded in it, and nothing read",
    async (_what, away) => {
      const file = newFile();
      const ledger = await openSqliteLedger({ file });
      const [answer] = await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
      away(file);
      const gone = {
        code: "ledger-unavailable",
        message: expect.stringMatching(/moved, replaced or deleted.*drive again/),
      };
      await expect(claimPlaces(ledger, [claimRequest(1)], "driver-1", 30_000)).rejects.toMatchObject(gone);
      if (answer?.kind !== "granted") throw new Error("not granted");
      await expect(ledger.submit(answer.claim, planned())).rejects.toMatchObject(gone);
      await expect(ledger.recordsOf("execution-1")).rejects.toMatchObject(gone);
      // Asked between the write-ahead and the send.
      await expect(ledger.now()).rejects.toMatchObject(gone);
      await ledger.close();
    },
  );

  test("C5: what SQLite says of such a file is no missing right", () => {
    const error = Object.assign(new Error("attempt to write a readonly database"), { errcode: 1032 });
    expect(sqliteError(error, "ledger.db")).toMatchObject({ code: "ledger-unavailable", retryable: false });
    const readOnly = Object.assign(new Error("attempt to write a readonly database"), { errcode: 8 });
    expect(sqliteError(readOnly, "ledger.db")).toMatchObject({ code: "ledger-read-only" });
  });

  test("a full disk at the write-ahead: nothing is written or sent, and it goes on once there is room", async () => {
    const file = newFile();
    await (await openSqliteLedger({ file })).close();
    const database = new DatabaseSync(file);
    migrate(database, { file, lockTimeout: 1000, create: true });
    const { environment, cloud, options } = setup();
    const ledger = createSqliteLedger({ database, file, clock: environment.now });
    const purchaser = createPurchaser({ ...options, ledger });
    const room = (pages: number) => database.exec(`PRAGMA max_page_count = ${pages}`);
    // The disk fills up while the price is asked for: what SQLite meets is the real SQLITE_FULL.
    cloud.faults.afterQuote = () => room(1);
    const many = execution(...Array.from({ length: 40 }, () => disk()));
    const failed = await purchaser.drive(many, { concurrency: 1 }).catch((error: unknown) => error);
    const sends = cloud.counts.sends;
    if (failed instanceof Error) expect(failed).toMatchObject({ code: "ledger-full" });
    else expect(JSON.stringify(failed)).toContain("ledger-full");
    expect(sends).toBeLessThan(40);
    expect(cloud.orders).toHaveLength(sends);
    cloud.faults.afterQuote = undefined;
    room(1_000_000);
    environment.advance(31_000);
    const report = await purchaser.drive(many);
    expect(report.outcomes.every(({ commitment }) => commitment !== undefined)).toBe(true);
    expect(cloud.orders).toHaveLength(40);
    await ledger.close();
  });

  test("several processes claim the same execution: each recommendation is granted once", async () => {
    const file = newFile();
    await (await openSqliteLedger({ file })).close();
    const script = `
      import { openSqliteLedger } from ${JSON.stringify(new URL("../../src/ledger/sqlite/index.ts", import.meta.url).href)};
      import { claimRequest, recordPlaces } from ${JSON.stringify(new URL("../../src/testing/ledger-values.ts", import.meta.url).href)};
      const ledger = await openSqliteLedger({ file: ${JSON.stringify(file)} });
      let granted = 0;
      await recordPlaces(ledger, 40);
      for (let index = 0; index < 40; index += 1) {
        const [answer] = await ledger.claim([claimRequest(index)], String(process.pid), 30_000);
        if (answer.kind === "granted") granted += 1;
      }
      console.log(granted);`;
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script])),
    );
    const granted = runs.map(({ stdout }) => Number(stdout));
    expect(granted.reduce((sum, n) => sum + n, 0)).toBe(40);
  });
});
