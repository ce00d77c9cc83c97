import type { QuotedRecommendation } from "../drive/quote-request.ts";
import { formatMoney, totals } from "../spec/money.ts";
import type { Execution } from "../spec/recommendation.ts";
import { cleanText } from "./clean-text.ts";
import { layOut } from "./layout.ts";
import { shorten } from "./shorten.ts";
import type { Paint } from "./terminal.ts";
import { whatText } from "./what-text.ts";

/** How quotes are written down for a person. */
export interface SpendingTextOptions {
  /** What each recommendation asks for, by recIndex. */
  readonly descriptions: readonly string[];
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

/** What a drive will spend, for a person who is asked: prices, limits, sums, what cannot be quoted and why. */
export function spendingText(
  { recommendations }: Execution,
  quotes: readonly QuotedRecommendation[],
  { descriptions, width, paint }: SpendingTextOptions,
): string {
  const limit = ({ recIndex }: QuotedRecommendation) => recommendations[recIndex]?.maxPrice;
  const table = layOut(
    [
      { title: "#", minimum: 5, align: "right", paint: (line) => paint("dim", line) },
      { title: "what", minimum: 20 },
      { title: "price", minimum: 24, align: "right", paint: (line) => paint("bold", line) },
      { title: "limit", minimum: 24, align: "right" },
      { title: "note", minimum: 24, paint: (line) => paint("yellow", line) },
    ],
    quotes.map((quote) => {
      const { recIndex, price, alreadyBought } = quote;
      const maxPrice = alreadyBought ? undefined : limit(quote);
      return [
        String(recIndex),
        whatText(descriptions[recIndex]),
        price && !alreadyBought ? formatMoney(price) : "",
        maxPrice ? formatMoney(maxPrice) : alreadyBought ? "" : "none",
        note(quote),
      ];
    }),
    width,
    paint,
  );
  const sums = totals(toSpend(quotes).flatMap(({ price }) => price ?? []));
  const spent = `${paint("dim", "to be spent".padEnd(14))}${paint("bold", sums.map(formatMoney).join("   ") || "nothing that is known yet")}\n`;
  const open = quotes.filter((quote) => !quote.price && !quote.alreadyBought && !limit(quote));
  if (open.length === 0) return `${table}\n${spent}`;
  const numbers = open.map(({ recIndex }) => `#${recIndex}`).join(" ");
  return `${table}\n${spent}${paint("red", `${numbers}: no price is known and the file sets no maxPrice. If the drive gets a price, it buys at any price.`)}\n`;
}

/** The question after it. */
export function spendingQuestion(quotes: readonly QuotedRecommendation[]): string {
  const spending = toSpend(quotes);
  const unsure = quotes.filter(({ alreadyBought, error }) => !alreadyBought && error).length;
  if (spending.length + unsure === 0) return "All of it was bought before. Drive it again to see how it stands?";
  const rest = unsure === 0 ? "" : ` and try ${unsure} again that would be refused now`;
  if (spending.length === 0) return `Nothing can be bought as it stands. Try ${unsure} again all the same?`;
  const sums = totals(spending.flatMap(({ price }) => price ?? []));
  const commitments = spending.length === 1 ? "1 commitment" : `${spending.length} commitments`;
  return `Buy ${commitments} for ${sums.map(formatMoney).join(" and ")}${rest}? This cannot be taken back.`;
}

/**
 * The execution as the person agreed to it: where the file sets no limit, the price that was shown is the limit. It
 * cannot rise unseen between the question and the purchase. (A limit is no part of what is bought: token and fingerprint
 * stay the same.)
 */
export function withShownPrices(execution: Execution, quotes: readonly QuotedRecommendation[]): Execution {
  const shown = new Map(quotes.map(({ recIndex, price }) => [recIndex, price]));
  return {
    ...execution,
    recommendations: execution.recommendations.map((recommendation, recIndex) => {
      const maxPrice = recommendation.maxPrice ?? shown.get(recIndex);
      return maxPrice === undefined ? recommendation : { ...recommendation, maxPrice };
    }),
  };
}

function toSpend(quotes: readonly QuotedRecommendation[]): readonly QuotedRecommendation[] {
  return quotes.filter(({ alreadyBought, error }) => !alreadyBought && !error);
}

function note({ alreadyBought, error }: QuotedRecommendation): string {
  if (alreadyBought) return "bought before: nothing is spent";
  return error ? shorten(cleanText(`would be refused now: ${error.message} (${error.code})`)) : "";
}
