import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { driveCommand, type DriveCommandOptions } from "../../src/cli/commands/drive.ts";
import { createProviders, endpointsAt } from "../../src/cli/resources/providers.ts";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";
import { fakeTerminal, plainOptions, standInParts } from "./stand-ins.ts";

const { executionId } = fixture;
const gbp = (amount: string) => ({ amount, currency: "GBP" });

/** Drives at a terminal, against a sandbox that counts as the real cloud. The first order costs 24 GBP. */
async function atTerminal(
  maxPrices: readonly string[],
  { maxTotals, approval = false }: { maxTotals?: string; approval?: boolean } = {},
) {
  workingFolder();
  const sandbox = await startCloudSandbox();
  const [recommendation] = fixture.recommendations;
  const write = (limits: readonly string[], total?: string) => {
    const recommendations = limits.map((limit) => ({ ...recommendation, maxPrice: gbp(limit) }));
    const totals = total === undefined ? {} : { maxTotals: [gbp(total)] };
    writeFileSync("e.json", JSON.stringify({ ...fixture, ...totals, recommendations }));
  };
  write(maxPrices, maxTotals);
  const submitted = ["submit", "e.json", "--ledger", "l.db", ...(approval ? ["--require-approval"] : [])];
  expect((await runCommand(submitted)).code).toBe(0);
  const drive = async (answer: "yes" | "no", options: Partial<DriveCommandOptions> = {}) => {
    const { terminal, written } = fakeTerminal({ tty: true, columns: 200 });
    const stands = standInParts({ terminal, answer });
    const code = await driveCommand(
      "e.json",
      { ...plainOptions, ledger: "l.db", ...options },
      {
        ...stands.parts,
        openLedger,
        createPurchaser,
        createProviders: (names) => createProviders(names, endpointsAt(sandbox.url), 60_000),
        now: () => Date.now(),
      },
    ).catch((error: unknown) => error);
    return { code, question: stands.calls.question, ...written };
  };
  const recorded = async () => {
    const { stdout } = await runCommand(["executions", executionId, "--ledger", "l.db", "--json"]);
    return (JSON.parse(stdout) as { execution: { termsVersion: number; maxTotals?: unknown; money: object } })
      .execution;
  };
  return { sandbox, write, drive, recorded };
}

describe("a file that raises recorded limits, at a terminal", () => {
  test("the question says what is raised from what to what; a no changes nothing, a yes raises it and buys", async () => {
    const { sandbox, write, drive, recorded } = await atTerminal(["20", "24"], { maxTotals: "44" });
    await using _closed = sandbox;
    write(["30", "24"], "54");
    const question =
      "The file allows more than the recorded limits; a yes raises maxTotals from 44.00 GBP to 54.00 GBP, maxPrice of #0 from 20.00 GBP to 30.00 GBP. Buy 2 commitments for 48.00 GBP? This cannot be undone.";
    const no = await drive("no");
    expect(no).toMatchObject({ code: { code: "aborted" }, question });
    expect(await recorded()).toMatchObject({ termsVersion: 1, maxTotals: [gbp("44")] });
    expect(sandbox.purchases()).toBe(0);
    expect(await drive("yes")).toMatchObject({ code: 0, question });
    expect(await recorded()).toMatchObject({ termsVersion: 2, maxTotals: [gbp("54")] });
    expect(sandbox.purchases()).toBe(2);
  });

  test("--raise-limits asks the same; without a raise nothing is said of it", async () => {
    const { sandbox, write, drive } = await atTerminal(["20"]);
    await using _closed = sandbox;
    write(["30"]);
    const { code, question } = await drive("yes", { raiseLimits: true });
    expect([code, question]).toEqual([0, expect.stringContaining("maxPrice of #0 from 20.00 GBP to 30.00 GBP")]);
    expect((await drive("yes")).question).toBe("All of it was bought before. Drive it again to see how it stands?");
  });

  test("more than five are listed above the question", async () => {
    const { sandbox, write, drive } = await atTerminal(Array(6).fill("20"));
    await using _closed = sandbox;
    write(Array(6).fill("30"));
    const { question, stderr } = await drive("no");
    expect(question).toContain("a yes raises 6 of them, listed above. Buy 6 commitments");
    expect(stderr.match(/^Raises maxPrice of #\d from 20\.00 GBP to 30\.00 GBP$/gm)).toHaveLength(6);
  });

  test("where an approval is required, and without a question, it is refused as ever", async () => {
    const approved = await atTerminal(["20"], { approval: true });
    {
      await using _closed = approved.sandbox;
      approved.write(["30"]);
      const { code, question, stdout } = await approved.drive("yes");
      expect([code, question]).toEqual([3, "Nothing can be bought as it stands. Report it all the same?"]);
      expect(stdout).toContain("limits-differ");
      expect((await approved.recorded()).termsVersion).toBe(1);
    }
    const { sandbox, write, drive, recorded } = await atTerminal(["20"]);
    await using _closed = sandbox;
    write(["30"]);
    const { code, question, stdout } = await drive("yes", { yes: true });
    expect([code, question, (await recorded()).termsVersion]).toEqual([3, undefined, 1]);
    expect(stdout).toContain("limits-differ");
  });
});
