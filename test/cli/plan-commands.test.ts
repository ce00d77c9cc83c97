import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv, type AnySchemaObject } from "ajv";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { PlanDocument } from "../../src/index.ts";
import { fixtureExecution } from "../fixture-execution.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";

const gbp = (amount: string) => ({ amount, currency: "GBP" });
const { executionId, source, recommendations } = fixtureExecution();

/** An execution file of two in an empty folder, and a sandbox that all commands ask. */
async function inFolder(limits: readonly (string | undefined)[] = ["30", "3000"]) {
  workingFolder();
  const sandbox: CloudSandbox = await startCloudSandbox();
  onTestFinished(() => sandbox.close());
  const write = (maxPrices: typeof limits) => {
    const places = maxPrices.map((limit, index) => {
      const { maxPrice: _fixtures, ...place } = recommendations[index] ?? {};
      return { ...place, ...(limit === undefined ? {} : { maxPrice: gbp(limit) }) };
    });
    writeFileSync("e.json", JSON.stringify({ executionId, source, recommendations: places }));
  };
  write(limits);
  const ledger = ["--ledger", "l.db"];
  const at = ["--azure-endpoint", sandbox.url, ...ledger];
  const plan = () => JSON.parse(readFileSync("plan.json", "utf8")) as PlanDocument;
  return { sandbox, write, ledger, at, plan };
}

describe("buyonce quote --out, then drive", () => {
  test("writes what its schema takes, says how it is used, and what is driven is what was seen", async () => {
    const { at, plan, sandbox, ledger } = await inFolder();
    const { code, stdout } = await runCommand(["quote", "e.json", "--out", "plan.json", "--tolerance", "1%", ...at]);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/plan {18}plan\.json\n/);
    expect(stdout).toMatch(/buys {18}#0, #1\n/);
    expect(stdout).toMatch(/all of it at most {5}2363\.40 GBP\n/);
    expect(stdout).toContain(`buyonce drive plan.json --ledger l.db --azure-endpoint ${sandbox.url}`);
    expect(stdout).toMatch(/Nothing was bought\.\n$/);
    const schema = resolve(import.meta.dirname, "../../schemas/plan.json");
    const formats = { uuid: true as const, "date-time": (text: string) => !Number.isNaN(Date.parse(text)) };
    const ajv = new Ajv({ allErrors: true, strict: false, formats });
    const accepts = ajv.compile(JSON.parse(readFileSync(schema, "utf8")) as AnySchemaObject);
    expect([accepts(plan()), accepts.errors]).toEqual([true, null]);
    expect(accepts({ ...plan(), execution: {} })).toBe(false);
    expect(plan()).toMatchObject({ imitation: true, tolerancePercent: "1", seen: [{ limit: gbp("24.24") }, {}] });
    expect(existsSync("l.db")).toBe(false);

    const driven = await runCommand(["drive", "plan.json", ...at]);
    expect([driven.code, sandbox.purchaseRequests().length]).toEqual([0, 2]);
    expect((await runCommand(["drive", "plan.json", ...at])).code).toBe(0);
    expect(sandbox.purchaseRequests().length).toBe(2);
    const { stdout: json } = await runCommand(["executions", executionId, ...ledger, "--json"]);
    expect(JSON.parse(json)).toMatchObject({
      execution: { maxTotals: [gbp("2363.4")], expiresAt: plan().holdsUntil, termsHash: plan().termsHash },
    });
  });

  test("with what is refused: 3, it is written, and that is not bought once the price is right", async () => {
    const { at, plan, sandbox } = await inFolder(["30", "1"]);
    const { code, stdout } = await runCommand(["quote", "e.json", "--out", "plan.json", "--json", ...at]);
    expect([code, JSON.parse(stdout)]).toEqual([3, expect.objectContaining({ out: "plan.json" })]);
    expect(plan().seen).toMatchObject([{ verdict: "buy" }, { verdict: "refuse", limit: gbp("0") }]);
    const driven = await runCommand(["drive", "plan.json", ...at, "--json"]);
    expect(driven.code).toBe(3);
    expect(JSON.parse(driven.stdout)).toMatchObject({
      outcomes: [{ status: "purchased" }, { status: "refused", error: { code: "not-in-plan" } }],
    });
    expect(sandbox.purchaseRequests().length).toBe(1);
  });

  test("with nothing to buy: 3, the reason, and no file", async () => {
    const { at } = await inFolder(["1", "1"]);
    const said = await runCommand(["quote", "e.json", "--out", "plan.json", ...at]);
    expect([said.code, existsSync("plan.json")]).toEqual([3, false]);
    expect(said.stdout).toContain("No plan was written: The quote is 24.00 GBP, above the limit of 1.00 GBP");
    const { stdout } = await runCommand(["quote", "e.json", "--out", "plan.json", "--json", ...at]);
    expect(JSON.parse(stdout)).toMatchObject({ noPlan: { code: "price-above-limit" } });
    expect(JSON.parse(stdout)).not.toHaveProperty("out");
  });

  test("quoted itself, it says what a drive of it would do, and makes the next plan", async () => {
    const { at, plan } = await inFolder();
    await runCommand(["quote", "e.json", "--out", "plan.json", "--tolerance", "50%", ...at]);
    const { code, stdout } = await runCommand(["quote", "plan.json", "--out", "next.json", ...at]);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/24\.00 GBP +30\.00 GBP +buy it/);
    const next = JSON.parse(readFileSync("next.json", "utf8")) as PlanDocument;
    expect(next.execution.maxTotals).toEqual([gbp("2340")]);
    expect(next.execution.expiresAt).toBe(plan().holdsUntil);
  });
});

