import { describe, expect, test } from "vitest";
import { boughtOutcome } from "../../src/drive/outcome.ts";
import { compute } from "../end-to-end/recommendations.ts";
import { paidAtOnce, paidHourly, paidMonthly, paymentTotals, pricedAs, repriced } from "../../src/contract/payments.ts";

const usd = (amount: string) => ({ amount, currency: "USD" });

describe("how a price is paid", () => {
  test("all at once leaves nothing for later", () => {
    expect(paidAtOnce(usd("24"))).toEqual({ dueNow: usd("24") });
    expect(paidMonthly(usd("24"), { months: 12, kind: "fixed", dueNow: "24.00" })).toEqual({ dueNow: usd("24") });
  });

  test("a part now and the rest in months come to the price", () => {
    expect(paidMonthly(usd("48"), { months: 11, kind: "fixed", dueNow: "4" })).toEqual({
      dueNow: usd("4"),
      monthly: { ...usd("4"), months: 11, kind: "fixed" },
    });
  });

  test("an average keeps every decimal, and says when it cannot", () => {
    const average = (price: string) => paidMonthly(usd(price), { months: 12, kind: "average" }).monthly;
    expect(average("1160.5248")).toEqual({ ...usd("96.7104"), months: 12, kind: "average" });
    expect(average("100")).toEqual({ ...usd("8.33"), months: 12, kind: "average", rounded: true });
  });

  test("what is billed has no more decimals than its currency", () => {
    const billed = (amount: string, currency: string) =>
      paidMonthly({ amount, currency }, { months: 12, kind: "fixed" }).monthly;
    expect(billed("1.5", "USD")).toMatchObject({ amount: "0.13", rounded: true });
    expect(billed("1200", "JPY")).toEqual({ amount: "100", currency: "JPY", months: 12, kind: "fixed" });
    expect(billed("1206", "JPY")).toMatchObject({ amount: "101", rounded: true });
  });
});

test("only what is said of the price that counts says how it is paid", () => {
  const payments = paidAtOnce(usd("24"));
  expect(pricedAs({}, { price: usd("24.00"), payments })).toEqual({ price: usd("24.00"), payments });
  expect(pricedAs({ price: usd("24") }, { price: usd("24.00"), payments })).toEqual({ price: usd("24"), payments });
  expect(pricedAs({ price: usd("30") }, { price: usd("24"), payments })).toEqual({ price: usd("30") });
  expect(pricedAs(undefined, { payments })).toEqual({});
});

test("sums add nothing across currencies, nor across numbers of months", () => {
  const gbp = { amount: "5", currency: "GBP" };
  const monthly = (price: string, months: number, kind: "fixed" | "average" = "fixed") => {
    return { price: usd(price), payments: paidMonthly(usd(price), { months, kind }) };
  };
  expect(
    paymentTotals([
      monthly("36", 36),
      { price: gbp, payments: paidAtOnce(gbp) },
      monthly("12", 12),
      monthly("24", 12, "average"),
      { price: usd("7") },
      {},
    ]),
  ).toEqual([
    {
      price: usd("79"),
      dueNow: usd("0"),
      monthly: [
        { ...usd("3"), months: 12, kind: "average" },
        { ...usd("1"), months: 36, kind: "fixed" },
      ],
      unknown: usd("7"),
    },
    { price: gbp, dueNow: gbp, monthly: [] },
  ]);
});

test("an outcome says how it is paid, and what was recorded without it still reads", () => {
  const record = { recIndex: 0, token: "0".repeat(64), recommendation: compute };
  const commitment = {
    id: "1",
    state: "Succeeded",
    standing: "live",
    settled: true,
    marked: true,
    price: usd("24"),
  } as const;
  const payments = paidAtOnce(usd("24"));
  expect(boughtOutcome(record, { ...commitment, payments }, "purchased").payments).toEqual(payments);
  expect(boughtOutcome(record, commitment, "purchased")).not.toHaveProperty("payments");
});

describe("billed by the hour", () => {
  test("730 hours are a month", () => {
    expect(paidHourly(usd("876"), { hours: 8_760 })).toEqual(paidMonthly(usd("876"), { months: 12, kind: "average" }));
    expect(paidHourly(usd("876"), { hours: 26_280, dueNow: "156" })).toEqual({
      dueNow: usd("156"),
      monthly: { ...usd("20"), months: 36, kind: "average" },
    });
  });

  test("nothing is left where all is due at once, however long the term", () => {
    expect(paidHourly(usd("5"), { hours: 1, dueNow: "5.00" })).toEqual({ dueNow: usd("5") });
  });

  test("a term that is no whole number of months, and more due than the price, say nothing", () => {
    expect(paidHourly(usd("5"), { hours: 8_784 })).toBeUndefined();
    expect(paidHourly(usd("5"), { hours: 0 })).toBeUndefined();
    expect(paidHourly(usd("5"), { hours: 8_760, dueNow: "6" })).toBeUndefined();
  });
});

test("at another price it is paid as that one is, or in a way that nobody knows", () => {
  const item = { id: "1", price: usd("24"), payments: paidAtOnce(usd("24")) };
  const month = paidMonthly(usd("36"), { months: 12, kind: "fixed" });
  expect(repriced(item, { price: usd("36"), payments: month })).toEqual({ id: "1", price: usd("36"), payments: month });
  expect(repriced(item, { price: usd("36") })).toEqual({ id: "1", price: usd("36") });
  expect(repriced(item, { price: usd("24.00") }, item)).toEqual({ ...item, price: usd("24.00") });
});
