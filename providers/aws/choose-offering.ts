import { RefusedError } from "../../src/contract/errors.ts";
import type { Facts } from "../../src/contract/listed.ts";
import { type Asked, factsInWords, statesAll } from "./aws-facts.ts";
import type { AwsRecommendation } from "./aws-fields.ts";
import { priceOf, type Charges, type Price } from "./aws-price.ts";

/** An offering as a service lists it; everything may be missing. */
export interface ListedOffering {
  readonly id: string | undefined;
  /** What is sold, by the field of the recommendation. */
  readonly facts: Facts;
}

/** One that states its price. */
export interface SeenOffering extends ListedOffering {
  readonly charges: Charges;
}

/** The one offering that is exactly what was asked for. */
export interface Offering {
  readonly id: string;
  /** Of all that was asked for. */
  readonly price: Price;
}

/** What is wanted of a complete list of offerings. */
interface FittingSearch {
  /** How the service is called in messages: `EC2`. */
  readonly title: string;
  /** What was asked for, for messages. */
  readonly summary: string;
  /** All that an offering has to state. */
  readonly asked: Asked;
}

/** The same, of offerings that state their price. */
export interface OfferingSearch extends FittingSearch {
  readonly payment: AwsRecommendation["payment"];
  readonly quantity: number;
}

/**
 * The offering that fits in every attribute. Throws a RefusedError `not-offered` or `several-offerings` that says what was
 * seen.
 */
export function onlyFitting<O extends ListedOffering>(seen: readonly O[], { title, summary, asked }: FittingSearch): O {
  const fitting = withoutRepeats(seen.filter(({ facts }) => statesAll(asked, facts)));
  const [offering, ...others] = fitting;
  if (!offering) {
    throw new RefusedError({
      code: "not-offered",
      message: `${title} does not offer ${summary}. ${seen.length === 0 ? "It listed no offering." : `It listed: ${sample(seen)}.`} Correct the recommendation in a new execution.`,
    });
  }
  if (others.length > 0) {
    throw new RefusedError({
      code: "several-offerings",
      message: `${title} lists ${fitting.length} offerings for ${summary}, and nothing tells which is meant: ${sample(fitting)}.`,
    });
  }
  return offering;
}

/**
 * The offering that fits in every attribute, and its price. Throws as `onlyFitting` does, and `quote-failed` where the
 * price cannot be known beforehand.
 */
export function chooseOffering(seen: readonly SeenOffering[], search: OfferingSearch): Offering {
  const { title, summary, payment, quantity } = search;
  const offering = onlyFitting(seen, search);
  const price = priceOf(offering.charges, quantity);
  if (!offering.id || !price || !isWhole(price, payment)) {
    throw new RefusedError({
      code: "quote-failed",
      message: `${title} lists ${summary} without an id or without a price that can be known beforehand: ${sample([offering])}.`,
    });
  }
  return { id: offering.id, price };
}

/** Whether no part of a price is missing: one that is paid at once, or by the hour, and is said to be nothing would pass any limit. */
export function isWhole({ upfront, total }: Price, payment: AwsRecommendation["payment"]): boolean {
  return (
    (payment === "no-upfront" || upfront.amount !== "0") &&
    (payment === "all-upfront" || total.amount !== upfront.amount)
  );
}

/** One that is listed twice under one id, and says the same both times, is one offering. */
function withoutRepeats<O extends ListedOffering & Partial<SeenOffering>>(offerings: readonly O[]): readonly O[] {
  const seen = new Map<string, O>();
  for (const offering of offerings) {
    const { CurrencyCode, FixedPrice, UsagePrice, RecurringCharges, Duration } = offering.charges ?? {};
    const terms = [CurrencyCode, FixedPrice, UsagePrice, RecurringCharges, Duration];
    const all = JSON.stringify([offering.id, offering.facts, terms]);
    if (!seen.has(all)) seen.set(all, offering);
  }
  return [...seen.values()];
}

/** Enough for a person to see why none fits. */
function sample(offerings: readonly ListedOffering[]): string {
  const shown = offerings.slice(0, 5).map(({ id, facts }) => `${id ?? "without id"} (${factsInWords(facts)})`);
  return offerings.length > shown.length
    ? `${shown.join("; ")} and ${offerings.length - shown.length} more`
    : shown.join("; ");
}
