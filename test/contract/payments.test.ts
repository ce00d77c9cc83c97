import { describe, expect, test } from "vitest";
import { boughtOutcome } from "../../src/drive/outcome.ts";
import { compute } from "../end-to-end/recommendations.ts";
import { paidAtOnce, paidMonthly, paymentTotals, pricedAs } from "../../src/contract/payments.ts";

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
