import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Ledger } from "../../src/contract/ledger.ts";
import { applicationId } from "../../src/ledger/sqlite/sqlite-migrate.ts";
import { migrations } from "../../src/ledger/sqlite/sqlite-migrations.ts";
import { claimRequest, newExecution } from "../../src/testing/ledger-values.ts";

/**
 * Copies a file as a person does. In another process: this one would lose the locks that it has on the file when it closes
 * it.
 */
export function copy(from: string, to: string): void {
  execFileSync("cp", [from, to]);
}

/** Records an execution of so many places, and claims them, each in a transaction of its own, or all in one. */
export async function claims(ledger: Ledger, from: number, until: number, atOnce = false): Promise<void> {
  const executionId = `execution-${from + 1}`;
  const places = Array.from({ length: until - from }, (_, recIndex) => {
    return { ...claimRequest(from + recIndex), executionId, recIndex };
  });
  await ledger.recordExecution(newExecution(places));
  if (atOnce) await ledger.claim(places, "driver-1", 30_000);
  else for (const place of places) await ledger.claim([place], "driver-1", 30_000);
}

/** How many records a ledger has. */
export async function countOf(ledger: Ledger): Promise<number> {
  return (await ledger.records({ limit: 10_000 })).length;
}

/** What the files of a ledger hold, those that are there. */
export function bytesOf(file: string): Record<string, string> {
  const ends = ["", "-wal", "-shm", "-journal"].filter((end) => existsSync(`${file}${end}`));
  return Object.fromEntries(ends.map((end) => [end, readFileSync(`${file}${end}`).toString("base64")]));
}

/** A ledger as the first version of the tables had it, in WAL mode and closed, with the records of another ledger. */
export function firstVersion(file: string, records: readonly object[] = []): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; ${migrations[0]}`);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1`);
  const put = database.prepare("INSERT INTO token_record VALUES (?, ?, ?, ?, 'claimed', NULL, 'unfinished', 0, ?)");
  for (const [index, record] of records.entries()) {
    put.run(`token-${index}`, "execution-1", index, "scope", JSON.stringify(record));
  }
  return database;
}

/** Overwrites a page of a ledger that nobody has open. */
export function damage(file: string): void {
  const database = new DatabaseSync(file);
  const { rootpage } =
    database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'history_of_token'").get() ?? {};
  const { page_size: size } = database.prepare("PRAGMA page_size").get() ?? {};
  database.close();
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(Number(size), 0xff), 0, Number(size), (Number(rootpage) - 1) * Number(size));
  closeSync(handle);
}
