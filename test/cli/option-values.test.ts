import { describe, expect, test } from "vitest";
import { duration, moneyOf, moneyPerCurrency } from "../../src/cli/commands/option-values.ts";
import { moneySchema } from "../../src/contract/money.ts";
import { thrownBy } from "../thrown-by.ts";
import { runCommand } from "./run-command.ts";

describe("amounts, as --max-total takes them", () => {
  test("an amount and its currency, once per currency", () => {
    const first = moneyPerCurrency("12000.00 USD", undefined);
    expect(moneyPerCurrency(" 5  GBP ", first)).toEqual([
      { amount: "12000.00", currency: "USD" },
      { amount: "5", currency: "GBP" },
    ]);
    expect(() => moneyPerCurrency("1 USD", first)).toThrow("given twice for USD");
    expect(() => moneyPerCurrency("USD 1,700", first)).toThrow("given twice for USD");
  });

  test.each([
    ["1700 USD", "1700"],
    ["1,700 USD", "1700"],
    ["USD 1,700", "1700"],
    ["USD 1700.5", "1700.5"],
    ["1,700.00 USD", "1700.00"],
    ["12,345,678.9 USD", "12345678.9"],
    ["1,700.125 USD", "1700.125"],
    ["1700.125 USD", "1700.125"],
    ["0.125 USD", "0.125"],
    ["1.7000 USD", "1.7000"],
    ["0.00000001 USD", "0.00000001"],
  ])("%j is %s", (text, amount) => {
    expect(moneyOf(text)).toEqual({ amount, currency: "USD" });
    expect(moneySchema.safeParse(moneyOf(text)).success).toBe(true);
  });

  test.each([
    ["1.700 USD", 'It can be read in two ways: write "1700 USD" or "1.70 USD".'],
    ["USD 12.345", 'It can be read in two ways: write "12345 USD" or "12.3450 USD".'],
    ["1,7 USD", "decimals follow a point, and commas group thousands"],
    ["1,70 USD", "decimals follow a point, and commas group thousands"],
    ["1.700,00 USD", 'as in "1,700.00 USD".'],
    ["1,700,00 USD", "decimals follow a point"],
    ["0,125 USD", "decimals follow a point"],
    ["1234,567 USD", "decimals follow a point"],
    ["12,34,567 USD", "decimals follow a point"],
    ["1,700. USD", "decimals follow a point"],
  ])("%j may mean two things, and is refused with how to write it", (text, words) => {
    expect(() => moneyOf(text)).toThrow(words);
  });

  test("what the message says to write is taken", async () => {
    for (const text of ["1.700 USD", "12.345 USD", "999.001 USD"]) {
      const { message } = (await thrownBy((async () => moneyOf(text))())) as Error;
      const written = [...message.matchAll(/"([^"]+)"/g)].map(([, words = ""]) => Number(moneyOf(words).amount));
      const decimal = Number(text.split(" ")[0]);
      expect(written).toEqual([Math.round(decimal * 1000), decimal]);
    }
  });

  test("of plain decimals that which moneySchema takes, and no other", () => {
    for (const amount of ["0", "0.00", "007", "1.", ".5", "1.2.3", "9".repeat(40), "9".repeat(41)]) {
      const taken = moneySchema.safeParse({ amount, currency: "USD" }).success;
      if (taken) expect(moneyOf(`${amount} USD`)).toEqual({ amount, currency: "USD" });
      else expect(() => moneyOf(`${amount} USD`)).toThrow('such as "12000.00 USD"');
    }
  });

  test.each([
    "",
    "12000",
    "USD",
    "-1 USD",
    "1e3 USD",
    "1 usd",
    "$1,700",
    "1 USD EUR",
    "USD 1 USD",
    "1 700 USD",
    "1'700 USD",
    "1USD",
    "Infinity USD",
  ])("%j is a usage error", (text) => {
    expect(() => moneyOf(text)).toThrow('such as "12000.00 USD"');
  });
});

describe("durations, as --timeout and --older-than take them", () => {
  const parse = duration(1, 172_800);

  test.each([
    ["90", 90],
    ["90s", 90],
    ["10m", 600],
    ["1h30m", 5400],
    ["2d", 172_800],
    ["1d23h59m60s", 172_800],
    ["1m1s", 61],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parse(text)).toBe(seconds);
  });

  test.each([
    "",
    "0",
    "0s",
    "172801",
    "2d1s",
    "10M",
    "10 m",
    "1.5h",
    "30m1h",
    "1m1m",
    "10min",
    "10m30",
    "-1",
    "1e3",
    "500ms",
    "P1D",
    "s",
  ])("%j is a usage error", (text) => {
    expect(() => parse(text)).toThrow("It must be from 1s to 2d: seconds, or with units such as 90s, 10m, 1h30m, 2d.");
  });

  test("limits are said in units", () => {
    expect(() => duration(0, 5430)("x")).toThrow("from 0s to 1h30m30s");
  });
});

test("the command line says which option, and ends with 2", async () => {
  const quote = (...args: readonly string[]) => runCommand(["quote", "e.json", ...args]);
  expect(await quote("--max-total", "1.700 USD")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /option '--max-total <amount>' argument '1.700 USD' is invalid. It can be read in two ways: write "1700 USD" or "1.70 USD"/,
    ) as string,
  });
  expect(await quote("--timeout", "10min")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      "'--timeout <duration>' argument '10min' is invalid. It must be from 1s to 1d",
    ) as string,
  });
  expect(await quote("--timeout", "10m", "--max-total", "USD 1,700")).toMatchObject({
    stderr: expect.stringContaining("there is no such file") as string,
  });
});
