import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { driveCommand, type DriveCommandOptions } from "../../src/cli/commands/drive.ts";
import { LedgerError, RefusedError } from "../../src/contract/errors.ts";
import type { AnyExecution } from "../../src/contract/recommendation.ts";
import {
  bought,
  executionId,
  executionOf,
  fakeTerminal,
  outcome,
  quoted,
  plainOptions,
  report,
  standInParts,
} from "./stand-ins.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-drive-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command on an execution with stand-ins. */
async function drive(
  execution: unknown,
  changes: Partial<DriveCommandOptions> = {},
  { parts, calls } = standInParts(),
) {
  const file = join(folder, "execution.json");
  await writeFile(file, JSON.stringify(execution));
  const options = { ...plainOptions, ...changes };
  const run = driveCommand(file, options, parts);
  return { calls, run };
}

const loopback = { azureEndpoint: "http://127.0.0.1:4001", awsEndpoint: "http://localhost:4001" };
const limited = (execution: AnyExecution): AnyExecution => ({
  ...execution,
  recommendations: execution.recommendations.map((recommendation) => ({
    ...recommendation,
    maxPrice: { amount: "30.00", currency: "GBP" },
  })),
});

describe("an invalid file or usage: nothing is opened, started or sent", () => {
  test.each<[string, object, string]>([
    ["an unknown key", { ...executionOf("azure"), extra: 1 }, "  extra: is not a known field"],
    [
      "an unknown provider",
      { ...executionOf("azure"), recommendations: [{ provider: "oracle", service: "compute" }] },
      'must be one of "azure", "aws"',
    ],
    [
      "an unknown service",
      { ...executionOf("azure"), recommendations: [{ provider: "azure", service: "disk" }] },
      'service: must be one of "compute"',
    ],
    ["no recommendations", { ...executionOf("azure"), recommendations: [] }, "at least one recommendation"],
    ["a list", [], "must be object, not array"],
  ])("%s", async (_name, execution, message) => {
    const { run, calls } = await drive(execution, { yes: true });
    await expect(run).rejects.toMatchObject({ code: "invalid-execution", message: expect.stringContaining(message) });
    expect(calls.names).toEqual([]);
  });

  test.each([
    ["quantity", 0],
    ["quantity", -1],
    ["quantity", 1.5],
    ["quantity", "1"],
    ["term", "P2Y"],
    ["maxPrice", { amount: 30, currency: "GBP" }],
  ])("%s %j is named by its path", async (field, value) => {
    const execution = executionOf("azure", "azure");
    const wrong = [execution.recommendations[0], { ...execution.recommendations[1], [field]: value }];
    const { run, calls } = await drive({ ...execution, recommendations: wrong }, { yes: true });
    await expect(run).rejects.toMatchObject({
      code: "invalid-execution",
      message: expect.stringContaining(`recommendations[1].${field}`),
    });
    expect(calls.names).toEqual([]);
  });

  test("--sandbox together with an endpoint", async () => {
    const { run, calls } = await drive(executionOf("azure"), { sandbox: true, awsEndpoint: loopback.awsEndpoint });
    await expect(run).rejects.toMatchObject({ code: "invalid-configuration" });
    expect(calls.names).toEqual([]);
  });

  test("an http endpoint that is not on loopback", async () => {
    const { run } = await drive(executionOf("azure"), { yes: true, azureEndpoint: "http://example.com" });
    await expect(run).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining("https"),
    });
  });

  test("partly an imitation, partly a real cloud, even with --yes", async () => {
    const { run, calls } = await drive(executionOf("azure", "aws"), {
      yes: true,
      azureEndpoint: loopback.azureEndpoint,
    });
    await expect(run).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining("Give --aws-endpoint too"),
    });
    expect(calls.names).toEqual([]);
  });

  test("gcp beside an imitated azure is a real cloud too", async () => {
    const { run } = await drive(executionOf("azure", "gcp"), { yes: true, azureEndpoint: loopback.azureEndpoint });
    await expect(run).rejects.toThrow("Give --gcp-endpoint too");
  });

  test("a real cloud, no terminal, no --yes", async () => {
    const { run, calls } = await drive(executionOf("azure"));
    await expect(run).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining("Give --yes"),
    });
    expect(calls.names).toEqual([]);
  });
});

