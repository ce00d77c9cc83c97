import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { quoteCommand, type QuoteCommandOptions } from "../../src/cli/commands/quote.ts";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { quoteText } from "../../src/cli/text/quote-text.ts";
import { spendingQuestion } from "../../src/cli/commands/ask-before-buying.ts";
import type { PlannedRecommendation } from "../../src/drive/plan-recommendation.ts";
import { executionId, executionOf, fakeTerminal, quotationOf, quoted, standInParts } from "./stand-ins.ts";

const price = { amount: "24.5", currency: "GBP" };
const options: QuoteCommandOptions = { concurrency: 4, timeout: 600 };
const refusal = { code: "price-above-limit", message: "24.50 GBP is above the limit.", retryable: false } as const;
const commitment = { id: "0a1b2c3d-1111-2222-3333-444455556666", state: "Creating", settled: false };
const all: readonly PlannedRecommendation[] = [
  quoted({ price, limit: { amount: "30", currency: "GBP" } }),
  quoted({ recIndex: 1, verdict: "bought", price, commitment }),
  quoted({ recIndex: 2, verdict: "adopt", commitment: { ...commitment, settled: true } }),
  quoted({
    recIndex: 3,
    verdict: "reconcile",
    price: { amount: "7", currency: "USD" },
    error: { code: "outcome-unknown", message: "No answer.", retryable: true },
  }),
  quoted({
    recIndex: 4,
    verdict: "held",
    error: { code: "held-by-another-driver", message: "Another driver (vm:1) works on it.", retryable: true },
  }),
  quoted({ recIndex: 5, verdict: "refuse", price, limit: { amount: "20", currency: "GBP" }, error: refusal }),
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "buyonce-quote-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function quote(changes: Partial<QuoteCommandOptions> = {}, stands = standInParts()) {
  const file = join(folder, "execution.json");
  writeFileSync(file, JSON.stringify(executionOf("azure", "aws")));
  return quoteCommand(file, { ...options, ...changes }, stands.parts);
}

describe("buyonce quote", () => {
  test("asks nobody, opens an empty ledger where there is none, and hands its options on", async () => {
    const { terminal, written } = fakeTerminal();
    const stands = standInParts({ terminal, quotes: [quoted({ price })] });
    const maxTotals = [price];
    expect(await quote({ concurrency: 7, maxTotal: maxTotals }, stands)).toBe(0);
    expect(stands.calls.names).toEqual(["ledger", "quote", "interrupts ignored"]);
    expect(stands.calls).toMatchObject({ ledger: ".buyonce/ledger.db", ledgerOptions: { emptyIfMissing: true } });
    expect(stands.calls.quoteOptions).toMatchObject({ concurrency: 7, maxTotals });
    expect(written.stdout).toContain("buy it");
    expect(written.stdout).toMatch(/total allowed +24.50 GBP\n[^]*Nothing was bought.\n$/);
  });

  test("a sandbox: its ledger, its state, and it is closed", async () => {
    const stands = standInParts();
    await quote({ sandbox: true }, stands);
    expect(stands.calls).toMatchObject({ ledger: ".buyonce/sandbox-ledger.db", sandboxState: ".buyonce/sandbox.json" });
    expect(stands.calls.names.at(-1)).toBe("sandbox closed");
  });

  test.each<[number, readonly PlannedRecommendation["verdict"][]]>([
    [0, ["buy", "bought", "adopt"]],
    [3, ["buy", "refuse"]],
    [4, ["refuse", "reconcile"]],
    [4, ["held"]],
    [4, ["bought", "written-off"]],
  ])("exit code %d for %j", async (code, verdicts) => {
    const quotes = verdicts.map((verdict, recIndex) => quoted({ recIndex, verdict }));
    expect(await quote({}, standInParts({ quotes }))).toBe(code);
  });

  test("above the totals: 3, and it says so", async () => {
    const { terminal, written } = fakeTerminal();
    const error = { code: "total-above-limit", message: "It comes to too much.", retryable: false } as const;
    const stands = standInParts({ terminal, quotes: [quoted({ price })], quotation: { error } });
    expect(await quote({ maxTotal: [{ amount: "1", currency: "GBP" }] }, stands)).toBe(3);
    expect(written.stdout).toContain("A drive would buy nothing. It comes to too much. (total-above-limit)");
  });

  test("--json: one document, in the documented shape", async () => {
    const { terminal, written } = fakeTerminal();
    expect(await quote({ json: true }, standInParts({ terminal, quotes: all }))).toBe(4);
    const document: unknown = JSON.parse(written.stdout);
    expect(document).toEqual({
      executionId,
      recommendations: all,
      totals: { buy: [price], bought: [price], reconcile: [{ amount: "7", currency: "USD" }] },
      payments: [{ price, dueNow: { ...price, amount: "0" }, monthly: [], unknown: price }],
      accounts: [],
    });
  });

  test("partly an imitation: a usage error; stopped: aborted; a bad file: nothing is opened", async () => {
    const mixed = standInParts();
    await expect(quote({ awsEndpoint: "http://127.0.0.1:1" }, mixed)).rejects.toThrow("Give --azure-endpoint too");
    const stands = standInParts();
    const running = quote(
      {},
      {
        ...stands,
        parts: {
          ...stands.parts,
          openLedger: async (...parameters) => {
            const ledger = await stands.parts.openLedger(...parameters);
            queueMicrotask(() => stands.calls.interrupts?.first());
            return ledger;
          },
          onInterrupt: (handlers) => {
            handlers.first();
            return () => undefined;
          },
        },
      },
    );
    await expect(running).rejects.toMatchObject({
      code: "aborted",
      message: expect.stringContaining("nothing was sent"),
    });
    const bad = standInParts();
    await expect(quoteCommand(join(folder, "none.json"), options, bad.parts)).rejects.toMatchObject({
      code: "invalid-execution",
    });
    expect([...mixed.calls.names, ...bad.calls.names]).toEqual([]);
  });

  test("a missing ledger is not made", async () => {
    const ledger = await openLedger(join(folder, "ledger.db"), { emptyIfMissing: true });
    expect(await ledger.records({ limit: 1 })).toEqual([]);
    await expect(openLedger(join(folder, "ledger.db"), { mustExist: true })).rejects.toThrow("There is no ledger");
  });
});

