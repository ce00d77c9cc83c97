import { Big } from "big.js";
import { RefusedError } from "../contract/errors.ts";
import { compareMoney, formatMoney, type Money, moneySchema, totals } from "../contract/money.ts";

/**
 * What may still be sent: the prices of all that was sent under it, unknown outcomes included, stay within the caller's
 * totals. Nothing here waits, so recommendations that are quoted at the same time cannot take the same money twice.
 */
export interface Budget {
  /** There are totals to keep. */
  readonly limited: boolean;
  /** Throws a RefusedError unless all of this could be sent beside what is taken. Takes nothing. */
  check(prices: readonly Money[]): void;
  /** Takes the price of what is about to be sent for a token, which holds one at a time. Throws a RefusedError, and then takes nothing. */
  take(token: string, price: Money): void;
  /** Gives back what a token took: it was not sent, or is proven to have bought nothing. */
  giveBack(token: string): void;
  /** Whether it threw this: nothing but the totals of the call stops it. */
  refused(error: unknown): boolean;
}

/**
 * A budget of at most so much per currency; undefined for none. Throws a RefusedError `invalid-configuration` for an
 * empty list, an amount that is none, or a currency given twice.
 */
export function createBudget(maxTotals: readonly Money[] | undefined): Budget {
  checkTotals(maxTotals);
  const taken = new Map<string, Money>();
  const thrown = new WeakSet();
  const above = (found: readonly Broken[], message: string) => {
    const error = refusal(found, message);
    thrown.add(error);
    return error;
  };
  /** Of all that is taken, by currency: kept, because adding thousands up again for each would take longer than the drive. */
  const sums = new Map<string, Big>();
  const change = ({ amount, currency }: Money, by: "plus" | "minus") =>
    sums.set(currency, (sums.get(currency) ?? new Big(0))[by](amount));
  const giveBack = (token: string) => {
    const price = taken.get(token);
    if (price === undefined) return;
    taken.delete(token);
    change(price, "minus");
  };

  const hold = (token: string, price: Money) => {
    taken.set(token, price);
    change(price, "plus");
  };

  /** The sums of these prices that are above their limit, or have none. */
  function broken(prices: readonly Money[]): readonly Broken[] {
    return totals(prices).flatMap((sum) => {
      const limit = maxTotals?.find(({ currency }) => currency === sum.currency);
      if (maxTotals === undefined || (limit !== undefined && compareMoney(sum, limit) <= 0)) return [];
      return [{ sum, limit }];
    });
  }

  return {
    limited: maxTotals !== undefined,

    check: (prices) => {
      const found = broken([...prices, ...taken.values()]);
      if (found.length === 0) return;
      const sent = totals([...taken.values()])
        .map(formatMoney)
        .join(", ");
      const beside = sent === "" ? "" : `, with ${sent} sent before`;
      throw above(found, `What is still to be bought comes to ${describe(found)}${beside}. Nothing of it was bought.`);
    },

    take: (token, price) => {
      const before = taken.get(token);
      giveBack(token);
      const { currency } = price;
      const found = broken([{ amount: (sums.get(currency) ?? new Big(0)).toFixed(), currency }, price]);
      if (found.length > 0) {
        if (before !== undefined) hold(token, before);
        const text = `With its price of ${formatMoney(price)} the drive would have sent ${describe(found)}.`;
        throw above(found, `${text} Nothing was sent for it now.`);
      }
      hold(token, price);
    },

    giveBack,

    refused: (error) => error instanceof Error && thrown.has(error),
  };
}

interface Broken {
  readonly sum: Money;
  readonly limit: Money | undefined;
}

function describe(found: readonly Broken[]): string {
  return found
    .map(
      ({ sum, limit }) => `${formatMoney(sum)} (${limit ? `total allowed ${formatMoney(limit)}` : "no total given"})`,
    )
    .join(" and ");
}

function refusal(found: readonly Broken[], message: string): RefusedError {
  const above = found.some(({ limit }) => limit !== undefined);
  return new RefusedError({ code: above ? "total-above-limit" : "total-currency-missing", message });
}

function checkTotals(maxTotals: readonly Money[] | undefined): void {
  if (maxTotals === undefined) return;
  const currencies = new Set(maxTotals.map(({ currency }) => currency));
  // An empty list would limit nothing, or everything: neither is what its writer can be trusted to have meant.
  const valid = maxTotals.length > 0 && maxTotals.every((total) => moneySchema.safeParse(total).success);
  if (valid && currencies.size === maxTotals.length) return;
  throw new RefusedError({
    code: "invalid-configuration",
    message:
      'maxTotals must hold at least one amount, each a decimal string with its currency, such as { amount: "12000.00", currency: "USD" }, and each currency once. Nothing was sent.',
  });
}
