import { describe, expect, test } from "vitest";
import { createReservationsClient, purchaseTwoStep, purchaseTwoStepIdempotent } from "../../providers/azure/index.ts";
import { startLoopback } from "./support/azure-loopback.ts";
import {
  executorOf,
  fakeEnvironment,
  kindOf,
  marker,
  priceAnswer,
  recommend,
  recorded,
  signal,
} from "./support/azure-samples.ts";

const gbp = (amount: unknown) => ({ currencyCode: "GBP", amount });
const usd = (amount: unknown) => ({ currencyCode: "USD", amount });
const months = (count: number, change: Readonly<Record<string, unknown>>) =>
  Array.from({ length: count }, () => change);

/** The quote for one calculatePrice answer, and how often a price was asked for. */
async function quote(change: Readonly<Record<string, unknown>>, recommendation = {}, service = "compute") {
  const properties = { ...priceAnswer.properties, ...change };
  await using server = await startLoopback((request) => ({
    status: 200,
    body: kindOf(request) === "catalog" ? { value: [] } : { properties },
  }));
  const executor = executorOf(service, { endpoint: server.origin });
  const recommended = executor.schema.parse(recommend(service, recommendation));
  const quoted = await executor.quote(recommended, marker, { signal }).catch((error: unknown) => ({ error }));
  return { quoted, asked: server.count("POST") };
}

describe("A4: a price of nothing is no price", () => {
  test.each([
    ["0", gbp(0)],
    ["-0", gbp(-0)],
    ["1e-7", gbp(1e-7)],
    ["a tenth of a penny", gbp(0.001)],
    ["just below half a penny", gbp(0.00499)],
    ["a third of a yen", { currencyCode: "JPY", amount: 0.33 }],
    ["half a dinar's smallest unit, rounded down", { currencyCode: "KWD", amount: 0.0004 }],
  ])("%s", async (_name, billingCurrencyTotal) => {
    const { quoted, asked } = await quote(
      { billingCurrencyTotal },
      { quantity: 1_000, maxPrice: { amount: "30", currency: "GBP" } },
    );
    expect(quoted).toMatchObject({
      error: {
        name: "RefusedError",
        code: "quote-failed",
        retryable: false,
        message: expect.stringContaining("no price"),
      },
    });
    expect(asked).toBe(1);
  });

  test.each([
    ["-1", -1],
    ["a text", "24"],
    ["NaN as a text", "NaN"],
    ["null", null],
    ["a list", [24]],
  ])("%s is no amount", async (_name, amount) => {
    const { quoted } = await quote({ billingCurrencyTotal: gbp(amount) });
    expect(quoted).toMatchObject({ error: { code: "quote-failed", message: expect.stringContaining("no usable") } });
  });

  test("infinity is no amount", async () => {
    const body = JSON.stringify(priceAnswer).replace('"amount":24', '"amount":1e400');
    await using server = await startLoopback(() => ({ status: 200, body }));
    const executor = executorOf("compute", { endpoint: server.origin });
    const quoted = executor.quote(executor.schema.parse(recommend()), marker, { signal });
    await expect(quoted).rejects.toMatchObject({ code: "quote-failed" });
  });

  test.each([
    [{ currencyCode: "GBP", amount: 0.01 }, "0.01"],
    [{ currencyCode: "JPY", amount: 1 }, "1"],
    [{ currencyCode: "KWD", amount: 0.001 }, "0.001"],
  ])("the smallest unit is a price: %o", async (billingCurrencyTotal, amount) => {
    expect((await quote({ billingCurrencyTotal })).quoted).toMatchObject({ price: { amount } });
  });
});