describe("where it drives, and which ledger records it", () => {
  test("a real cloud: the default ledger; with --yes no prices are asked for", async () => {
    const { run, calls } = await drive(executionOf("azure", "aws"), { yes: true });
    expect(await run).toBe(0);
    expect(calls.ledger).toBe(".buyonce/ledger.db");
    expect(calls.names).toEqual(["ledger", "drive", "interrupts ignored"]);
  });

  test("an http endpoint for all that the file needs: another ledger, and nobody is asked", async () => {
    const { run, calls } = await drive(executionOf("azure"), { azureEndpoint: loopback.azureEndpoint });
    expect(await run).toBe(0);
    expect(calls.ledger).toBe(".buyonce/sandbox-ledger.db");
    expect(calls.names).not.toContain("confirm");
  });

  test("an endpoint of a provider that the file does not need changes nothing: it is a real cloud", async () => {
    const { run } = await drive(executionOf("azure"), { awsEndpoint: loopback.awsEndpoint });
    await expect(run).rejects.toThrow("Give --yes");
  });

  test("an https endpoint is a real cloud, on loopback too", async () => {
    const { run } = await drive(executionOf("azure"), { azureEndpoint: "https://127.0.0.1:4001" });
    await expect(run).rejects.toThrow("Give --yes");
  });

  test("--sandbox: its state in a file, its URL as every endpoint, ended after the report", async () => {
    const { run, calls } = await drive(executionOf("azure", "aws"), { sandbox: true });
    expect(await run).toBe(0);
    expect(calls.sandboxState).toBe(".buyonce/sandbox.json");
    expect(calls.ledger).toBe(".buyonce/sandbox-ledger.db");
    const url = "http://127.0.0.1:4001";
    expect(calls.providers.at(-1)?.endpoints).toEqual({ azure: url, aws: url, gcp: url });
    expect(calls.names).toEqual(["sandbox", "ledger", "drive", "interrupts ignored", "sandbox closed"]);
  });

  test("--ledger names the ledger", async () => {
    const { run, calls } = await drive(executionOf("azure"), { sandbox: true, ledger: "here.db" });
    await run;
    expect(calls.ledger).toBe("here.db");
  });

  test("only the providers that the file needs are built", async () => {
    const { run, calls } = await drive(executionOf("aws", "aws"), { yes: true });
    await run;
    expect(calls.providers.map(({ names }) => names)).toEqual([["aws"], ["aws"]]);
  });

  test.each([
    [600, 60_000],
    [120, 60_000],
    [30, 15_000],
    [1, 500],
  ])("with --timeout %d a purchase may take %d ms", async (timeout, purchaseTimeout) => {
    const { run, calls } = await drive(executionOf("aws"), { yes: true, timeout });
    await run;
    expect(calls.providers.at(-1)?.purchaseTimeout).toBe(purchaseTimeout);
    expect(calls.driveOptions?.deadline).toBe(1_000_000 + timeout * 1000);
  });

  test("concurrency, --wait and --max-total reach the drive", async () => {
    const maxTotals = [{ amount: "12000.00", currency: "USD" }];
    const { run, calls } = await drive(executionOf("aws"), {
      yes: true,
      concurrency: 7,
      wait: true,
      maxTotal: maxTotals,
    });
    await run;
    expect(calls.driveOptions).toMatchObject({ concurrency: 7, wait: true, maxTotals });
  });
});

