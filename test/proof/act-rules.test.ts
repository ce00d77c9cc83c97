import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/contract/report.ts";
import type { Act } from "./act-rules.ts";
import { checkHistory, type DriverLine, type History } from "./history-checker.ts";

const gbp = (amount: string) => ({ amount, currency: "GBP" });

/** Two places at 24 each; #0 is bought at 50, #1 at 90. */
const truth: History = {
  tokens: ["token-0", "token-1"],
  prices: [gbp("24"), gbp("24.00")],
  commitments: [
    { id: "order-0", token: "token-0", at: 50 },
    { id: "order-1", token: "token-1", at: 90 },
  ],
  drivers: [],
  acts: [],
};

type Said = Act extends infer A ? (A extends unknown ? Omit<A, "began" | "returned" | "mayBeBought"> : never) : never;

/** An act that took from `began` to `began + 2`. */
const said = (began: number, what: Said, ...sent: readonly Act["mayBeBought"][number][]): Act => ({
  ...what,
  began,
  returned: began + 2,
  mayBeBought: sent,
});
const submit = said(1, { kind: "submit", approvalRequired: true });
const approve = (at: number) => said(at, { kind: "approve" });
const [first, second] = ["token-0", "token-1"].map((token) => ({ token, price: gbp("24") })) as [
  Act["mayBeBought"][number],
  Act["mayBeBought"][number],
];
const limits = (at: number, maxTotals: string | null, ...sent: Act["mayBeBought"]) =>
  said(at, { kind: "limits", maxTotals: maxTotals === null ? null : [gbp(maxTotals)] }, ...sent);
const maxPrice = (at: number, price: string | null, ...sent: Act["mayBeBought"]) =>
  said(at, { kind: "limits", maxPrices: { 1: price === null ? null : gbp(price) } }, ...sent);

const driver = (...lines: readonly DriverLine[]): History["drivers"][number] => ({ name: "driver", lines });
const started = (at: number): DriverLine => ({ at, kind: "started" });
const sending = (at: number, recIndex: number): DriverLine => ({ at, kind: "sending", recIndex });
const outcome = (at: number, recIndex: number, status: Outcome["status"], more: Partial<Outcome> = {}): DriverLine => ({
  at,
  kind: "outcome",
  outcome: { recIndex, token: `token-${recIndex}`, status, ...more } as Outcome,
});
const order = (id: string) => ({ commitment: { id, state: "Succeeded", settled: true } });
const rulesOf = (changes: Partial<History>) => [
  ...new Set(checkHistory({ ...truth, ...changes }).map(({ rule }) => rule)),
];

