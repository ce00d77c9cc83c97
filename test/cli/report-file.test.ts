import { existsSync, linkSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driveCommand } from "../../src/cli/commands/drive.ts";
import { redriveCommand } from "../../src/cli/commands/redrive.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Ledger, TokenRecord } from "../../src/contract/ledger.ts";
import { maskToken } from "../../src/contract/token.ts";
import { makePipe, temporaryFolder } from "../sandbox/support.ts";
import {
  bought,
  executionId,
  executionOf,
  fakeTerminal,
  outcome,
  plainOptions,
  report,
  standInParts,
} from "./stand-ins.ts";

async function setup(openLedger?: () => Ledger) {
  const folder = temporaryFolder();
  const file = join(folder, "execution.json");
  await writeFile(file, JSON.stringify(executionOf("azure")));
  const { terminal, written } = fakeTerminal();
  const { parts, calls } = standInParts({
    terminal,
    ...(openLedger ? { openLedger } : {}),
    drive: async ({ onEvent }) => {
      const { token } = outcome();
      onEvent?.({ at: 1_000_000, type: "quoting", recIndex: 0, token: maskToken(token) });
      return report([outcome(bought)]);
    },
  });
  return { folder, file, parts, calls, written };
}
const options = { ...plainOptions, yes: true };

describe("drive --report", () => {
  test("writes a page with what was driven, what it cost and what happened", async () => {
    const { folder, file, parts, written } = await setup();
    const page = join(folder, "report.html");
    expect(await driveCommand(file, { ...options, report: page }, parts)).toBe(0);
    const text = readFileSync(page, "utf8");
    expect(text).toContain("azure compute × 1");
    expect(text).toContain("24.50 GBP");
    expect(text).toContain("Asked the provider for the price");
    expect(text).toContain("Decided by test");
    expect(text).not.toContain("A trial against an imitation");
    expect(written.stderr).toContain(`Report: ${page}`);
    // The ledger of the stand-ins knows nothing of it.
    expect(written.stderr).toContain(`The report has no history of ${executionId}`);
  });

  test("against an imitation the page says so", async () => {
    const { folder, file, parts } = await setup();
    const page = join(folder, "report.html");
    await driveCommand(file, { ...options, sandbox: true, report: page }, parts);
    expect(readFileSync(page, "utf8")).toContain("A trial against an imitation");
  });

  test.each(["missing/report.html", "."])("%s cannot be written: said before anything is sent", async (name) => {
    const { folder, file, parts, calls } = await setup();
    await expect(driveCommand(file, { ...options, report: join(folder, name) }, parts)).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining("Nothing was sent"),
    });
    expect(calls.names).toEqual([]);
  });

  test("a page that cannot be written after all changes nothing about what was bought", async () => {
    const { folder, file, parts, written } = await setup();
    const page = join(folder, "report.html");
    const { createPurchaser } = parts;
    const late = {
      ...parts,
      createPurchaser: async (given: Parameters<typeof createPurchaser>[0]) => {
        const purchaser = await createPurchaser(given);
        return {
          ...purchaser,
          drive: async (...args: Parameters<typeof purchaser.drive>) => {
            await mkdir(page);
            return purchaser.drive(...args);
          },
        };
      },
    };
    // C9: nobody may take it for written.
    expect(await driveCommand(file, { ...options, report: page }, late)).toBe(1);
    expect(written.stderr).toContain("The report could not be written");
    expect(written.stderr).toContain("it is a folder");
    expect(written.stdout).toContain("24.50 GBP");
  });

  test("C7: an older report is replaced, whole", async () => {
    const { folder, file, parts } = await setup();
    const page = join(folder, "report.html");
    await driveCommand(file, { ...options, report: page }, parts);
    const first = readFileSync(page, "utf8");
    writeFileSync(page, `${first.slice(0, 300)}older`);
    expect(await driveCommand(file, { ...options, report: page }, parts)).toBe(0);
    expect(readFileSync(page, "utf8")).toBe(first);
    expect(readdirSync(folder).toSorted()).toEqual(["execution.json", "report.html"]);
  });

  const texts = { page: "<!doctype html><title>my page</title>", empty: "", database: "SQLite format 3\0" };
  test.each<readonly [string, (path: string, folder: string) => void, string]>([
    ["another page", (path) => writeFileSync(path, texts.page), "is no report of buyonce"],
    ["an empty file", (path) => writeFileSync(path, texts.empty), "is no report of buyonce"],
    ["a database", (path) => writeFileSync(path, texts.database), "is no report of buyonce"],
    [
      "the execution itself",
      (path, folder) => linkSync(join(folder, "execution.json"), path),
      "is no report of buyonce",
    ],
    ["a link to a file", (path, folder) => symlinkSync(join(folder, "execution.json"), path), "it is a link"],
    ["a link that leads nowhere", (path, folder) => symlinkSync(join(folder, "none"), path), "it is a link"],
    ["a pipe", makePipe, "it is a pipe"],
  ])("C7: %s in its place is refused before anything is sent, and left as it is", async (_what, put, message) => {
    const { folder, file, parts, calls } = await setup();
    const page = join(folder, "report.html");
    put(page, folder);
    const before = lstatSync(page);
    await expect(driveCommand(file, { ...options, report: page }, parts)).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(message),
    });
    const { ino, size, mtimeMs, mode } = lstatSync(page);
    expect({ ino, size, mtimeMs, mode }).toEqual({
      ino: before.ino,
      size: before.size,
      mtimeMs: before.mtimeMs,
      mode: before.mode,
    });
    expect(calls.names).toEqual([]);
    expect(readdirSync(folder).toSorted()).toEqual(["execution.json", "report.html"]);
  });

  test.each(["ledger.db", "ledger.db-wal", "below/../ledger.db"])(
    "C7: the ledger's own place (%s) is refused, though nothing is there yet",
    async (name) => {
      const { folder, file, parts, calls } = await setup();
      await mkdir(join(folder, "below"));
      const places = { ledger: join(folder, "ledger.db"), report: `${folder}/${name}` };
      await expect(driveCommand(file, { ...options, ...places }, parts)).rejects.toMatchObject({
        code: "invalid-configuration",
        message: expect.stringContaining("for the ledger or an imitation"),
      });
      expect(calls.names).toEqual([]);
    },
  );

  test("without it nothing is written", async () => {
    const { folder, file, parts, written } = await setup();
    await driveCommand(file, options, parts);
    expect(existsSync(join(folder, "report.html"))).toBe(false);
    expect(written.stderr).not.toContain("Report:");
  });
});