describe("a real cloud, at a terminal", () => {
  const price = { amount: "24.5", currency: "GBP" };
  const quotes = [
    quoted({ price }),
    quoted({
      recIndex: 1,
      verdict: "refuse",
      error: { code: "not-offered", message: "No such offering.", retryable: false },
    }),
    quoted({ recIndex: 2, price, verdict: "bought" }),
  ];
  const execution = executionOf("azure", "aws", "azure");

  test("shows prices, limits, sums and what cannot be bought, then asks", async () => {
    const { terminal, written } = fakeTerminal({ tty: true, columns: 120 });
    const { run, calls } = await drive(execution, {}, standInParts({ terminal, quotes }));
    expect(await run).toBe(0);
    expect(calls.names.slice(0, 4)).toEqual(["ledger", "quote", "confirm", "drive"]);
    expect(calls.question).toBe("Buy 1 commitment for 24.50 GBP? This cannot be undone.");
    expect(written.stderr).toContain(
      `
#  what                   price  limit  a drive would
──────────────────────────────────────────────────────────────────────────────────
1  aws ec2 × 1                    none  refuse it: No such offering. (not-offered)
0  azure compute × 1  24.50 GBP   none  buy it
2  azure compute × 1  24.50 GBP         buy nothing: bought before

would be bought       24.50 GBP
bought before         24.50 GBP
#1: no price is known and the file sets no maxPrice. If the drive gets a price, it buys at any price.
`,
    );
  });

  test("A8: what was shown is what is agreed to, at its price and under its terms", async () => {
    const { terminal } = fakeTerminal({ tty: true });
    const { run, calls } = await drive(execution, {}, standInParts({ terminal, quotes }));
    await run;
    expect(calls.driveOptions?.agreement).toEqual({
      termsVersions: { [executionId]: 0 },
      prices: Object.fromEntries(
        quotes.flatMap((quote) => (quote.price && quote.verdict !== "refuse" ? [[quote.token, quote.price]] : [])),
      ),
    });
    expect(calls.driven).toEqual(execution);
  });

  test("where it sets one, that stays", async () => {
    const { terminal } = fakeTerminal({ tty: true });
    const { run, calls } = await drive(limited(execution), {}, standInParts({ terminal, quotes }));
    await run;
    expect(calls.driven).toEqual(limited(execution));
  });

  test.each(["no", "stopped"] as const)("answered with %s: nothing is driven, exit code 130", async (answer) => {
    const { terminal } = fakeTerminal({ tty: true });
    const { run, calls } = await drive(execution, {}, standInParts({ terminal, quotes, answer }));
    await expect(run).rejects.toMatchObject({
      code: "aborted",
      message: expect.stringContaining("nothing was bought"),
    });
    expect(calls.names).toEqual(["ledger", "quote", "confirm", "interrupts ignored"]);
  });

  test("all bought before: the question says so", async () => {
    const { terminal } = fakeTerminal({ tty: true });
    const stands = standInParts({ terminal, quotes: [quoted({ price, verdict: "bought" })] });
    const { run, calls } = await drive(executionOf("azure"), {}, stands);
    await run;
    expect(calls.question).toBe("All of it was bought before. Drive it again to see how it stands?");
  });

  test("above --max-total nobody is asked: refused, exit code 3", async () => {
    const { terminal, written } = fakeTerminal({ tty: true });
    const error = { code: "total-above-limit", message: "It comes to too much.", retryable: false } as const;
    const maxTotals = [{ amount: "20", currency: "GBP" }];
    const stands = standInParts({ terminal, quotes, quotation: { error } });
    const { run, calls } = await drive(execution, { maxTotal: maxTotals }, stands);
    await expect(run).rejects.toMatchObject({ code: "total-above-limit" });
    expect(calls.names).toEqual(["ledger", "quote", "interrupts ignored"]);
    expect(calls.quoteOptions).toMatchObject({ maxTotals });
    expect(written.stderr).toMatch(/total allowed +20.00 GBP/);
  });

  test("a dumb terminal cannot be asked at", async () => {
    const { terminal } = fakeTerminal({ tty: true });
    const dumb = { ...terminal, env: { TERM: "dumb" } };
    const { run } = await drive(execution, {}, standInParts({ terminal: dumb, quotes }));
    await expect(run).rejects.toThrow("Give --yes");
  });
});

