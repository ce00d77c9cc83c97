import { unprovenBeside } from "./at-risk.ts";
import type { TokenRecord } from "./ledger.ts";
import { isNothing } from "./limits.ts";
import type { Money } from "./money.ts";
import { saidBought } from "./said-bought.ts";

/** A price, or `unknown` where one counts that nobody knows. */
export type CountedPrice = Money | "unknown";

/**
 * What a record counts towards the totals of its execution: what is bought, and beside it what may be. What was sent counts from its
 * write-ahead until it is proven dead. A store may index by this.
 */
export function countedPrices(record: TokenRecord): readonly CountedPrice[] {
  const bought = boughtPrice(record);
  return [...(bought === undefined ? [] : [bought]), ...atRiskPrices(record)];
}

/**
 * What is bought counts with its price, or where the provider shows none with the most that it was allowed to cost. Undefined for
 * what is not bought.
 */
export function boughtPrice({ state, submission, commitment, recommendation }: TokenRecord): CountedPrice | undefined {
  if (state !== "purchased") return undefined;
  return commitment?.price ?? submission?.price ?? mostAllowed(recommendation);
}

/** A limit of nothing says only that it is not to be bought from here. */
function mostAllowed({ maxPrice }: TokenRecord["recommendation"]): CountedPrice {
  return maxPrice === undefined || isNothing(maxPrice) ? "unknown" : maxPrice;
}

/** What may be bought: what is open or written off, what another engine says that it bought, and former submissions. */
export function atRiskPrices(record: TokenRecord): readonly CountedPrice[] {
  const { state, submission, recommendation } = record;
  const isSent = ["submitted", "unknown", "written-off"].includes(state);
  const former = unprovenBeside(record, isSent ? submission : undefined).map(({ price }) => price);
  if (isSent) return [submission?.price ?? "unknown", ...former];
  return saidBought(record) === undefined ? former : [mostAllowed(recommendation), ...former];
}

/** How a store keeps what a record counts: null for nothing, one price as it is, several as a list. */
export function storedCount(record: TokenRecord): string | null {
  const [first, ...more] = countedPrices(record);
  if (first === undefined) return null;
  return JSON.stringify(more.length === 0 ? first : [first, ...more]);
}

/** The same as it is read. */
export function readCount(stored: string): readonly CountedPrice[] {
  const counted = JSON.parse(stored) as CountedPrice | readonly CountedPrice[];
  return typeof counted === "string" || !Array.isArray(counted) ? [counted as CountedPrice] : counted;
}
