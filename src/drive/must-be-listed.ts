import { idsOf } from "../spec/commitment.ts";
import type { TokenRecord } from "../spec/ledger.ts";
import { termYears } from "../spec/recommendation.ts";

/** For so long (milliseconds) a commitment may be missing from a listing that lags behind. */
export const listingLag = 15 * 60_000;

/** All ids of what is recorded as bought. */
export function recordedIds({ commitment }: Pick<TokenRecord, "commitment">): readonly string[] {
  return commitment === undefined ? [] : idsOf(commitment);
}

/** Only what is live and certain to stay, within its term, and under its final id, which is certain once the marker is on it. */
export function mustBeListed({ commitment, purchasedAt = 0, recommendation }: TokenRecord, now: number): boolean {
  const end = new Date(commitment?.purchasedAt ?? purchasedAt);
  end.setUTCFullYear(end.getUTCFullYear() + termYears(recommendation.term));
  return commitment?.standing === "live" && commitment.tentative !== true && commitment.marked && now < end.getTime();
}
