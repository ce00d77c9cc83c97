import { describe, expect, test } from "vitest";
import { moneyPerCurrency } from "../../src/cli/commands/option-groups.ts";
import { moneySchema } from "../../src/contract/money.ts";

describe("--max-total", () => {
  test("an amount and its currency, once per currency", () => {
    const first = moneyPerCurrency("12000.00 USD", undefined);
    expect(moneyPerCurrency(" 5  GBP ", first)).toEqual([
      { amount: "12000.00", currency: "USD" },
      { amount: "5", currency: "GBP" },
    ]);
    expect(() => moneyPerCurrency("1 USD", first)).toThrow("given twice for USD");
  });

  test("nothing that moneySchema takes is refused, and the other way round", () => {
    for (const amount of ["0", "0.00", "007", "1.", ".5", "1.2.3", "9".repeat(40), "9".repeat(41)]) {
      const taken = moneySchema.safeParse({ amount, currency: "USD" }).success;
      const parse = () => moneyPerCurrency(`${amount} USD`, undefined);
      if (taken) expect(parse()).toEqual([{ amount, currency: "USD" }]);
      else expect(parse).toThrow();
    }
  });

  test.each([
    "",
    "12000",
    "USD",
    "12,000 USD",
    "-1 USD",
    "1e3 USD",
    "1 usd",
    "1 USD EUR",
    "USD 1",
    "1USD",
    "Infinity USD",
  ])("%j is a usage error", (text) => {
    expect(() => moneyPerCurrency(text, undefined)).toThrow('such as "12000.00 USD"');
  });
});
