import { Big } from "big.js";
import type { Money } from "./money.ts";
import { type AnyRecommendation, termMonths } from "./recommendation.ts";

/** What a person wants to know about a recommendation, and no request needs. What is not known is left out. */
export interface Particulars {
  /** The address of the page of the provider's own console where what is bought for it shows. */
  readonly portal?: string | undefined;
  /** How it is paid: all at once, in equal months, or `both`: a part at once, the rest in months. */
  readonly paid?: "upfront" | "monthly" | "both" | undefined;
}

/** The same as `Payments`, as far as the way of paying says it: for what was recorded without. */
export interface LikelyPayments {
  readonly dueNow?: Money | undefined;
  /** To the cent: what the provider charges may differ by one. */
  readonly monthly?: Money | undefined;
}

/** How a price of a whole term is paid, as far as it follows from the way of paying. */
export function paymentsOf(
  price: Money,
  { term }: Pick<AnyRecommendation, "term">,
  paid: Particulars["paid"],
): LikelyPayments {
  const { currency } = price;
  const nothing = { amount: "0", currency };
  if (paid === "upfront") return { dueNow: price, monthly: nothing };
  if (paid !== "monthly" || !/^P\dY$/.test(term)) return {};
  const months = termMonths(term);
  return { dueNow: nothing, monthly: { amount: new Big(price.amount).div(months).toFixed(2), currency } };
}