describe("A4: a price that the same answer contradicts is no price", () => {
  test.each([
    ["another net total", { netTotal: 24_000 }, "netTotal 24000"],
    ["... negative", { netTotal: -24 }, "netTotal -24"],
    ["another grand total", { grandTotal: 24_000 }, "grandTotal 24000"],
    ["... that no tax explains", { grandTotal: 28.8, taxTotal: 3 }, "grandTotal 28.8"],
    ["a tax above the price", { taxTotal: 24_000 }, "taxTotal 24000"],
    ["a negative tax", { taxTotal: -1 }, "taxTotal -1"],
    ["another pricing total", { pricingCurrencyTotal: gbp(24_000) }, "pricingCurrencyTotal 24000.00 GBP"],
    ["... of a few pence more", { pricingCurrencyTotal: gbp(24.02) }, "pricingCurrencyTotal 24.02 GBP"],
    ["... negative", { pricingCurrencyTotal: gbp(-24) }, "pricingCurrencyTotal -24.00 GBP"],
    ["a net total of neither currency", { pricingCurrencyTotal: usd(30), netTotal: 24_000 }, "netTotal 24000"],
    [
      "12 instalments of 24",
      { paymentSchedule: months(12, { pricingCurrencyTotal: gbp(24) }) },
      "12 instalments that come to 288.00 GBP",
    ],
    [
      "... in the billing currency",
      { paymentSchedule: months(12, { billingCurrencyTotal: gbp(24) }) },
      "12 instalments",
    ],
    [
      "... of which the first alone names the billing currency",
      {
        paymentSchedule: [
          { pricingCurrencyTotal: usd(30), billingCurrencyTotal: gbp(24) },
          ...months(11, { pricingCurrencyTotal: usd(30) }),
        ],
      },
      "12 instalments that come to 288.00 GBP",
    ],
    [
      "instalments against the pricing total",
      { pricingCurrencyTotal: usd(30), paymentSchedule: months(12, { pricingCurrencyTotal: usd(30) }) },
      "12 instalments that come to 360.00 USD",
    ],
    ["too few instalments", { paymentSchedule: months(1, { pricingCurrencyTotal: gbp(2) }) }, "1 instalments"],
    [
      "a tax that only a total in no currency would allow",
      { pricingCurrencyTotal: { currencyCode: "XGBPX", amount: 24_000 }, taxTotal: 30 },
      "taxTotal 30",
    ],
    ["a tax above both totals", { pricingCurrencyTotal: usd(30), taxTotal: 31 }, "taxTotal 31"],
    ["a term of 10 years in the title", { skuTitle: "Reserved VM Instance, 10 Years" }, '"10 years", not P1Y'],
    ["another quantity", { quantity: 1_000 }, "quantity 1000, not 1"],
    ["another term", { term: "P3Y" }, "term P3Y, not P1Y"],
    ["another billing plan", { billingPlan: "Monthly" }, "billingPlan Monthly, not Upfront"],
    ["another resource type", { reservedResourceType: "SqlDatabases" }, "reservedResourceType SqlDatabases"],
    [
      "another term in the title",
      { skuTitle: "Reserved VM Instance, Standard_B1ls, US West, 3 Years" },
      '"3 years", not P1Y',
    ],
    [
      "another SKU in the title",
      { skuTitle: "Reserved VM Instance, Standard_M416ms_v2, US West, 1 Year" },
      "SKU Standard_M416ms_v2",
    ],
    [
      "another SKU in the description",
      { skuDescription: "standard_m416ms_v2" },
      "SKU standard_m416ms_v2, not Standard_b1ls",
    ],
  ])("%s", async (_name, change, said) => {
    const { quoted, asked } = await quote(change);
    expect(quoted).toMatchObject({
      error: {
        name: "RefusedError",
        code: "quote-failed",
        message: expect.stringContaining(`but the same answer says ${said}`),
      },
    });
    expect(asked).toBe(1);
  });

  test.each([
    ["totals of 0, as in every recording", { netTotal: 0, taxTotal: 0, grandTotal: 0, pricingCurrencyTotal: gbp(0) }],
    ["the same totals", { netTotal: 24, grandTotal: 24, pricingCurrencyTotal: gbp(24) }],
    ["a grand total with its tax", { netTotal: 24, taxTotal: 4.8, grandTotal: 28.8, isTaxIncluded: true }],
    ["a penny of rounding", { pricingCurrencyTotal: gbp(24.01), netTotal: 23.99 }],
    ["two currencies, which cannot be compared", { pricingCurrencyTotal: usd(24_000) }],
    ["totals in the pricing currency", { pricingCurrencyTotal: usd(30), netTotal: 30, taxTotal: 6, grandTotal: 36 }],
    ["a tax between the two totals", { pricingCurrencyTotal: usd(30), netTotal: 30, taxTotal: 25, grandTotal: 55 }],
    [
      "instalments in two currencies, which cannot be added up",
      { paymentSchedule: [{ pricingCurrencyTotal: gbp(12) }, { pricingCurrencyTotal: usd(500) }] },
    ],
    ["empty texts", { term: "", billingPlan: "", reservedResourceType: "" }],
    ["instalments", { paymentSchedule: months(12, { pricingCurrencyTotal: gbp(2), billingCurrencyTotal: gbp(2) }) }],
    ["... that are rounded", { paymentSchedule: months(36, { pricingCurrencyTotal: gbp(0.67) }) }],
    ["... of 0", { paymentSchedule: months(12, { pricingCurrencyTotal: gbp(0) }) }],
    ["... without amounts", { paymentSchedule: months(12, { dueDate: "2026-01-05" }) }],
    ["one payment", { paymentSchedule: [{ pricingCurrencyTotal: gbp(24), billingCurrencyTotal: gbp(24) }] }],
    ["no schedule", { paymentSchedule: null }],
    [
      "what was asked for, in another letter case",
      { quantity: 1, term: "p1y", billingPlan: "upfront", skuDescription: "STANDARD_B1LS" },
    ],
    ["words that name no SKU and no term", { skuTitle: "Reserved VM Instance", skuDescription: "" }],
    [
      "null and other types",
      { netTotal: null, grandTotal: "x", pricingCurrencyTotal: 24, quantity: null, skuTitle: 1 },
    ],
  ])("not by %s", async (_name, change) => {
    expect((await quote(change)).quoted).toMatchObject({ price: { amount: "24", currency: "GBP" } });
  });

  test("not by a title of another service, whose form is not recorded", async () => {
    const skuTitle = "SQL Database Single/Elastic Pool, Standard_Something, 1 Year";
    expect((await quote({ skuTitle }, { sku: "SQLDB_Standard_Gen5" }, "database")).quoted).toMatchObject({
      price: { amount: "24" },
    });
  });

  test.each([
    ["P3Y", "1 Year", '"1 years", not P3Y'],
    ["p3y", "1 Year", '"1 years", not p3y'],
    ["P10Y", "1 Year", '"1 years", not P10Y'],
    ["P1M", "1 Year", '"1 years", not P1M'],
    ["P1M", "1 Month", undefined],
    ["P1Y", "01 Year", undefined],
    // Not of whole years: nothing to compare.
    ["P1Y6M", "3 Years", undefined],
    [undefined, "3 Years", undefined],
  ])("of the term %s and the title %s: %s", async (term, skuTitle, said) => {
    const properties = { ...priceAnswer.properties, skuTitle };
    await using server = await startLoopback((one) =>
      kindOf(one) === "price" ? { status: 200, body: { properties } } : { status: 500 },
    );
    const client = createReservationsClient({ endpoint: server.origin, environment: fakeEnvironment() });
    const body = { sku: { name: "A" }, properties: { quantity: 1, ...(term === undefined ? {} : { term }) } };
    await expect(purchaseTwoStep({ client, body })).rejects.toMatchObject(
      said === undefined
        ? { code: "outcome-unknown" }
        : { code: "quote-failed", message: expect.stringContaining(said) },
    );
  });

  test.each(["calculate-upfront-200", "calculate-monthly-200"])(
    "not %s: every recorded answer is a price",
    async (name) => {
      const { request, response } = recorded(name);
      await using server = await startLoopback((one) =>
        kindOf(one) === "price" ? { status: 200, body: response.body } : { status: 500 },
      );
      const client = createReservationsClient({ endpoint: server.origin, environment: fakeEnvironment() });
      const bought = purchaseTwoStep({ client, body: request.body as never });
      await expect(bought).rejects.toMatchObject({
        code: "outcome-unknown",
        openOrder: { price: { currency: "GBP" } },
      });
    },
  );
});

