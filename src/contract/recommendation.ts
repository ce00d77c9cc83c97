import { z } from "zod";
import { must } from "./field-schemas.ts";
import type { JsonValue } from "./json.ts";
import type { Labels } from "./labels.ts";
import type { Money } from "./money.ts";

/** What a recommendation may say whatever its service is. */
export type CommonFields = {
  /** The most that the whole commitment may cost over its term; without it any price is accepted. */
  readonly maxPrice?: Money | undefined;
  /** For people: 1 to 255 visible characters. Shown and kept; no part of what is bought, and no executor sees it. */
  readonly note?: string | undefined;
  /** For people: up to 10 short texts by name, `{ "ticket": "CHG-1" }`; else as the note. */
  readonly labels?: Labels | undefined;
};

/** One thing to buy, of whatever service: its provider's schema says which further fields there are; none has a default. */
export interface AnyRecommendation extends CommonFields {
  /** The cloud: `azure`, `aws`, `gcp`. */
  readonly provider: string;
  /** The provider's service: `compute`, `ec2`. */
  readonly service: string;
  /**
   * How many, where the service counts what it sells: instances, or for some database services vCores. A whole number
   * from 1. A savings plan says its commitment per hour instead, a commitment of resources how much of each.
   */
  readonly quantity?: number | undefined;
  /** Commitment term as an ISO 8601 duration: `P1M`, `P1Y`, `P3Y`, `P5Y`. */
  readonly term: string;
  readonly [field: string]: JsonValue | undefined;
}

/** How many: a whole number from 1. There is no default, and no rounding. */
export const quantitySchema = z.int(must("must be a whole number")).min(1, "must be at least 1").max(1_000_000);

/** Milliseconds of a year of 365 days. */
const shortYear = 365 * 86_400_000;

/**
 * From when on a term that began at `start` may be over, both in milliseconds since 1970; undefined for a term that is not in years or
 * months. A month that has no such day is over with its last; a year has 365 days, as AWS and BigQuery sell it, whatever the calendar says.
 */
export function endOfTerm(start: number, term: string): number | undefined {
  const [, count, unit] = /^P(\d{1,2})([YM])$/.exec(term) ?? [];
  if (count === undefined) return undefined;
  if (unit === "Y") return start + Number(count) * shortYear;
  const end = new Date(start);
  const day = end.getUTCDate();
  end.setUTCMonth(end.getUTCMonth() + Number(count));
  // The day did not exist there: the last of the month before.
  if (end.getUTCDate() !== day) end.setUTCDate(0);
  return end.getTime();
}

/** The length of a term in months. Throws a RangeError for anything but `P<n>Y` and `P<n>M`. */
export function termMonths(term: string): number {
  const [, count, unit] = /^P(\d{1,2})([YM])$/.exec(term) ?? [];
  if (count === undefined) throw new RangeError(`Not a term in years or months: ${term}`);
  return Number(count) * (unit === "Y" ? 12 : 1);
}

/** A place that is left empty, so that the other recommendations keep their index. Nothing is bought for it. */
export interface Skip {
  /** Why, in words: a note. */
  readonly skip: string;
}

/** Within which limits an execution may be bought, for its life. What is left out is no limit. */
export interface ExecutionLimits {
  /** The most that all of it may cost, per currency: what is sent and may be bought counts until it is proven dead. */
  readonly maxTotals?: readonly Money[] | undefined;
  /** ISO 8601 with an offset, `2026-12-01T00:00:00Z`: nothing is sent before. */
  readonly notBefore?: string | undefined;
  /** ISO 8601 with an offset: nothing is sent from then on. */
  readonly expiresAt?: string | undefined;
  /** Of what is the same as something bought within so long for something else (`P7D`, in days), nothing is sent. */
  readonly forbidTwinsWithin?: string | undefined;
}

/** What an execution says beside its recommendations. */
export interface ExecutionHead extends ExecutionLimits {
  /** Identifies the batch for ever: it is half of every token. */
  readonly executionId: string;
  /** Who decided to buy: stamped on every commitment as the `purchase-automation` tag. */
  readonly source: string;
  /** For people, as {@link CommonFields.note}. */
  readonly note?: string | undefined;
  /** For people, as {@link CommonFields.labels}. */
  readonly labels?: Labels | undefined;
}

/** An approved batch to buy, of whatever services. */
export interface AnyExecution extends ExecutionHead {
  readonly recommendations: readonly (AnyRecommendation | Skip)[];
}

/** Whether a place of an execution is left empty. */
export function isSkip(place: AnyRecommendation | Skip): place is Skip {
  return !("provider" in place);
}
