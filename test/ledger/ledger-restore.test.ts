import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { backupSqlite } from "../../src/ledger/sqlite/backup-sqlite.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { readMainFile } from "../../src/ledger/sqlite/main-file.ts";
import { restoreSqlite } from "../../src/ledger/sqlite/restore-sqlite.ts";
import { runCommand } from "../cli/run-command.ts";
import { bytesOf, claims, copy, countOf, damage, firstVersion } from "./ledger-files.ts";
import { usePostgres } from "./postgres-fixture.ts";
import { workingFolder } from "./working-folder.ts";

// Restored later than anything here is recorded.
const [backedUp, restored] = [Date.UTC(2026, 10, 22, 9, 5, 0), Date.UTC(2126, 10, 23, 9, 5, 0)];

/** A backup of a ledger of two records, to which a third was added since; in a working folder. */
async function withBackup() {
  const folder = workingFolder();
  const [file, backup] = [join(folder, "ledger.db"), join(folder, "backup.db")];
  const ledger = await openSqliteLedger({ file });
  await claims(ledger, 0, 2);
  await backupSqlite({ from: file, to: backup, at: backedUp });
  await claims(ledger, 2, 3);
  return { folder, file, backup, ledger, to: join(folder, "restored.db") };
}

describe("A11: buyonce ledger restore", () => {
  test("A11: puts the backup into an empty place, marked as restored, for its owner alone, and leaves the backup as it is", async () => {
    const { backup, ledger, to } = await withBackup();
    await ledger.close();
    const before = bytesOf(backup);
    const summary = await restoreSqlite({ from: backup, to, at: restored });
    expect(summary).toMatchObject({ place: to, backupAt: backedUp, restoredAt: restored, problems: [] });
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(bytesOf(backup)).toEqual(before);
    const again = await openSqliteLedger({ file: to, create: false });
    expect(await again.restoredAt()).toBe(restored);
    expect(await countOf(again)).toBe(2);
    await claims(again, 2, 3);
    await again.close();
    const later = await openSqliteLedger({ file: to, create: false });
    expect([await later.restoredAt(), await countOf(later)]).toEqual([restored, 3]);
    await later.close();
  });

  test("A11: the command says what it forgot and what to do, as text and as JSON; check and backup keep the mark", async () => {
    const { folder, ledger } = await withBackup();
    await ledger.close();
    const text = await runCommand(["ledger", "restore", "backup.db"]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toBe(
      `Restored to ${folder}/.buyonce/ledger.db: 1 execution with 2 recommendations: 0 bought.\nWhat was sent, bought, cancelled or limited since the backup was made, at 2026-11-22 09:05:00 UTC, is not in it. So nothing of what it holds is sent until a person confirms each execution, which compares it with the providers first.\nnext: see which wait, and confirm each (buyonce confirm).\n    buyonce executions\n`,
    );
    const json = await runCommand(["ledger", "restore", "backup.db", "--ledger", "b.db", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      place: join(folder, "b.db"),
      backupAt: "2026-11-22T09:05:00.000Z",
      restoredAt: expect.stringMatching(/^20\d\d-.*Z$/),
      counts: { recommendations: 2 },
      problems: [],
    });
    expect((await runCommand(["ledger", "check"])).stdout).toMatch(/^restored  20\d\d-.* UTC, from a backup$/m);
    await runCommand(["ledger", "backup", "second.db"]);
    expect(readMainFile("second.db")).toMatchObject({ restoredAt: expect.any(Number), backupAt: expect.any(Number) });
  });

  test("A11: a log of its former life is a foreign one", async () => {
    const { file, backup, ledger, to } = await withBackup();
    copy(`${file}-wal`, "former-wal");
    await ledger.close();
    await restoreSqlite({ from: backup, to, at: restored });
    copy("former-wal", `${to}-wal`);
    await expect(openSqliteLedger({ file: to })).rejects.toThrow("is not that of the ledger");
  });

  test.each<[string, (to: string) => void]>([
    ["a ledger", (to) => copy("ledger.db", to)],
    ["an empty file", (to) => writeFileSync(to, "")],
    ["a log alone", (to) => writeFileSync(`${to}-wal`, "x")],
    ["an index of a log", (to) => writeFileSync(`${to}-shm`, "")],
    ["a journal", (to) => writeFileSync(`${to}-journal`, "")],
    ["a folder", (to) => mkdirSync(to)],
    ["a link that leads nowhere", (to) => symlinkSync("none", to)],
  ])("A11: over %s: refused, and nothing is made or changed", async (_what, put) => {
    const { folder, ledger } = await withBackup();
    await ledger.close();
    put("there.db");
    const [before, bytes] = [readdirSync(folder), bytesOf("backup.db")];
    const there = statSync("there.db", { throwIfNoEntry: false })?.isFile() ? bytesOf("there.db") : undefined;
    const { code, stdout, stderr } = await runCommand(["ledger", "restore", "backup.db", "--ledger", "there.db"]);
    expect(code).not.toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /exists, and nothing is replaced\. Move away what is there first, with its -wal and -shm\.|is a folder|leads nowhere/,
    );
    expect([readdirSync(folder), bytesOf("backup.db")]).toEqual([before, bytes]);
    if (there !== undefined) expect(bytesOf("there.db")).toEqual(there);
  });

  test("A11: over the ledger that drivers have open: refused, and they go on", async () => {
    const { file, backup, ledger } = await withBackup();
    await expect(restoreSqlite({ from: backup, to: file, at: restored })).rejects.toThrow("nothing is replaced");
    await claims(ledger, 3, 4);
    expect(await countOf(ledger)).toBe(4);
    await ledger.close();
  });

  test.each<[string, number, (backup: string) => void, RegExp]>([
    ["is not there", 1, () => undefined, /There is no backup at .*none\.db/],
    ["is empty", 1, (path) => writeFileSync(path, ""), /There is no backup at/],
    ["is no database", 1, (path) => writeFileSync(path, "no database ".repeat(999)), /is no SQLite database/],
    ["is a folder", 1, (path) => mkdirSync(path), /is a folder/],
    [
      "is another program's",
      1,
      (path) => {
        const database = new DatabaseSync(path);
        database.exec("CREATE TABLE t (a)");
        database.close();
      },
      /is a database, but not a ledger of buyonce/,
    ],
    [
      "was written by a newer version",
      1,
      (path) => {
        copy("backup.db", path);
        const database = new DatabaseSync(path);
        database.exec("PRAGMA user_version = 99");
        database.close();
      },
      /newer version of buyonce/,
    ],
    [
      "lacks a part of its history",
      1,
      (path) => {
        copy("backup.db", path);
        const database = new DatabaseSync(path);
        database.exec("DELETE FROM history WHERE sequence = 1");
        database.close();
      },
      /1 of 2 lines of its history are missing/,
    ],
    [
      "is damaged",
      1,
      (path) => {
        copy("backup.db", path);
        damage(path);
      },
      /damaged/,
    ],
    [
      "has the log of another ledger beside it",
      1,
      (path) => {
        copy("ledger.db", path);
        copy("foreign-wal", `${path}-wal`);
      },
      /is not that of the ledger/,
    ],
  ])("A11: from what %s: refused, and nothing is made", async (_what, expected, put, message) => {
    const { folder, ledger } = await withBackup();
    const other = await openSqliteLedger({ file: "other.db" });
    await claims(other, 0, 3);
    copy("other.db-wal", "foreign-wal");
    await other.close();
    await ledger.close();
    put("none.db");
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await runCommand(["ledger", "restore", "none.db", "--ledger", "to.db"]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toMatch(message);
    // Of what it read SQLite may make a new index.
    expect(readdirSync(folder).filter((name) => name !== "none.db-shm")).toEqual(before);
  });

  test("A11: bad usage: what is no path, a folder that is missing, and PostgreSQL", async () => {
    const { folder, ledger } = await withBackup();
    await ledger.close();
    const before = readdirSync(folder);
    for (const [args, message] of [
      [["postgress://u:s3cret@h/db"], "is neither a path nor"],
      [["postgres://u:s3cret@h/db"], "must be a path"],
      [["backup.db", "--ledger", "none/ledger.db"], "there is no such folder"],
      [["backup.db", "--ledger", "postgres://u:s3cret@h/db"], "restore it with pg_restore"],
    ] as const) {
      const { code, stderr } = await runCommand(["ledger", "restore", ...args]);
      expect({ code, says: stderr.includes(message), tells: stderr.includes("s3cret") }, stderr).toEqual({
        code: 2,
        says: true,
        tells: false,
      });
    }
    expect(readdirSync(folder)).toEqual(before);
  });

  test("A11: a ledger.db whose log is gone for good may be restored; what holds nothing may not", async () => {
    const { file, folder, ledger } = await withBackup();
    copy(file, "alone.db");
    const summary = await restoreSqlite({ from: join(folder, "alone.db"), to: join(folder, "to.db"), at: restored });
    expect(summary).toMatchObject({ restoredAt: restored, backupAt: undefined, problems: [] });
    firstVersionAlone("nothing.db");
    const { code, stderr } = await runCommand(["ledger", "restore", "nothing.db", "--ledger", "to2.db"]);
    expect(code).toBe(1);
    expect(stderr).toContain("there is no ledger of buyonce in it");
    expect(existsSync("to2.db")).toBe(false);
    await ledger.close();
  });

  test("A11: one of the first version of the tables is brought up to date", async () => {
    const { folder, file, ledger, to } = await withBackup();
    const records = await ledger.recordsOf("execution-1");
    await ledger.close();
    const old = join(folder, "old.db");
    firstVersion(old, records).close();
    expect(await restoreSqlite({ from: old, to, at: restored })).toMatchObject({ schema: 8, restoredAt: restored });
    const again = await openSqliteLedger({ file: to });
    expect(await again.recordsOf("execution-1")).toEqual(records);
    await again.close();
    expect(existsSync(file)).toBe(true);
  });
});

/** The main file of a ledger of the first version in its first life: all of it was in the log. */
function firstVersionAlone(path: string): void {
  const database = firstVersion("first.db");
  copy("first.db", path);
  database.close();
}

describe("A11: buyonce ledger restore without a file marks what was restored by other means", () => {
  test("A11: an SQLite ledger", async () => {
    const { file, ledger } = await withBackup();
    expect(await ledger.restoredAt()).toBeUndefined();
    const { code, stdout } = await runCommand(["ledger", "restore", "--ledger", "ledger.db"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `Marked as restored: ${file}.\nWhat was sent, bought, cancelled or limited since its backup was made is not in it. So nothing of what it holds is sent until a person confirms each execution, which compares it with the providers first.\nnext: see which wait, and confirm each (buyonce confirm).\n    buyonce executions --ledger ledger.db\n`,
    );
    // Also for those who have it open.
    expect(await ledger.restoredAt()).toBeGreaterThan(backedUp);
    await ledger.close();
  });

  test("A11: none is there: refused, and none is made", async () => {
    const folder = workingFolder();
    expect(await runCommand(["ledger", "restore"])).toMatchObject({ code: 1, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });

  const postgres = usePostgres();

  test("A11: a PostgreSQL ledger", async () => {
    const address = await postgres.server().connectionString("restored");
    const ledger = await postgres.open({ address, schema: "buyonce" });
    expect(await ledger.restoredAt()).toBeUndefined();
    const { code, stdout } = await runCommand(["ledger", "restore", "--ledger", address, "--json"]);
    expect(code).toBe(0);
    const { restoredAt } = JSON.parse(stdout) as { restoredAt: string };
    expect(await ledger.restoredAt()).toBe(Date.parse(restoredAt));
    expect((await runCommand(["ledger", "check", "--ledger", address])).stdout).toContain("restored  ");
  });

  test("A11: a PostgreSQL ledger of an older version is brought up to date, and keeps what it holds", async () => {
    const schema = postgres.newSchema();
    const first = await postgres.open({ schema });
    await claims(first, 0, 2);
    const newer = [
      "ledger_mark",
      "submitted_key",
      "history_number",
      "webhook_endpoint",
      "webhook_message",
      "announced",
    ];
    for (const table of newer) await postgres.rows(`DROP TABLE ${schema}.${table}`);
    await postgres.rows(`DROP INDEX ${schema}.rest_in_state`);
    await postgres.rows(`ALTER TABLE ${schema}.execution DROP COLUMN caller`);
    await postgres.rows(`ALTER TABLE ${schema}.token_record DROP COLUMN fingerprint, DROP COLUMN bought_at`);
    await postgres.rows(`ALTER TABLE ${schema}.execution_history DROP COLUMN number`);
    await postgres.rows(`ALTER TABLE ${schema}.history DROP COLUMN number, DROP COLUMN execution_id`);
    await postgres.rows(`DELETE FROM ${schema}.buyonce_migration WHERE version > 2`);
    const ledger = await postgres.open({ schema });
    expect([await ledger.restoredAt(), await countOf(ledger)]).toEqual([undefined, 2]);
    await ledger.markRestored();
    expect(await first.restoredAt()).toBe(await ledger.restoredAt());
  });
});
