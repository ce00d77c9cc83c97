import type { TokenRecord } from "../spec/ledger.ts";
import { termYears } from "../spec/recommendation.ts";

/** For so long (milliseconds) a commitment may be missing from a listing that lags behind. */
export const listingLag = 15 * 60_000;

/** All ids of what is recorded as bought. */
export function idsOf({ commitment }: Pick<TokenRecord, "commitment">): string[] {
  return commitment === undefined ? [] : [commitment.id, ...(commitment.furtherIds ?? [])];
}

/** Only what is live, within its term, and under its final id, which is certain once the marker is on it. */
export function mustBeListed({ commitment, purchasedAt = 0, recommendation }: TokenRecord, now: number): boolean {
  const end = new Date(commitment?.purchasedAt ?? purchasedAt);
  end.setUTCFullYear(end.getUTCFullYear() + termYears(recommendation.term));
  return commitment?.standing === "live" && commitment.marked && now < end.getTime();
}