test("redrive --report writes a page from the ledger's own descriptions and history", async () => {
  const [recommendation] = executionOf("azure").recommendations;
  const { token } = outcome();
  const record = {
    token,
    executionId,
    recIndex: 0,
    source: "cudly-web",
    recommendation,
    scope: { key: "azure/1", label: "Azure tenant 1" },
    state: "unknown",
    updatedAt: 0,
    createdAt: 0,
  } as unknown as TokenRecord;
  const entry = {
    token,
    at: 5,
    event: "unknown",
    from: "submitted",
    to: "unknown",
    holder: "vm",
    epoch: 1,
    attempt: 1,
  };
  const { folder, parts } = await setup(() => ({
    ...createMemoryLedger(),
    recordsOf: async () => [record],
    history: async () => [{ ...entry, detail: "outcome-unknown: no answer" } as never],
  }));
  const page = join(folder, "report.html");
  const redrive = { ...options, retryRefused: false, parked: false, report: page };
  expect(await redriveCommand(executionId, redrive, parts)).toBe(0);
  const text = readFileSync(page, "utf8");
  expect(text).toContain("azure compute × 1");
  expect(text).toContain("Decided by cudly-web");
  expect(text).toContain("What to look for at the provider");
  expect(text).toContain("It is not known whether it was bought");
});
