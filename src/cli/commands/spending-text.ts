import type { QuotedRecommendation } from "../../drive/prospect.ts";
import type { Quotation } from "../../drive/quote.ts";
import { formatMoney } from "../../spec/money.ts";
import type { Execution } from "../../spec/recommendation.ts";

/** The question after the prices. */
export function spendingQuestion({ recommendations, totals }: Quotation): string {
  const of = (...verdicts: readonly QuotedRecommendation["verdict"][]) =>
    recommendations.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const [spending, unsure, open] = [of("buy"), of("refuse"), of("reconcile", "held")];
  if (spending + unsure + open === 0) return "All of it was bought before. Drive it again to see how it stands?";
  const rest = [
    ...(unsure === 0 ? [] : [`try ${unsure} again that would be refused now`]),
    ...(open === 0 ? [] : [`find out about ${open} that may be bought or under way, and buy what is not`]),
  ];
  if (spending === 0 && open === 0) return `Nothing can be bought as it stands. Try ${unsure} again all the same?`;
  const commitments = spending === 1 ? "1 commitment" : `${spending} commitments`;
  const buy = spending === 0 ? [] : [`buy ${commitments} for ${totals.buy.map(formatMoney).join(" and ")}`];
  const question = [...buy, ...rest].join(" and ");
  return `${question.charAt(0).toUpperCase()}${question.slice(1)}? This cannot be taken back.`;
}

/**
 * The execution as the person agreed to it: where the file sets no limit, the price that was shown is the limit. It
 * cannot rise unseen between the question and the purchase. (A limit is no part of what is bought: token and fingerprint
 * stay the same.)
 */
export function withShownPrices(execution: Execution, { recommendations: quotes }: Quotation): Execution {
  const shown = new Map(quotes.map(({ recIndex, price }) => [recIndex, price]));
  return {
    ...execution,
    recommendations: execution.recommendations.map((recommendation, recIndex) => {
      const maxPrice = recommendation.maxPrice ?? shown.get(recIndex);
      return maxPrice === undefined ? recommendation : { ...recommendation, maxPrice };
    }),
  };
}
