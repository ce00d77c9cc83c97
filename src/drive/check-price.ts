import { RefusedError } from "../contract/errors.ts";
import { compareMoney, formatMoney, isPayable, type Money } from "../contract/money.ts";

/** Throws a RefusedError for a price that nobody could pay: a mistake, whose true price no limit has seen. */
export function checkPositive(price: Money): void {
  if (isPayable(price)) return;
  throw new RefusedError({
    code: "quote-failed",
    message: `The provider quotes ${price.amount} ${price.currency}, which is no price. Nothing was sent. Ask the provider what it costs, then drive again.`,
  });
}

/** Compares a quote with the caller's limit. Throws a RefusedError when it is above it, or in another currency. */
export function checkPrice(price: Money, limit: Money | undefined): void {
  if (limit === undefined) return;
  if (price.currency !== limit.currency) {
    throw new RefusedError({
      code: "price-currency-mismatch",
      message: `The quote is ${formatMoney(price)}, but maxPrice is in ${limit.currency}. Nothing was sent. Give the limit in ${price.currency}.`,
    });
  }
  if (compareMoney(price, limit) > 0) {
    throw new RefusedError({
      code: "price-above-limit",
      message: `The quote is ${formatMoney(price)}, above the limit of ${formatMoney(limit)} (maxPrice). Nothing was sent. Raise maxPrice if the price is right, then drive again.`,
    });
  }
}
