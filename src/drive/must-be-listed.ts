import { idsOf } from "../contract/commitment.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { endOfTerm } from "../contract/recommendation.ts";

/** For so long (milliseconds) a commitment may be missing from a listing that lags behind. */
const listingLag = 15 * 60_000;

/**
 * Whether it was bought so short a time ago (at `now` of the ledger's clock) that a listing may lack it. What lies further ahead
 * of now is not: the clock was set back since.
 */
export function isRecent({ purchasedAt = 0 }: Pick<TokenRecord, "purchasedAt">, now: number): boolean {
  return Math.abs(now - purchasedAt) < listingLag;
}

/** All ids of what is recorded as bought. */
export function recordedIds({ commitment }: Pick<TokenRecord, "commitment">): readonly string[] {
  return commitment === undefined ? [] : idsOf(commitment);
}

/**
 * Until when (milliseconds since 1970) a purchase must be in a listing: only what is live and certain to stay, within its
 * term, and under its final id, which is certain once the marker is on it. For anything else, a time before all others.
 */
export function listedUntil({ commitment, purchasedAt = 0, recommendation }: TokenRecord): number {
  if (commitment?.standing !== "live" || commitment.tentative === true || !commitment.marked) return -Infinity;
  const start = new Date(commitment.purchasedAt ?? purchasedAt).getTime();
  return endOfTerm(start, recommendation.term) ?? -Infinity;
}

/** Whether a purchase must be in a listing that is made now. */
export function mustBeListed(record: TokenRecord, now: number): boolean {
  return now < listedUntil(record);
}
