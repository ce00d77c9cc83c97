import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/spec/report.ts";
import { type ChaosResult, runChaos } from "./chaos-run.ts";
import { checkHistory, type History } from "./history-checker.ts";

/** `CHAOS_SEED` repeats a run, as far as processes keep time. */
const seed = Number(process.env["CHAOS_SEED"] ?? Math.floor(Math.random() * 1_000_000));

function print(name: string, { figures, violations, failures }: ChaosResult): void {
  const all = { ...figures, violations: violations.length };
  const told = Object.entries(all).map(([what, figure]) => `${what} ${figure}`);
  console.log(`chaos, ${name}, seed ${seed}: ${told.join(", ")}; drivers that failed: ${JSON.stringify(failures)}`);
}

describe("chaos", () => {
  test("3 drivers on one SQLite file, killed and failed, buy 20 once", { timeout: 120_000 }, async () => {
    const result = await runChaos({
      ledger: "sqlite",
      drivers: 3,
      recommendations: 20,
      ec2: 4,
      redshift: 2,
      length: 12_000,
      killEvery: 800,
      faults: 0.12,
      latency: 40,
      seed,
    });
    print("SQLite", result);
    expect(result.violations, `seed ${seed}`).toEqual([]);
    expect(result.figures["commitments"]).toBe(20);
    expect(result.figures["kills"]).toBeGreaterThanOrEqual(3);
    expect(result.figures["requests that went wrong"]).toBeGreaterThanOrEqual(1);
  });

  test("4 drivers on one PostgreSQL, one killed every second, buy 200 once", { timeout: 120_000 }, async () => {
    const result = await runChaos({
      ledger: "postgres",
      drivers: 4,
      recommendations: 200,
      ec2: 0,
      redshift: 3,
      length: 25_000,
      killEvery: 1000,
      faults: 0.05,
      restartEvery: 6000,
      latency: 30,
      seed,
    });
    print("PostgreSQL", result);
    expect(result.violations, `seed ${seed}`).toEqual([]);
    expect(result.figures["commitments"]).toBe(200);
    expect(result.figures["kills"]).toBeGreaterThanOrEqual(5);
    expect(result.figures["PostgreSQL restarts"]).toBeGreaterThanOrEqual(1);
  });

  test("a ledger for each driver and a listing that lags: the checker sees the double purchases", async () => {
    const result = await runChaos({
      ledger: "sqlite",
      drivers: 2,
      recommendations: 4,
      ec2: 1,
      redshift: 0,
      // Long enough for both drivers to have started on a machine that is busy with other tests.
      length: 12_000,
      killEvery: 100_000,
      faults: 0,
      latency: 0,
      seed,
      broken: true,
    });
    print("broken on purpose", result);
    expect(result.violations.map(({ rule }) => rule)).toContain("bought twice");
  });
});

describe("the history checker", () => {
  const commitment = { id: "order-1", state: "Succeeded", settled: true };
  const price = { amount: "24", currency: "GBP" };
  const bought: Outcome = { recIndex: 0, status: "purchased", token: "token-1", commitment, price };
  const denied: Outcome = { recIndex: 0, status: "refused", token: "token-1" };
  const one = { id: "order-1", token: "token-1", at: 50 };
  const driver = (began: number, ...outcomes: readonly Outcome[]): History["drivers"][number] => ({
    name: `began at ${began}`,
    lines: [
      { at: began, kind: "started" },
      ...outcomes.map((outcome) => ({ at: began + 1, kind: "outcome", outcome }) as const),
      {
        at: began + 2,
        kind: "report",
        report: { executionId: "e", outcomes: outcomes.slice(-1), totals: [], atRisk: [] },
      },
    ],
  });
  const truth: History = { tokens: ["token-1"], commitments: [one], drivers: [driver(10, denied), driver(20, bought)] };

  test("a true history breaks nothing; a refusal before the purchase is none of a bought one", () => {
    expect(checkHistory(truth)).toEqual([]);
  });

  test.each<[string, string, Partial<History>]>([
    ["a second commitment", "bought twice", { commitments: [one, { ...one, id: "order-2" }] }],
    ["no commitment", "not bought in the end", { commitments: [] }],
    ["one without a token", "nobody's commitment", { commitments: [one, { ...one, id: "x", token: undefined }] }],
    [
      "a purchase that is not there",
      "false purchase",
      { drivers: [driver(20, { ...bought, commitment: { ...commitment, id: "order-9" } })] },
    ],
    [
      "another price the second time",
      "changed story",
      { drivers: [driver(20, bought), driver(60, { ...bought, price: { amount: "25", currency: "GBP" } })] },
    ],
    ["refused, although bought before", "false denial", { drivers: [driver(60, denied)] }],
    ["rejected, although bought before", "false denial", { drivers: [driver(60, { ...denied, status: "rejected" })] }],
    ["a token in another place", "wrong report", { drivers: [driver(20, { ...bought, recIndex: 1 })] }],
    ["a report without outcomes", "wrong report", { drivers: [driver(20)] }],
  ])("%s: %s", (_name, rule, doctored) => {
    expect(checkHistory({ ...truth, ...doctored }).map((violation) => violation.rule)).toContain(rule);
  });
});
