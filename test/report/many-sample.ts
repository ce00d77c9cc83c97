import type { ReportedExecution } from "../../src/report/html-report.ts";
import type { LookFor } from "../../src/inspect/look-for.ts";
import { totals } from "../../src/contract/money.ts";
import { paidAtOnce, paidMonthly, paymentTotals } from "../../src/contract/payments.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";

const executionId = "night-2026-11-22";
const subscription = (index: number) => `6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a${10 + (index % 3)}`;

/** An execution of so many on three clouds: a few in doubt, a few refused for the same reason, the rest bought. */
export function manyOf(count: number): ReportedExecution {
  const outcomes = Array.from({ length: count }, (_, recIndex) => outcomeOf(recIndex));
  const bought = outcomes.filter(({ commitment }) => commitment !== undefined);
  const lookFor = new Map(outcomes.filter(({ status }) => status === "unresolved").map(({ token }) => [token, look]));
  const report = {
    executionId,
    outcomes,
    totals: totals(bought.flatMap(({ price }) => price ?? [])),
    atRisk: [],
    payments: paymentTotals(bought),
    accounts: [],
  };
  const descriptions = outcomes.map(({ provider }) => descriptionOf[provider as keyof typeof descriptionOf]);
  const history = new Map(
    outcomes.map(({ recIndex, token }) => [
      recIndex,
      [
        {
          token,
          at: Date.UTC(2026, 10, 22, 9, 5),
          event: "purchase",
          from: "submitted",
          to: "purchased",
          holder: "vm:1",
          epoch: 1,
          attempt: 1,
          detail: "",
        } as const,
      ],
    ]),
  );
  return { report, descriptions, source: "planner", history, lookFor };
}

const descriptionOf = {
  azure: "10 × Standard_D2s_v3 (compute), westeurope, P1Y, Monthly",
  aws: "2 × m5.large Linux/UNIX, us-east-1, P1Y, partial-upfront",
  gcp: "8 vCPU, 32 GB general-purpose-n2 (compute), us-central1, P3Y",
};

const look: LookFor = {
  provider: "azure",
  service: "compute",
  place: "Azure tenant 11111111-1111-4111-8111-111111111111",
  sent: [
    {
      amount: { amount: "700", currency: "GBP" },
      sentAt: "2026-11-22T09:00:00Z",
      from: "2026-11-22T08:55:00Z",
      until: "2026-11-22T09:15:00Z",
      shows: "The reservation order 47935840-82e7-491c-a8dd-e4e4a7c866a8. HTTP 404 says that there is none.",
      signedIn: "Azure, the tenant that buys",
      command:
        "az rest --method get --url 'https://management.azure.com/providers/Microsoft.Capacity/reservationOrders/47935840-82e7-491c-a8dd-e4e4a7c866a8?api-version=2022-11-01'",
    },
  ],
  known: [],
  decide: [
    {
      finding: "It is there, under this id",
      command: "buyonce resolve night-2026-11-22 7 --bought ID --person NAME --reason REASON",
    },
    {
      finding: "It is not there",
      command: "buyonce resolve night-2026-11-22 7 --not-bought --person NAME --reason REASON",
    },
  ],
};

function outcomeOf(recIndex: number): Outcome {
  const token = deriveIdempotencyToken(executionId, recIndex);
  const id = `${token.slice(0, 8)}-${token.slice(8, 12)}-4${token.slice(13, 16)}-8${token.slice(17, 20)}-${token.slice(20, 32)}`;
  const price = { amount: String(1000 + recIndex), currency: recIndex % 3 === 0 ? "GBP" : "USD" };
  const payer =
    recIndex % 3 === 0
      ? { provider: "azure", service: "compute", account: subscription(recIndex) }
      : recIndex % 3 === 1
        ? { provider: "aws", service: "ec2", account: "123456789012" }
        : { provider: "gcp", service: "compute", account: "my-project-123" };
  const common = { recIndex, token, ...payer };
  if (recIndex % 100 === 7) {
    const message = "No answer came.";
    return { ...common, status: "unresolved", price, error: { code: "outcome-unknown", message, retryable: true } };
  }
  if (recIndex % 40 === 11) {
    const message =
      "The payment method was declined by the bank. Clear that up with the billing account's owner first.";
    return { ...common, status: "rejected", error: { code: "purchase-rejected", message, retryable: false } };
  }
  const commitment = { id, state: "Succeeded", settled: true };
  const payments =
    recIndex % 3 === 0
      ? paidMonthly(price, { months: 12, kind: "fixed" })
      : recIndex % 3 === 1
        ? paidMonthly(price, { months: 12, kind: "average", dueNow: "500" })
        : recIndex % 6 === 2
          ? paidMonthly(price, { months: 36, kind: "average" })
          : paidAtOnce(price);
  return { ...common, status: "purchased", commitment, price, payments };
}
