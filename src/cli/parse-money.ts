import { InvalidArgumentError } from "commander";
import type { Money } from "../spec/money.ts";

/**
 * A parser of option values that may be given once per currency: `12000.00 USD`. Its error is a usage error. It does what
 * `moneySchema` does, without what that loads: every command is parsed, most without money.
 */
export function moneyPerCurrency(text: string, before: readonly Money[] | undefined): readonly Money[] {
  const [, amount, currency] = /^(\d[\d.]{0,39}) +([A-Z]{3})$/.exec(text.trim()) ?? [];
  if (amount === undefined || currency === undefined || !/^\d+(\.\d+)?$/.test(amount)) {
    throw new InvalidArgumentError('It must be an amount and its currency in quotes, such as "12000.00 USD".');
  }
  if (before?.some((total) => total.currency === currency)) {
    throw new InvalidArgumentError(`It is given twice for ${currency}.`);
  }
  return [...(before ?? []), { amount, currency }];
}