describe("A4: the two-step functions buy at no such price", () => {
  test.each([
    ["nothing", { billingCurrencyTotal: gbp(0) }],
    ["what the answer contradicts", { netTotal: 24_000 }],
  ])("%s", async (_name, change) => {
    await using server = await startLoopback((request) => ({
      status: 200,
      body: kindOf(request) === "list" ? { value: [] } : { properties: { ...priceAnswer.properties, ...change } },
    }));
    const client = createReservationsClient({ endpoint: server.origin, environment: fakeEnvironment() });
    const body = { sku: { name: "Standard_b1ls" }, properties: { quantity: 1 } };
    await expect(purchaseTwoStep({ client, body })).rejects.toMatchObject({ code: "quote-failed" });
    const guarded = purchaseTwoStepIdempotent({ client, body, ...marker });
    await expect(guarded).rejects.toMatchObject({ code: "quote-failed" });
    expect(server.count("PUT")).toBe(0);
  });
});

describe("B13: a subscription that a partner bills", () => {
  test.each([{ billingCurrencyTotal: undefined }, { billingCurrencyTotal: null }])(
    "Azure names no price of the bill: said so, with what can be done, and not retryable (%o)",
    async (change) => {
      const { quoted } = await quote({ ...change, isBillingPartnerManaged: true, pricingCurrencyTotal: usd(30) });
      expect(quoted).toMatchObject({
        error: {
          name: "RefusedError",
          code: "quote-failed",
          retryable: false,
          message: expect.stringMatching(/A partner bills this subscription.*Have the partner buy it/),
        },
      });
      expect(quoted).not.toMatchObject({ error: { message: expect.stringContaining("proxy") } });
    },
  );

  test("where it names one all the same, that is the price", async () => {
    expect((await quote({ isBillingPartnerManaged: true })).quoted).toMatchObject({ price: { amount: "24" } });
  });

  test("a total that cannot be read is no matter of partners, nor is one that lacks where Microsoft bills", async () => {
    for (const change of [
      { isBillingPartnerManaged: true, billingCurrencyTotal: gbp("24") },
      { isBillingPartnerManaged: false, billingCurrencyTotal: undefined },
    ]) {
      const { quoted } = await quote(change);
      expect(quoted).toMatchObject({ error: { retryable: true, message: expect.stringContaining("no usable") } });
    }
  });
});
