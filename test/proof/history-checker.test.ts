import { describe, expect, test } from "vitest";
import type { BoughtOutcome, ErrorOutcome, Outcome } from "../../src/contract/report.ts";
import { checkHistory, type History } from "./history-checker.ts";

describe("the history checker", () => {
  const commitment = { id: "order-1", state: "Succeeded", settled: true };
  const price = { amount: "24", currency: "GBP" };
  const bought: BoughtOutcome = { recIndex: 0, status: "purchased", token: "token-1", commitment, price };
  const error = { code: "not-agreed", message: "m", retryable: false } as const;
  const denied: ErrorOutcome = { recIndex: 0, status: "refused", token: "token-1", error };
  const one = { id: "order-1", token: "token-1", at: 50 };
  const driver = (began: number, ...outcomes: readonly Outcome[]): History["drivers"][number] => ({
    name: `began at ${began}`,
    lines: [
      { at: began, kind: "started" },
      ...outcomes.map((outcome) => ({ at: began + 1, kind: "outcome", outcome }) as const),
      {
        at: began + 2,
        kind: "report",
        report: { executionId: "e", outcomes: outcomes.slice(-1), totals: [], atRisk: [], payments: [], accounts: [] },
      },
    ],
  });
  const truth: History = {
    tokens: ["token-1"],
    commitments: [one],
    drivers: [driver(10, denied), driver(20, bought)],
    acts: [],
    prices: [],
  };

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
