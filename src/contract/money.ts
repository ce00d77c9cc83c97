import { Big } from "big.js";
import { z } from "zod";
import { must } from "./field-schemas.ts";

/** An amount of money: a decimal string (never a float) and its ISO 4217 currency code. */
export type Money = {
  readonly amount: string;
  readonly currency: string;
};

/** Accepts `{ "amount": "30.00", "currency": "GBP" }` and nothing looser. */
export const moneySchema: z.ZodType<Money, Money> = z.strictObject({
  amount: z
    .string(must('must be a decimal string such as "30.00"'))
    .max(40)
    .regex(/^\d+(\.\d+)?$/, 'must be a decimal string such as "30.00"')
    .meta({ description: "A decimal number in quotes, without thousands separators.", examples: ["30.00"] }),
  currency: z
    .string(must('must be an ISO 4217 code such as "USD"'))
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as "USD"')
    .meta({ description: "The currency's ISO 4217 code.", examples: ["USD"] }),
});

/** Money from a provider's number or decimal text. Throws when the amount is not a finite decimal. */
export function money(amount: string | number, currency: string): Money {
  return { amount: new Big(amount).toFixed(), currency };
}

/** `left` compared with `right`: -1, 0 or 1. Throws when the currencies differ: amounts of two currencies have no order. */
export function compareMoney(left: Money, right: Money): -1 | 0 | 1 {
  if (left.currency !== right.currency) {
    throw new RangeError(`Cannot compare ${left.currency} with ${right.currency}.`);
  }
  return new Big(left.amount).cmp(right.amount);
}

/** Whether an amount is at least half of the currency's smallest unit (ISO 4217: a cent, a yen), so that it can be paid. */
export function isPayable({ amount, currency }: Money): boolean {
  return new Big(amount).round(decimalsOf(currency)).gt(0);
}

/** To look it up costs a tenth of a recommendation's whole CPU; there are as many as there are codes. */
const knownDecimals = new Map<string, number>();

/** How many decimals the smallest unit of a currency has (ISO 4217): 2 for a cent, 0 for a yen. */
export function decimalsOf(currency: string): number {
  const known = knownDecimals.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  knownDecimals.set(currency, decimals);
  return decimals;
}

/** Sums per currency, in the order in which the currencies first appear. */
export function totals(prices: readonly Money[]): Money[] {
  const sums = new Map<string, Big>();
  for (const { amount, currency } of prices) {
    sums.set(currency, (sums.get(currency) ?? new Big(0)).plus(amount));
  }
  return [...sums].map(([currency, sum]) => ({ amount: sum.toFixed(), currency }));
}

/** For people: at least two decimals, then the currency: `24.00 GBP`. */
export function formatMoney({ amount, currency }: Money): string {
  const decimals = Math.max(2, amount.split(".")[1]?.length ?? 0);
  return `${new Big(amount).toFixed(decimals)} ${currency}`;
}
