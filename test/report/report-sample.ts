import type { HistoryLine } from "../../src/inspect/read-history.ts";
import type { HtmlReportOptions, ReportedExecution } from "../../src/report/html-report.ts";
import type { DriveEvent, DriveStep } from "../../src/contract/events.ts";
import { totals } from "../../src/contract/money.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { deriveIdempotencyToken, maskToken } from "../../src/contract/token.ts";

export const executionId = "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11";
export const at = Date.UTC(2026, 10, 22, 9, 5, 0);
/** What somebody who writes an execution, or answers for a provider, may try. */
export const hostile = `<script>document.title="owned"</script><img src="https://evil.example/x.png" onerror="alert(1)">`;

const token = (recIndex: number) => deriveIdempotencyToken(executionId, recIndex);

/** One of every kind of outcome. */
export const outcomes: readonly Outcome[] = [
  {
    recIndex: 0,
    token: token(0),
    status: "purchased",
    commitment: { id: "47935840-82e7-491c-a8dd-e4e4a7c866a8", state: "Succeeded", settled: true },
    price: { amount: "15588", currency: "GBP" },
  },
  {
    recIndex: 1,
    token: token(1),
    status: "purchased",
    commitment: { id: "cud-91e7af2791e7af2791e7af2791e7af27", state: "payment-pending", settled: false },
    price: { amount: "1160.5248", currency: "USD" },
    warnings: [`Its marker is missing at the provider (${hostile}). Drive again: it is stamped then.`],
  },
  {
    recIndex: 2,
    token: token(2),
    status: "already-purchased",
    commitment: {
      id: "875382b1-a433-4716-9fd5-c5cb3c6f62aa",
      furtherIds: ["875382b1-a433-4716-9fd5-c5cb3c6f62ab"],
      state: "active",
      settled: true,
    },
    price: { amount: "1234567.5", currency: "USD" },
  },
  {
    recIndex: 3,
    token: token(3),
    status: "refused",
    error: {
      code: "price-above-limit",
      message: "The price 120.00 GBP is above the limit 100.00 GBP. Nothing was sent.",
      retryable: false,
    },
    price: { amount: "120", currency: "GBP" },
  },
  {
    recIndex: 4,
    token: token(4),
    status: "rejected",
    error: { code: "purchase-rejected", providerCode: "RiskCheckFailed", message: hostile, retryable: false },
  },
  {
    recIndex: 5,
    token: token(5),
    status: "unresolved",
    price: { amount: "700", currency: "GBP" },
    error: {
      code: "outcome-unknown",
      message: `No answer came for token ${token(5)}: "quoted" & 'quoted'.`,
      retryable: true,
    },
  },
  {
    recIndex: 6,
    token: token(6),
    status: "unresolved",
    parked: { since: "2026-11-21T09:00:00Z", sentAt: "2026-11-20T09:00:00Z", handle: { name: "x" } },
    error: { code: "outcome-unknown", message: "Nothing shows.", retryable: false },
  },
  {
    recIndex: 7,
    token: token(7),
    status: "in-progress",
    error: { code: "held-by-another-driver", message: "vm:1 holds it.", retryable: true },
  },
];

const steps: readonly DriveStep[] = [
  { type: "claimed", granted: 7, settled: 1, inFlight: 0 },
  { type: "quoting", recIndex: 0, token: maskToken(token(0)) },
  { type: "quoted", recIndex: 0, token: maskToken(token(0)), price: { amount: "15588", currency: "GBP" } },
  { type: "submitted", recIndex: 0, token: maskToken(token(0)), attempt: 1 },
  { type: "sending", recIndex: 0, token: maskToken(token(0)), sentBefore: false },
  { type: "finished", recIndex: 0, token: maskToken(token(0)), outcome: outcomes[0] as Outcome },
  // Of another execution, with the same index.
  { type: "adopting", recIndex: 0, token: maskToken(deriveIdempotencyToken("other", 0)), commitmentId: "not-ours" },
];
export const events: readonly DriveEvent[] = steps.map((step, index) => ({ ...step, at: at - 60_000 + index * 1000 }));

function line(recIndex: number, event: string, detail: string, ago: number): HistoryLine {
  const line = { token: token(recIndex), at: at - ago, event, from: undefined, to: "claimed", holder: "vm:1" } as const;
  return { ...line, epoch: 1, attempt: 1, detail };
}
export const history = new Map<number, readonly HistoryLine[]>([
  [0, [line(0, "claim", "", 7_200_000), line(0, "claim", "", 30_000)]],
  [
    2,
    [
      line(2, "submit", '{"amount":"1234567.5","currency":"USD"}', 86_400_000),
      line(2, "purchase", `${hostile} active`, 86_395_000),
    ],
  ],
]);

export const descriptions = [
  "10 × Standard_D2s_v3 (compute), westus, P1Y, Upfront",
  "2 × m5.large Linux/UNIX, us-east-1, P1Y, no-upfront",
  "4 × db.r6g.large postgresql, Multi-AZ (rds), us-east-1, P3Y, partial-upfront",
  "1 × Standard_B1ls (compute), westus, P1Y, Upfront",
  hostile,
  "1 × search_standard_s1 (search), westus, P1Y, Monthly",
  "2 × ra3.xlplus upgradable (redshift), us-east-1, P1Y, no-upfront",
  "1 × azure_managed_redis_balanced_b10 (managed-redis), westus, P3Y, Upfront",
];

const isBought = ({ status }: Outcome) => status === "purchased" || status === "already-purchased";

export const sample: ReportedExecution = {
  report: {
    executionId,
    outcomes,
    totals: totals(outcomes.filter(isBought).flatMap(({ price }) => price ?? [])),
    atRisk: [],
    payments: [],
    accounts: [],
  },
  descriptions,
  source: `cudly-web ${hostile}`,
  history,
};
export const how: HtmlReportOptions = { at, events };
