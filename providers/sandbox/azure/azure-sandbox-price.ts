import { Big } from "big.js";
import type { PurchaseRequest } from "./check-purchase-request.ts";
import { findSku } from "./reserved-skus.ts";

const monthsOfTerm: Readonly<Record<string, number>> = { P1M: 1, P1Y: 12, P3Y: 36, P5Y: 60 };

/** Months of a term; 0 for one that does not exist. */
export function months(term: string): number {
  return monthsOfTerm[term] ?? 0;
}

/** Price of the whole term, and of one of its months: quantity included, currency not. */
export function priceOf({ sku, term, quantity }: Pick<PurchaseRequest, "sku" | "term" | "quantity">): {
  readonly total: Big;
  readonly monthly: Big;
} {
  const monthly = new Big(findSku(sku)?.monthly[term] ?? 0).times(quantity);
  return { monthly, total: monthly.times(months(term)) };
}