describe("what is written", () => {
  const refused = outcome({
    recIndex: 1,
    status: "refused",
    error: { code: "lookup-failed", message: "No answer.", retryable: true, retryAfter: 3000 },
  });

  test("--json: one document on standard output, in the documented shape", async () => {
    const { terminal, written } = fakeTerminal();
    const drives = async () => report([outcome({ ...bought, warnings: ["w"] }), refused]);
    const { run } = await drive(
      executionOf("aws", "aws"),
      { sandbox: true, json: true },
      standInParts({ terminal, drive: drives }),
    );
    expect(await run).toBe(3);
    expect(JSON.parse(written.stdout)).toEqual({
      executionId,
      outcomes: [
        {
          recIndex: 0,
          status: "purchased",
          token: outcome().token,
          commitment: { id: "0a1b2c3d-1111-2222-3333-444455556666", state: "Succeeded", settled: true },
          price: { amount: "24.5", currency: "GBP" },
          warnings: ["w"],
        },
        {
          recIndex: 1,
          status: "refused",
          token: refused.token,
          error: { code: "lookup-failed", message: "No answer.", retryable: true, retryAfter: 3000 },
        },
      ],
      totals: [{ amount: "24.5", currency: "GBP" }],
      atRisk: [],
      payments: [
        {
          price: { amount: "24.5", currency: "GBP" },
          dueNow: { amount: "0", currency: "GBP" },
          monthly: [],
          unknown: { amount: "24.5", currency: "GBP" },
        },
      ],
      accounts: [],
    });
    expect(written.stderr).toContain("Sandbox at http://127.0.0.1:4001");
  });

  test("otherwise the table, and against a sandbox that nothing was spent", async () => {
    const { terminal, written } = fakeTerminal();
    const { run } = await drive(executionOf("aws"), { sandbox: true }, standInParts({ terminal }));
    expect(await run).toBe(0);
    expect(written.stdout).toContain("#  what");
    expect(written.stdout).toContain("Sandbox: nothing was spent. Purchase requests that it received: 0.");
  });

  test("a ledger that cannot be used: its own sentence", async () => {
    const failure = new LedgerError({ code: "ledger-corrupt", message: "The file is damaged." });
    const openLedger = () => {
      throw failure;
    };
    const { run, calls } = await drive(executionOf("aws"), { sandbox: true }, standInParts({ openLedger }));
    await expect(run).rejects.toBe(failure);
    expect(calls.names).toEqual(["sandbox", "ledger", "sandbox closed"]);
  });
});

describe("Ctrl-C", () => {
  test("starts nothing new, reports, says how to go on; again: ends at once", async () => {
    const { terminal, written } = fakeTerminal();
    const error = { code: "aborted", message: "Stopped before this was sent.", retryable: true } as const;
    const stands = standInParts({
      terminal,
      drive: async ({ signal }) => {
        stands.calls.interrupts?.first();
        expect(signal?.aborted).toBe(true);
        expect(stands.calls.exits).toEqual([]);
        stands.calls.interrupts?.again();
        return report([outcome({ status: "refused", error })]);
      },
    });
    const { run } = await drive(executionOf("aws"), { yes: true }, stands);
    expect(await run).toBe(3);
    expect(stands.calls.exits).toEqual([130]);
    expect(written.stderr).toContain("purchases under way are waited for");
    expect(written.stderr).toContain("A purchase may be under way: drive the same file again");
    expect(written.stderr).toContain("Stopped. To go on, drive the same file again.");
    expect(written.stdout).toContain("→ #0: Nothing was sent. To go on, drive the same file again.");
  });

  test("during the question: nothing is driven", async () => {
    const { terminal } = fakeTerminal({ tty: true });
    const stands = standInParts({ terminal });
    const confirm = async () => {
      stands.calls.interrupts?.first();
      return "yes" as const;
    };
    const { run, calls } = await drive(executionOf("aws"), {}, { ...stands, parts: { ...stands.parts, confirm } });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    expect(calls.names).not.toContain("drive");
  });

  test("before anything was sent there is no report: the drive's own error comes through", async () => {
    const aborted = new RefusedError({ code: "aborted", message: "Stopped." });
    const { run } = await drive(
      executionOf("aws"),
      { yes: true },
      standInParts({ drive: () => Promise.reject(aborted) }),
    );
    await expect(run).rejects.toBe(aborted);
  });
});
