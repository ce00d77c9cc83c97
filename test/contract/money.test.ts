import { describe, expect, test } from "vitest";
import { compareMoney, formatMoney, money, moneySchema, totals } from "../../src/contract/money.ts";

describe("money", () => {
  test.each(["30.00", "0", "0.00001", "123456789012345678901234567890.12"])("accepts the amount %s", (amount) => {
    expect(moneySchema.parse({ amount, currency: "GBP" })).toEqual({ amount, currency: "GBP" });
  });

  test.each([30, "30,00", "-1", "1e3", "", " 1", "1.", ".5", "NaN"])("refuses the amount %j", (amount) => {
    expect(moneySchema.safeParse({ amount, currency: "GBP" }).success).toBe(false);
  });

  test.each(["gbp", "GB", "£"])("refuses the currency %s", (currency) => {
    expect(moneySchema.safeParse({ amount: "1", currency }).success).toBe(false);
  });

  test("sums exactly and per currency: 0.1 + 0.2 is 0.3", () => {
    const sums = totals([money(0.1, "GBP"), money("5", "USD"), money(0.2, "GBP")]);
    expect(sums).toEqual([
      { amount: "0.3", currency: "GBP" },
      { amount: "5", currency: "USD" },
    ]);
  });

  test("compares as numbers: 9 is less than 10, 10.0 equals 10.00", () => {
    expect(compareMoney(money("9", "GBP"), money("10", "GBP"))).toBe(-1);
    expect(compareMoney(money("10.0", "GBP"), money("10.00", "GBP"))).toBe(0);
    expect(() => compareMoney(money("1", "GBP"), money("1", "USD"))).toThrow(RangeError);
  });

  test("is written with at least two decimals and none lost", () => {
    expect(formatMoney(money("24", "GBP"))).toBe("24.00 GBP");
    expect(formatMoney(money("0.00125", "USD"))).toBe("0.00125 USD");
  });
});
