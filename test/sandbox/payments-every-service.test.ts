import { Big } from "big.js";
import { expect, onTestFinished, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import { decimalsOf } from "../../src/contract/money.ts";
import type { Priced } from "../../src/contract/payments.ts";
import { termMonths } from "../../src/contract/recommendation.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { fixtureExecution } from "../fixture-execution.ts";

/** Every service, and each way of paying of AWS' Reserved Instances and savings plans. */
function everyWay() {
  const { recommendations, ...head } = fixtureExecution();
  const ways = ["all-upfront", "partial-upfront", "no-upfront"];
  const unsold = new Map<unknown, readonly string[]>([
    ["redshift-serverless", ["partial-upfront"]],
    ["medialive", ["partial-upfront", "all-upfront"]],
    ["mediaconnect", ["partial-upfront", "all-upfront"]],
  ]);
  const isSold = (service: unknown, way: string) => !(unsold.get(service) ?? []).includes(way);
  const all = recommendations.flatMap((one) => {
    if (!("payment" in one)) return [one];
    return ways.filter((way) => isSold(one.service, way)).map((payment) => ({ ...one, payment, maxPrice: undefined }));
  });
  return { ...head, recommendations: all.map((one) => JSON.parse(JSON.stringify(one)) as Record<string, unknown>) };
}

/** What is due now and all months, with what rounding may take; and the price. */
function sumOf({ price, payments }: Priced) {
  if (price === undefined || payments === undefined) return undefined;
  const { dueNow, monthly } = payments;
  const sum = new Big(dueNow.amount).plus(new Big(monthly?.amount ?? 0).times(monthly?.months ?? 0));
  const lacks = monthly?.rounded ? new Big(10).pow(-decimalsOf(price.currency)).times(monthly.months) : new Big(0);
  return { isWhole: sum.minus(price.amount).abs().lte(lacks), currency: [dueNow.currency, monthly?.currency] };
}

/** How it is paid, in the words of the recommendation. */
function wayOf({ payments }: Priced): string | undefined {
  if (payments === undefined) return undefined;
  if (payments.monthly === undefined) return "upfront";
  return new Big(payments.dueNow.amount).eq(0) ? "monthly" : "both";
}

const expectedWays: Readonly<Record<string, readonly string[]>> = {
  Upfront: ["upfront"],
  // Of an instalment plan of Azure the first payment is due with the purchase, where it says so.
  Monthly: ["monthly", "both"],
  "all-upfront": ["upfront"],
  "partial-upfront": ["both"],
  "no-upfront": ["monthly"],
};

test("what is due now and every month comes to the price: quoted, bought, and adopted without the ledger", async () => {
  // The same hosts, each way of paying.
  const sandbox = await startCloudSandbox({ aws: { soldOnce: "sold" } });
  onTestFinished(() => sandbox.close());
  const execution = everyWay();
  // No wait takes time.
  const environment = { ...systemEnvironment, sleep: async () => undefined };
  const settings = { endpoint: sandbox.url, environment };
  const providers = [createAzure(settings), createAws(settings), createGcp(settings)];
  const purchaser = () => createPurchaser({ ledger: createMemoryLedger(), environment, providers });

  const check = (
    items: readonly (Priced & Pick<Outcome, "recIndex">)[],
    mayBeUnknown: (provider: unknown) => boolean,
  ) => {
    for (const item of items) {
      const { provider, service, billingPlan, payment, term } = execution.recommendations[item.recIndex]!;
      const name = `${String(provider)} ${String(service)} ${String(payment ?? billingPlan)}`;
      if (item.payments === undefined && mayBeUnknown(provider)) continue;
      const { currency } = item.price!;
      const said = sumOf(item);
      expect({ name, isWhole: said?.isWhole }).toEqual({ name, isWhole: true });
      expect({ name, said: said?.currency.every((one) => one === undefined || one === currency) }).toEqual({
        name,
        said: true,
      });
      const { monthly, dueNow } = item.payments!;
      // The first instalment is one of the term's months.
      const first = billingPlan === "Monthly" && new Big(dueNow.amount).gt(0) ? 1 : 0;
      const months = monthly === undefined ? undefined : monthly.months + first;
      expect({ name, months }).toEqual({ name, months: monthly && termMonths(String(term)) });
      const expected = expectedWays[String(payment ?? billingPlan)] ?? ["monthly"];
      expect({ name, way: wayOf(item) }).toEqual({ name, way: expect.toBeOneOf([...expected]) });
    }
  };

  const plan = await purchaser().plan(execution);
  const refused = plan.recommendations.filter(({ verdict }) => verdict !== "buy");
  expect(refused.map(({ error }) => error?.message)).toEqual([]);
  check(plan.recommendations, () => false);

  const { outcomes } = await purchaser().drive(execution);
  expect(outcomes.map(({ status }) => status)).toEqual(execution.recommendations.map(() => "purchased"));
  check(outcomes, () => false);
  outcomes.forEach(({ recIndex, payments }) => {
    expect({ recIndex, payments }).toEqual({ recIndex, payments: plan.recommendations[recIndex]?.payments });
  });

  // Azure and Google name no price of what was bought: then nobody knows how it is paid.
  const { outcomes: adopted } = await purchaser().drive(execution);
  // Redshift and Redshift Serverless show no token of what they sell: without the ledger a person says what it is.
  const isTokenless = ({ recIndex }: Pick<Outcome, "recIndex">) =>
    String(execution.recommendations[recIndex]?.["service"]).startsWith("redshift");
  for (const { error } of adopted.filter(isTokenless)) expect(error?.code).toBe("look-alike");
  expect(adopted.filter(isTokenless).length).toBeGreaterThan(2);
  const found = adopted.filter((outcome) => !isTokenless(outcome));
  check(found, (provider) => provider !== "aws");
}, 60_000);