describe("what a person said, as the history checker reads it", () => {
  test.each<[string, Partial<History>]>([
    ["approved, then bought", { acts: [submit, approve(10)], drivers: [driver(started(5), sending(20, 0))] }],
    [
      "on its way when it was cancelled, and sent again once it was reopened",
      {
        acts: [
          submit,
          approve(10),
          said(60, { kind: "cancel" }, second),
          said(70, { kind: "reopen" }, second),
          approve(75),
        ],
        drivers: [driver(started(20), sending(63, 1), sending(78, 1))],
      },
    ],
    ["on its way when it was cancelled for good", { acts: [said(80, { kind: "cancel" }, second)] }],
    [
      "cancelled for good before anything else was sent",
      { acts: [said(60, { kind: "cancel" })], commitments: truth.commitments.slice(0, 1) },
    ],
    ["totals at what is bought, raised before the next", { acts: [limits(60, "24"), limits(80, "48")] }],
    ["totals while they are being raised", { acts: [limits(60, "24"), limits(89, "48")] }],
    ["a maxPrice below, for what was sent before", { acts: [maxPrice(60, "23", second)] }],
    ["a maxPrice as high as the price", { acts: [maxPrice(60, "24.0")] }],
    [
      "a skip",
      {
        acts: [said(5, { kind: "skip", recIndex: 1 })],
        commitments: truth.commitments.slice(0, 1),
        drivers: [driver(started(10), outcome(60, 1, "skipped"))],
      },
    ],
    [
      "a skip of what was sent and rejected before",
      {
        acts: [said(70, { kind: "skip", recIndex: 1 })],
        commitments: truth.commitments.slice(0, 1),
        drivers: [driver(started(10), sending(20, 1), outcome(60, 1, "rejected"))],
      },
    ],
  ])("%s: as it should be", (_name, changes) => {
    expect(checkHistory({ ...truth, ...changes })).toEqual([]);
  });

  test.each<[string, string, Partial<History>]>([
    [
      "it appears after a cancel that did not name it",
      "bought while cancelled",
      { acts: [said(80, { kind: "cancel" })] },
    ],
    [
      "it is sent after a cancel that did not name it, though nothing came of it",
      "bought while cancelled",
      {
        acts: [said(60, { kind: "cancel" }), said(80, { kind: "reopen" })],
        drivers: [driver(started(20), sending(70, 1))],
      },
    ],
    [
      "what a cancel named is sent twice after it by one driver",
      "bought while cancelled",
      {
        acts: [said(60, { kind: "cancel" }, second)],
        drivers: [driver(started(20), sending(63, 1), sending(70, 1))],
      },
    ],
    [
      "a drive that began after a cancel says that it bought",
      "bought while cancelled",
      {
        acts: [said(60, { kind: "cancel" }, second)],
        drivers: [driver(started(70), outcome(95, 1, "purchased", order("order-1")))],
      },
    ],
    ["it appears before the first approval", "bought without approval", { acts: [submit, approve(60)] }],
    [
      "it appears after a reopening that nobody approved",
      "bought without approval",
      { acts: [submit, approve(10), said(60, { kind: "cancel" }), said(70, { kind: "reopen" })] },
    ],
    [
      "it appears after totals were raised, which nobody approved",
      "bought without approval",
      { acts: [submit, approve(10), limits(20, "24"), limits(60, "48")] },
    ],
    [
      "it appears after a maxPrice was dropped, which nobody approved",
      "bought without approval",
      { acts: [submit, approve(10), maxPrice(20, "24"), maxPrice(60, null)] },
    ],
    ["it appears above its maxPrice", "bought above its maxPrice", { acts: [maxPrice(60, "23.99")] }],
    ["the second passes the totals", "bought above the totals", { acts: [limits(20, "47.99")] }],
    [
      "totals without its currency",
      "bought above the totals",
      { acts: [said(20, { kind: "limits", maxTotals: [{ amount: "1000", currency: "USD" }] })] },
    ],
    ["totals below what is bought are accepted", "bought above the totals", { acts: [limits(95, "47")] }],
    [
      "totals below what is bought and on its way are accepted",
      "bought above the totals",
      { acts: [limits(60, "24", second), limits(70, "48")] },
    ],
    [
      "it is sent after a skip, though nothing came of it",
      "bought though skipped",
      {
        acts: [said(60, { kind: "skip", recIndex: 1 })],
        commitments: truth.commitments.slice(0, 1),
        drivers: [driver(started(20), sending(70, 1))],
      },
    ],
    ["it was skipped", "bought though skipped", { acts: [said(100, { kind: "skip", recIndex: 1 })] }],
    [
      "a drive that began after a skip reports something else",
      "wrong report",
      {
        acts: [said(5, { kind: "skip", recIndex: 1 })],
        commitments: truth.commitments.slice(0, 1),
        drivers: [driver(started(10), outcome(60, 1, "refused"))],
      },
    ],
    [
      "a cancel names what was reported as bought",
      "wrong answer to a cancel",
      {
        acts: [said(95, { kind: "cancel" }, first)],
        drivers: [driver(started(20), outcome(55, 0, "purchased", order("order-0")))],
      },
    ],
    [
      "a cancel names it at another price",
      "wrong answer to a cancel",
      { acts: [said(60, { kind: "cancel" }, { ...second, price: gbp("42") })] },
    ],
    [
      "a cancel names it without a price",
      "wrong answer to a cancel",
      { acts: [said(60, { kind: "cancel" }, { token: "token-1" })] },
    ],
  ])("%s: %s", (_name, rule, changes) => {
    expect(rulesOf(changes)).toEqual([rule]);
  });
});