describe("for two people", () => {
  test("one submits the plan, the other approves the terms that stand in it, and anybody drives", async () => {
    const { at, ledger, plan, sandbox } = await inFolder();
    await runCommand(["quote", "e.json", "--out", "plan.json", ...at]);
    const inSandbox = ["--sandbox", ...ledger];
    const submitted = await runCommand(["submit", "plan.json", "--require-approval", ...inSandbox]);
    expect(submitted.code, submitted.stderr).toBe(0);
    expect(submitted.stdout).toContain(plan().termsHash);
    const early = await runCommand(["drive", "plan.json", ...at, "--json"]);
    expect(JSON.parse(early.stdout)).toMatchObject({ outcomes: [{ error: { code: "approval-missing" } }, {}] });
    const word = ["--person", "ann", "--reason", "seen", ...ledger];
    const approved = await runCommand(["approve", executionId, "--terms", plan().termsHash, ...word]);
    expect(approved.code, approved.stderr).toBe(0);
    const driven = await runCommand(["redrive", executionId, ...at, "--yes", "--json"]);
    expect(driven.code, driven.stderr).toBe(0);
    expect(sandbox.purchaseRequests().length).toBe(2);
  });

  test("one that was quoted in a sandbox is not submitted for real", async () => {
    const { at, ledger } = await inFolder();
    await runCommand(["quote", "e.json", "--out", "plan.json", ...at]);
    const { code, stderr } = await runCommand(["submit", "plan.json", ...ledger]);
    expect([code, existsSync("l.db")]).toEqual([2, false]);
    expect(stderr).toContain("imitation: is true: it was quoted by an imitation");
  });
});

describe("bad usage writes nothing and asks nobody", () => {
  test.each([
    [["quote", "e.json", "--tolerance", "1%"], "--tolerance is about the plan"],
    [["quote", "e.json", "--holds-for", "24h"], "--holds-for is about the plan"],
    [["quote", "e.json", "--out", "p.json", "--tolerance", "101%"], "from 0% to 100%"],
    [["quote", "e.json", "--out", "p.json", "--tolerance", "1,5"], "from 0% to 100%"],
    [["quote", "e.json", "--out", "p.json", "--holds-for", "24"], "from 1m to"],
    [["quote", "e.json", "--out", "p.json", "--holds-for", "367d"], "from 1m to"],
    [["quote", "e.json", "--out", "e.json"], "is there already"],
    [["quote", "e.json", "--out", "none/p.json"], "there is no folder none"],
  ])("%j", async (args, words) => {
    const { at, sandbox } = await inFolder();
    const { code, stderr } = await runCommand([...args, ...at]);
    expect([code, existsSync("p.json")]).toEqual([2, false]);
    expect(stderr).toContain(words);
    expect(sandbox.purchaseRequests().length).toBe(0);
  });

  test("a plan with --raise-limits, one that was altered, and one for another cloud", async () => {
    const { at, plan, ledger, sandbox } = await inFolder();
    await runCommand(["quote", "e.json", "--out", "plan.json", ...at]);
    const raising = await runCommand(["drive", "plan.json", "--raise-limits", ...at]);
    expect([raising.code, raising.stderr]).toEqual([2, expect.stringContaining("A plan never raises a limit")]);
    // Https is taken for the real cloud; nothing listens there.
    const elsewhere = ["--azure-endpoint", "https://127.0.0.1:9", "--yes", "--new-ledger", ...ledger];
    const real = await runCommand(["drive", "plan.json", ...elsewhere]);
    expect([real.code, real.stderr]).toEqual([2, expect.stringContaining("would ask the real azure")]);
    const [first, second] = plan().execution.recommendations;
    const altered = { ...plan().execution, recommendations: [first, { ...second, quantity: 7 }] };
    writeFileSync("altered.json", JSON.stringify({ ...plan(), execution: altered }));
    for (const command of ["quote", "drive"]) {
      const said = await runCommand([command, "altered.json", ...at]);
      expect([said.code, said.stderr]).toEqual([
        2,
        expect.stringContaining("execution.recommendations[1]: is not what was planned"),
      ]);
    }
    expect([sandbox.purchaseRequests().length, existsSync("l.db")]).toEqual([0, false]);
  });
});

test("a provider says whether it is an imitation's", () => {
  for (const create of [createAzure, createAws, createGcp]) {
    expect(create({ endpoint: "http://127.0.0.1:9" }).imitation).toBe(true);
    expect(create({ endpoint: "https://127.0.0.1:9" }).imitation).toBe(false);
    expect(create().imitation).toBe(false);
  }
});
