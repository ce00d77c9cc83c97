import { InvalidArgumentError } from "commander";
import { type Money, moneySchema } from "../spec/money.ts";

/** A parser of option values that may be given once per currency: `12000.00 USD`. Its error is a usage error. */
export function moneyPerCurrency(text: string, before: readonly Money[] | undefined): readonly Money[] {
  const [amount, currency, ...more] = text.trim().split(/\s+/);
  const money = moneySchema.safeParse({ amount, currency });
  if (!money.success || more.length > 0) {
    throw new InvalidArgumentError('It must be an amount and its currency in quotes, such as "12000.00 USD".');
  }
  if (before?.some((total) => total.currency === money.data.currency)) {
    throw new InvalidArgumentError(`It is given twice for ${money.data.currency}.`);
  }
  return [...(before ?? []), money.data];
}
