import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { backupSqlite } from "../../src/ledger/sqlite/backup-sqlite.ts";
import { summarizeSqlite } from "../../src/ledger/sqlite/summarize-sqlite.ts";
import { bought, claimPlaces, claimRequest, planned } from "../../src/testing/ledger-values.ts";
import { runCommand } from "../cli/run-command.ts";
import { bytesOf, claims, copy, countOf, damage, firstVersion } from "./ledger-files.ts";
import { usePostgres } from "./postgres-fixture.ts";
import { workingFolder } from "./working-folder.ts";

const at = Date.UTC(2026, 10, 22, 9, 5, 0);

/** A ledger with so many records, in a working folder of its own. */
async function ledgerWith(count: number) {
  const folder = workingFolder();
  const file = join(folder, "ledger.db");
  const ledger = await openSqliteLedger({ file });
  await claims(ledger, 0, count);
  return { folder, file, ledger, backup: join(folder, "backup.db") };
}

describe("A11: buyonce ledger backup", () => {
  test("A11: while a driver goes on: as the ledger is at one moment, in one file that is whole", async () => {
    const { file, ledger, backup, folder } = await ledgerWith(50);
    const writing = new AbortController();
    const writer = (async () => {
      for (let index = 50; !writing.signal.aborted; index += 1) await claims(ledger, index, index + 1);
    })();
    const summary = await backupSqlite({ from: file, to: backup, at });
    writing.abort();
    await writer;
    expect(summary.problems).toEqual([]);
    expect(summary.counts?.recommendations).toBeGreaterThanOrEqual(50);
    expect(readdirSync(folder)).toEqual(["backup.db", "ledger.db", "ledger.db-shm", "ledger.db-wal"]);
    const database = new DatabaseSync(backup, { readOnly: true });
    // Each claim is a record and a line of the history, in one transaction.
    const { records } = database.prepare("SELECT count(*) AS records FROM token_record").get() ?? {};
    expect(database.prepare("SELECT count(*) AS lines FROM history").get()).toEqual({ lines: records });
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "delete" });
    database.close();
    await ledger.close();
  });

  test("A11: holds what is in the log alone, where a copy of ledger.db holds nothing of it", async () => {
    const { file, ledger, backup } = await ledgerWith(2);
    copy(file, "copied.db");
    expect((await backupSqlite({ from: file, to: backup, at })).counts?.recommendations).toBe(2);
    const copied = new DatabaseSync("copied.db");
    expect(copied.prepare("SELECT count(*) AS n FROM token_record").get()).toEqual({ n: 0 });
    copied.close();
    await ledger.close();
  });

  test("A11: its owner alone may read it", async () => {
    const { file, ledger, backup } = await ledgerWith(1);
    await ledger.close();
    await backupSqlite({ from: file, to: backup, at });
    expect(statSync(backup).mode & 0o777).toBe(0o600);
  });

  test("A11: the command says what is in it, as text and as JSON", async () => {
    const { ledger, folder } = await ledgerWith(2);
    await ledger.close();
    const text = await runCommand(["ledger", "backup", "backup.db", "--ledger", "ledger.db"]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toBe(
      `Backed up to ${folder}/backup.db: 1 execution with 2 recommendations: 0 bought. It is whole, and on the disk.\nnext: keep it on another disk. To go back to it:\n    buyonce ledger restore ${folder}/backup.db --ledger ledger.db\n`,
    );
    const json = await runCommand(["ledger", "backup", "b2.db", "--ledger", "ledger.db", "--json"]);
    expect(JSON.parse(json.stdout)).toEqual({
      place: join(folder, "b2.db"),
      files: [{ path: join(folder, "b2.db"), bytes: statSync("b2.db").size }],
      schema: 8,
      knownSchema: 8,
      backupAt: expect.stringMatching(/^20\d\d-.*Z$/),
      counts: { executions: 1, recommendations: 2, bought: 0, mayBeBought: 0 },
      problems: [],
    });
  });

  test.each<[string, string, (path: string) => void, string]>([
    ["a file", "b.db", (path) => writeFileSync(path, "x"), "exists, and nothing is replaced"],
    ["an empty file", "b.db", (path) => writeFileSync(path, ""), "exists, and nothing is replaced"],
    ["a folder", "b.db", (path) => mkdirSync(path), "exists, and nothing is replaced"],
    ["a link that leads nowhere", "b.db", (path) => symlinkSync("none", path), "exists, and nothing is replaced"],
    ["a log of something else", "b.db", (path) => writeFileSync(`${path}-wal`, "x"), "exists, and nothing is replaced"],
    ["the ledger itself", "ledger.db", () => undefined, "exists, and nothing is replaced"],
    ["no folder", "none/b.db", () => undefined, "there is no folder"],
    ["what SQLite keeps beside a ledger", "ledger.db-wal", () => undefined, "must be a path, and not end as"],
    ["a URL", "postgres://u:s3cret@h/db", () => undefined, "must be a path"],
    ["a URL that is misspelt", "postgress://u:s3cret@h/db", () => undefined, "is neither a path nor"],
    ["white space", " b.db", () => undefined, "begins or ends with white space"],
  ])("A11: onto %s: refused, exit code 2, and nothing is made or changed", async (_what, to, put, message) => {
    const { folder, ledger, file } = await ledgerWith(1);
    await ledger.close();
    put(to);
    const [before, bytes] = [readdirSync(folder), bytesOf(file)];
    const { code, stdout, stderr } = await runCommand(["ledger", "backup", to, "--ledger", "ledger.db"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("s3cret");
    expect([readdirSync(folder), bytesOf(file)]).toEqual([before, bytes]);
  });

  test("A11: of a ledger that is missing or damaged: nothing is left behind", async () => {
    const { folder, ledger, file } = await ledgerWith(3);
    await ledger.close();
    expect(await runCommand(["ledger", "backup", "b.db", "--ledger", "none.db"])).toMatchObject({ code: 1 });
    damage(file);
    const { code, stderr } = await runCommand(["ledger", "backup", "b.db", "--ledger", "ledger.db"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/damaged|malformed/);
    expect(readdirSync(folder).filter((name) => !name.startsWith("ledger.db"))).toEqual([]);
  });

  test("A11: nothing is driven with a backup, nor is it changed", async () => {
    const { file, ledger, backup } = await ledgerWith(1);
    await ledger.close();
    await backupSqlite({ from: file, to: backup, at });
    const before = bytesOf(backup);
    const refused = {
      code: "ledger-corrupt",
      message: expect.stringMatching(/is a backup, made at 2026-11-22T09:05:00\.000Z.*buyonce ledger restore/),
    };
    await expect(openSqliteLedger({ file: backup })).rejects.toMatchObject(refused);
    expect(await runCommand(["status", "--ledger", "backup.db"])).toMatchObject({ code: 1 });
    // Also put into the place of the ledger by hand.
    copy(backup, file);
    await expect(openSqliteLedger({ file })).rejects.toMatchObject(refused);
    expect(bytesOf(backup)).toEqual(before);
  });

  test("A11: of the first version of the tables", async () => {
    const { ledger, folder, backup } = await ledgerWith(1);
    const records = await ledger.recordsOf("execution-1");
    await ledger.close();
    const old = join(folder, "old.db");
    firstVersion(old, records).close();
    expect(await backupSqlite({ from: old, to: backup, at })).toMatchObject({
      problems: [],
      backupAt: at,
      counts: { recommendations: 1 },
    });
  });

  test("A11: of PostgreSQL: what to use instead", async () => {
    const folder = workingFolder();
    const { code, stderr } = await runCommand([
      "ledger",
      "backup",
      "b.db",
      "--ledger",
      "postgres://u:s3cret@127.0.0.1/x",
    ]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "buyonce: This ledger is in PostgreSQL: back it up with pg_dump --schema=buyonce, or with the server's own backups. Nothing was made.\n",
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("A11: buyonce ledger check", () => {
  test("A11: of one that is open, and closed: its files, its version, how much is in it; nothing is changed", async () => {
    const { folder, ledger, file } = await ledgerWith(3);
    const places = [0, 1].map((recIndex) => ({ ...claimRequest(recIndex + 3), executionId: "another", recIndex }));
    const answers = await claimPlaces(ledger, places, "driver-1", 30_000);
    const [claim, open] = answers.flatMap((answer) => (answer.kind === "granted" ? [answer.claim] : []));
    if (claim === undefined || open === undefined) throw new Error("nobody holds them");
    await ledger.submit(claim, planned());
    await ledger.purchase(claim, bought());
    await ledger.submit(open, planned({ lane: "lane" }));
    const holds = "holds     2 executions with 5 recommendations: 1 bought, 1 sent and may be bought";
    const running = await runCommand(["ledger", "check", "--ledger", "ledger.db"]);
    expect(running).toMatchObject({ code: 0, stderr: "" });
    expect(running.stdout).toContain(holds);
    expect(running.stdout).toContain(`file      ${file}-wal, `);
    await ledger.close();
    const before = bytesOf(file);
    const { code, stdout } = await runCommand(["ledger", "check", "--ledger", "ledger.db"]);
    expect(code).toBe(0);
    const bytes = statSync(file).size.toLocaleString("en-US");
    expect(stdout).toBe(
      `ledger    ${file}\nfile      ${file}, ${bytes} bytes\nschema    8\n${holds}\nwhole     yes, nothing is damaged or missing\n`,
    );
    expect(bytesOf(file)).toEqual(before);
    expect(readdirSync(folder)).toEqual(["ledger.db"]);
  });

  test("A11: of a backup", async () => {
    const { ledger, file, backup } = await ledgerWith(1);
    await ledger.close();
    await backupSqlite({ from: file, to: backup, at });
    const { code, stdout } = await runCommand(["ledger", "check", "--ledger", "backup.db"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`backup    ${backup}\n`);
    expect(stdout).toContain("made      2026-11-22 09:05:00 UTC\n");
  });

  test("A11: of an older version: not brought up to date", async () => {
    const file = join(workingFolder(), "ledger.db");
    firstVersion(file).close();
    const { code, stdout } = await runCommand(["ledger", "check", "--ledger", "ledger.db"]);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("schema    1; the next drive brings it to 8\nholds     nothing\n"),
    });
    expect(summarizeSqlite(file).schema).toBe(1);
  });

  test.each<[string, (file: string) => void, RegExp]>([
    ["damaged pages", damage, /damaged/],
    [
      "no database",
      (file) => writeFileSync(file, "no database, but long enough to be taken for one".repeat(99)),
      /is no SQLite database/,
    ],
    [
      "another program's database",
      (file) => {
        const database = new DatabaseSync(file);
        database.exec("PRAGMA application_id = 0");
        database.close();
      },
      /is a database, but not a ledger of buyonce/,
    ],
    [
      "a newer version",
      (file) => {
        const database = new DatabaseSync(file);
        database.exec("PRAGMA user_version = 99");
        database.close();
      },
      /newer version of buyonce \(schema 99, known here: \d\)/,
    ],
    [
      "a history with gaps",
      (file) => {
        const database = new DatabaseSync(file);
        database.exec("DELETE FROM history WHERE sequence = 2");
        database.close();
      },
      /1 of 3 lines of its history are missing/,
    ],
  ])("A11: %s: said, exit code 1, and nothing is changed", async (_what, change, message) => {
    const { ledger, file } = await ledgerWith(3);
    await ledger.close();
    change(file);
    const before = bytesOf(file);
    const { code, stdout } = await runCommand(["ledger", "check", "--ledger", "ledger.db"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^problem +/m);
    expect(stdout).toMatch(message);
    expect(bytesOf(file)).toEqual(before);
    const json = await runCommand(["ledger", "check", "--ledger", "ledger.db", "--json"]);
    const { problems } = JSON.parse(json.stdout) as { problems: string[] };
    expect(problems.join("\n")).toMatch(message);
  });

  test("A11: a part of a ledger: said, and not read together with what does not belong to it", async () => {
    const { ledger, file } = await ledgerWith(2);
    copy(file, "copied.db");
    const without = await runCommand(["ledger", "check", "--ledger", "copied.db"]);
    expect(without).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("copied.db-wal, which holds what was recorded last, is missing"),
    });
    const other = await openSqliteLedger({ file: "other.db" });
    await claims(other, 0, 3);
    copy("other.db-wal", "copied.db-wal");
    const foreign = await runCommand(["ledger", "check", "--ledger", "copied.db"]);
    expect(foreign).toMatchObject({ code: 1, stdout: expect.stringContaining("is not that of the ledger") });
    expect(foreign.stdout).not.toContain("holds");
    await other.close();
    await ledger.close();
  });

  test("A11: none is there: 1, and none is made", async () => {
    const folder = workingFolder();
    const { code, stdout, stderr } = await runCommand(["ledger", "check"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("There is no ledger at");
    expect(readdirSync(folder)).toEqual([]);
  });

  const postgres = usePostgres();

  test("A11: of PostgreSQL: version and counts; one that is missing is not made; no password is shown", async () => {
    const address = await postgres.server().connectionString("checked");
    const missing = await runCommand(["ledger", "check", "--ledger", address]);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There is no ledger in postgres://127.0.0.1"),
    });
    const ledger = await postgres.open({ address, schema: "buyonce" });
    await claims(ledger, 0, 2);
    const { code, stdout } = await runCommand(["ledger", "check", "--ledger", address]);
    const place = `postgres://127.0.0.1:${postgres.server().port}/checked`;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^ledger    ${place}\\nschema    \\d\\nholds     1 execution with 2 recommendations: 0 bought\\nwhole     as far as it shows here; its files are the server's\\n$`,
      ),
    );
    expect(missing.stderr + stdout).not.toContain("imitation@");
  });
});

test("A11: a ledger that is backed up stays the ledger that it was", async () => {
  const { file, ledger, backup } = await ledgerWith(2);
  await ledger.close();
  await backupSqlite({ from: file, to: backup, at });
  expect(existsSync(`${file}-wal`)).toBe(false);
  const again = await openSqliteLedger({ file, create: false });
  expect(await countOf(again)).toBe(2);
  await again.close();
});
