import { formatMoney, type Money, totals } from "../../spec/money.ts";

/** Prices summed per currency, and how many there are without one: `24.00 GBP   1160.52 USD   1 without a known price`. */
export function sumText(priced: readonly { readonly price?: Money }[]): string {
  if (priced.length === 0) return "nothing";
  const unknown = priced.filter(({ price }) => price === undefined).length;
  const sums = totals(priced.flatMap(({ price }) => price ?? [])).map(formatMoney);
  return [...sums, ...(unknown === 0 ? [] : [`${unknown} without a known price`])].join("   ");
}