describe("what is written", () => {
  const descriptions = all.map((_, index) => `${index + 1} × Standard_B1ls (compute), westus`);
  const paint = (_style: unknown, text: string) => text;

  test("what a drive would do about each, prices, limits and sums", () => {
    expect(quoteText(quotationOf(all), { descriptions, width: 160, paint, maxTotals: undefined })).toBe(
      `#  what                                     price      limit  a drive would
${"─".repeat(151)}
3  4 × Standard_B1ls (compute), westus   7.00 USD       none  find out first whether it was bought: No answer. (outcome-unknown)
5  6 × Standard_B1ls (compute), westus  24.50 GBP  20.00 GBP  refuse it: 24.50 GBP is above the limit. (price-above-limit)
4  5 × Standard_B1ls (compute), westus                  none  leave it to the other driver: Another driver (vm:1) works on it. (held-by-another-driver)
0  1 × Standard_B1ls (compute), westus  24.50 GBP  30.00 GBP  buy it
1  2 × Standard_B1ls (compute), westus  24.50 GBP             buy nothing: bought before (not yet settled: Creating)
2  3 × Standard_B1ls (compute), westus                        buy nothing: bought before, found at the provider

would be bought       24.50 GBP
sent, may be bought   7.00 USD
bought before         24.50 GBP   1 without a known price
`,
    );
  });

  test.each([60, 80, 100, 140])("no line is wider than %d columns, and ids stand whole", (width) => {
    const account = "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d";
    const named = all.map((each) => ({ ...each, provider: "azure", account }));
    const long = quoteText(quotationOf(named), { descriptions, width, paint, maxTotals: [price] });
    expect(long.split(`azure ${account}`).length - 1).toBeGreaterThanOrEqual(all.length);
    expect(Math.max(...long.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    const text = quoteText(quotationOf(all), { descriptions, width, paint, maxTotals: [price] });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  test.each<[readonly PlannedRecommendation[], string]>([
    [[quoted({ price })], "Buy 1 commitment for 24.50 GBP? This cannot be undone."],
    [
      all,
      "Buy 1 commitment for 24.50 GBP and find out about 2 that may be bought or under way, and buy what is not? This cannot be undone.",
    ],
    [
      [quoted({ verdict: "reconcile", price })],
      "Find out about 1 that may be bought or under way, and buy what is not? This cannot be undone.",
    ],
    [[quoted({ verdict: "refuse" })], "Nothing can be bought as it stands. Report it all the same?"],
    [[quoted({ verdict: "adopt" })], "All of it was bought before. Drive it again to see how it stands?"],
  ])("the question before a drive %#", (quotes, question) => {
    expect(spendingQuestion(quotationOf(quotes))).toBe(question);
  });
});
