import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { program } from "../test-programs.ts";

const main = program("src/cli/main.ts");

test.each([
  [
    "an SQLite ledger",
    ["--sandbox"],
    /needs one in PostgreSQL: --ledger postgres:\/\/.* buyonce serve drives what it accepts/,
  ],
  ["a real cloud without --yes", ["--ledger", "postgres://127.0.0.1:9/none"], /would spend real money .*Give --yes/],
  [
    "a database that nobody answers at",
    ["--sandbox", "--ledger", "postgres://127.0.0.1:9/none"],
    /The ledger in PostgreSQL at 127\.0\.0\.1:9\/none/,
  ],
])("buyonce work refuses %s in one sentence, and makes nothing", (_what, args, said) => {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-work-"));
  try {
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, "work", ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, BUYONCE_LEDGER: undefined, BUYONCE_DEBUG: "" },
    });
    expect(stderr).toMatch(said);
    expect(stdout).toBe("");
    expect(status).toBeGreaterThan(0);
    expect(readdirSync(folder).filter((name) => name !== ".buyonce")).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
