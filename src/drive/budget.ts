import { RefusedError } from "../spec/errors.ts";
import { compareMoney, formatMoney, type Money, moneySchema, totals } from "../spec/money.ts";

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
}

/**
 * A budget of at most so much per currency; undefined for none. Throws a RefusedError `invalid-configuration` for an
 * empty list, an amount that is none, or a currency given twice.
 */
export function createBudget(maxTotals: readonly Money[] | undefined): Budget {
  checkTotals(maxTotals);
  const taken = new Map<string, Money>();

  /** The limit that these prices together break, and their sum in its currency. */
  function broken(prices: readonly Money[]): { sum: Money; limit: Money | undefined } | undefined {
    for (const sum of totals(prices)) {
      const limit = maxTotals?.find(({ currency }) => currency === sum.currency);
      if (maxTotals !== undefined && (limit === undefined || compareMoney(sum, limit) > 0)) return { sum, limit };
    }
    return undefined;
  }

  return {
    limited: maxTotals !== undefined,

    check: (prices) => {
      const found = broken([...prices, ...taken.values()]);
      if (found === undefined) return;
      const { sum, limit } = found;
      if (limit === undefined) throw currencyMissing(`What is still to be bought comes to ${formatMoney(sum)}`);
      const sent = totals([...taken.values()]).find(({ currency }) => currency === sum.currency);
      const beside = sent === undefined ? "" : `, of which ${formatMoney(sent)} were sent before`;
      throw totalAbove(
        `What is still to be bought comes to ${formatMoney(sum)}${beside}, above the total of ${formatMoney(limit)}. Nothing of it was bought.`,
      );
    },

    take: (token, price) => {
      const others = [...taken].flatMap(([holder, amount]) => (holder === token ? [] : [amount]));
      const found = broken([...others.filter(({ currency }) => currency === price.currency), price]);
      if (found === undefined) {
        taken.set(token, price);
        return;
      }
      const { sum, limit } = found;
      if (limit === undefined) throw currencyMissing(`The price is ${formatMoney(price)}`);
      throw totalAbove(
        `With this price of ${formatMoney(price)} the drive would have sent ${formatMoney(sum)}, above the total of ${formatMoney(limit)}. Nothing was sent for it now.`,
      );
    },

    giveBack: (token) => void taken.delete(token),
  };
}

function totalAbove(what: string): RefusedError {
  return new RefusedError({
    code: "total-above-limit",
    message: `${what} Raise the total (maxTotals, --max-total) if the prices are right, then drive again.`,
  });
}

function currencyMissing(what: string): RefusedError {
  return new RefusedError({
    code: "total-currency-missing",
    message: `${what}, and no total is given in that currency. Nothing was sent for it. Give one (maxTotals, --max-total), then drive again.`,
  });
}

function checkTotals(maxTotals: readonly Money[] | undefined): void {
  const currencies = new Set(maxTotals?.map(({ currency }) => currency));
  if (maxTotals === undefined) return;
  // An empty list would limit nothing, or everything: neither is what its writer can be trusted to have meant.
  const valid = maxTotals.length > 0 && maxTotals.every((total) => moneySchema.safeParse(total).success);
  if (valid && currencies.size === maxTotals.length) return;
  throw new RefusedError({
    code: "invalid-configuration",
    message:
      'maxTotals must hold at least one amount, each a decimal string with its currency, such as { amount: "12000.00", currency: "USD" }, and each currency once. Nothing was sent.',
  });
}
