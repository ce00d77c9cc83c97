import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createProviders, endpointsAt } from "../../src/cli/resources/providers.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { compute, ec2, executionOf, search } from "../end-to-end/recommendations.ts";
import { usePostgres } from "../ledger/postgres-fixture.ts";
import { runCommand } from "./run-command.ts";

const { executionId } = executionOf(compute);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-report-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Two are bought, one is too dear. */
async function buy(ledger: Ledger) {
  await using sandbox = await startCloudSandbox();
  const providers = await createProviders(["azure", "aws"], endpointsAt(sandbox.url), 30_000);
  const dear = { ...search, maxPrice: { amount: "0.01", currency: "GBP" } };
  await createPurchaser({ ledger, providers }).drive(executionOf(compute, dear, ec2));
}

async function checkReport(location: string) {
  const ledger = ["--ledger", location];
  const before = await runCommand(["history", executionId, ...ledger, "--json"]);
  const file = join(folder, `${Math.random()}.html`);
  const made = await runCommand(["report", executionId, ...ledger, "--out", file]);
  expect(made).toEqual({ code: 0, stdout: "", stderr: `Report: ${file}\n` });
  const page = await readFile(file, "utf8");
  expect(page).toContain("1 not bought, 2 of 3 bought");
  expect(page).toContain("of what the ledger held then");
  expect(page).not.toMatch(/in this run/i);
  const numbers = [...page.matchAll(/<td class="number">(\d)/g)].map(([, number]) => Number(number));
  expect(numbers).toEqual([1, 0, 2]);
  expect(page).toContain(`href="https://portal.azure.com/`);
  expect(page).toContain("What happened when (UTC)");

  // The page again, in place of the older one; and piped.
  expect((await runCommand(["report", executionId, ...ledger, "--out", file])).code).toBe(0);
  const piped = await runCommand(["report", executionId, ...ledger, "--out", "-"]);
  expect([piped.code, piped.stdout.startsWith("<!doctype html>"), piped.stderr]).toEqual([0, true, ""]);

  const json = await runCommand(["report", executionId, ...ledger, "--json"]);
  const { outcomes } = JSON.parse(json.stdout) as { readonly outcomes: readonly { readonly status: string }[] };
  expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "refused", "purchased"]);
  // Nothing of the ledger was changed.
  expect((await runCommand(["history", executionId, ...ledger, "--json"])).stdout).toBe(before.stdout);
}

describe("buyonce report makes the page from the ledger", { timeout: 60_000 }, () => {
  test("of SQLite", async () => {
    const location = join(folder, "l.db");
    const ledger = await openLedger(location);
    await buy(ledger);
    await ledger.close();
    await checkReport(location);
  });

  test("a file that is no page, and an execution that is not there, are errors, and nothing is written", async () => {
    const location = join(folder, "l.db");
    const mine = join(folder, "mine.html");
    await writeFile(mine, "mine");
    const taken = await runCommand(["report", executionId, "--ledger", location, "--out", mine]);
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining("is no report of buyonce")]);
    expect(await readFile(mine, "utf8")).toBe("mine");
    const own = await runCommand(["report", executionId, "--ledger", location, "--out", `${location}-wal`]);
    expect([own.code, own.stderr]).toEqual([2, expect.stringMatching(/--out names|is no report/)]);
    const none = await runCommand(["report", "nobody", "--ledger", location, "--out", join(folder, "none.html")]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('knows no execution "nobody"')]);
  });
});

describe("and of PostgreSQL", { timeout: 60_000 }, () => {
  const { connectionString } = usePostgres();

  test("the same", async () => {
    const ledger = await openLedger(connectionString());
    await buy(ledger);
    await ledger.close();
    await checkReport(connectionString());
  });
});
