import { expect, test } from "vitest";
import { instalmentsOf } from "../../providers/azure/azure-instalments.ts";
import { paidMonthly } from "../../src/contract/payments.ts";
import { recorded } from "./support/azure-samples.ts";

const gbp = (amount: string) => ({ amount, currency: "GBP" });
const inGbp = (amount: number) => ({ currencyCode: "GBP", amount });
const inUsd = (amount: number) => ({ currencyCode: "USD", amount });
const asked = (billingPlan?: string, term = "P1Y") => ({
  properties: { term, ...(billingPlan ? { billingPlan } : {}) },
});
const bought = Date.parse("2023-03-06T14:10:21Z");

/** Twelve instalments from the day of the recording on, each changed alike, and the first besides. */
function schedule(change: object, first: object = {}) {
  const days = Array.from({ length: 12 }, (_, month) =>
    new Date(Date.UTC(2023, 2 + month, 6)).toISOString().slice(0, 10),
  );
  return { paymentSchedule: days.map((dueDate, month) => ({ dueDate, ...change, ...(month === 0 ? first : {}) })) };
}

test("monthly, as recorded: the first instalment on the day of the purchase, eleven after it", () => {
  const { properties } = recorded("calculate-monthly-200").response.body as { properties: unknown };
  expect(instalmentsOf(gbp("48"), properties, asked("Monthly"), bought)).toEqual({
    dueNow: gbp("4"),
    monthly: { ...gbp("4"), months: 11, kind: "fixed" },
  });
});

test("a first instalment that is due later is a month like the others", () => {
  const monthBefore = bought - 28 * 24 * 3_600_000;
  expect(instalmentsOf(gbp("48"), schedule({ pricingCurrencyTotal: inGbp(4) }), asked("Monthly"), monthBefore)).toEqual(
    paidMonthly(gbp("48"), { months: 12, kind: "fixed" }),
  );
});

test.each([
  ["no schedule", {}],
  ["an empty one", { paymentSchedule: [] }],
  ["one that cannot be read", { paymentSchedule: "12" }],
])("monthly with %s: evenly over the months of the term", (_name, answer) => {
  expect(instalmentsOf(gbp("72"), answer, asked("Monthly", "P3Y"), bought)).toEqual({
    dueNow: gbp("0"),
    monthly: { ...gbp("2"), months: 36, kind: "fixed" },
  });
  expect(instalmentsOf(gbp("72"), answer, asked("Monthly", "for ever"), bought)).toBeUndefined();
});

test("priced in another currency than billed, a month is an average", () => {
  const answer = schedule({ pricingCurrencyTotal: inUsd(5) }, { billingCurrencyTotal: inGbp(4.1) });
  expect(instalmentsOf(gbp("48.1"), answer, asked("Monthly"), bought)).toEqual({
    dueNow: gbp("4.1"),
    monthly: { ...gbp("4"), months: 11, kind: "average" },
  });
});

test("where nobody names the first instalment in the currency of the price, nothing is said", () => {
  const answer = schedule({ pricingCurrencyTotal: inUsd(5) });
  expect(instalmentsOf(gbp("48"), answer, asked("Monthly"), bought)).toBeUndefined();
  expect(
    instalmentsOf(gbp("48"), schedule({ pricingCurrencyTotal: inGbp(50) }), asked("Monthly"), bought),
  ).toBeUndefined();
});

test("upfront is all at once, and so is a billing plan that is left out; of another one nothing is known", () => {
  expect(instalmentsOf(gbp("24"), schedule({}), asked("Upfront"), bought)).toEqual({ dueNow: gbp("24") });
  expect(instalmentsOf(gbp("24"), {}, asked(), bought)).toEqual({ dueNow: gbp("24") });
  expect(instalmentsOf(gbp("24"), {}, asked("Weekly"), bought)).toBeUndefined();
});
