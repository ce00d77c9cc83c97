import type { Facts } from "../contract/listed.ts";
import type { Seen } from "./seen.ts";

/** Two of one kind that were bought so close together (milliseconds) may be one purchase too many. */
const closeTogether = 15 * 60_000;

/** One that nobody marked, and the marked one that it resembles. */
export interface Twin {
  readonly stranger: Seen;
  readonly own: Seen;
}

/**
 * Live commitments that are not ours and equal one of ours in kind and count, bought within minutes of it. `details` says
 * what the listing left out; it is asked only for those that look alike.
 */
export async function findTwins(
  listed: readonly Seen[],
  isOwn: (listed: Seen) => boolean,
  details: (listed: Seen) => Promise<Facts>,
): Promise<readonly Twin[]> {
  const live = listed.filter(({ commitment }) => commitment.standing === "live");
  const own = Map.groupBy(live.filter(isOwn), kindOf);
  const twins: Twin[] = [];
  for (const stranger of live) {
    if (isOwn(stranger)) continue;
    for (const candidate of own.get(kindOf(stranger)) ?? []) {
      if (!areClose(stranger, candidate) || !same(await details(stranger), await details(candidate))) continue;
      twins.push({ stranger, own: candidate });
      break;
    }
  }
  return twins;
}

function kindOf({ facts }: Seen): string {
  return textOf(facts);
}

function same(left: Facts, right: Facts): boolean {
  return textOf(left) === textOf(right);
}

function textOf(facts: Facts): string {
  const stated = Object.entries(facts).filter(([, value]) => value !== undefined);
  return JSON.stringify(stated.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function areClose(left: Seen, right: Seen): boolean {
  const [a, b] = [left, right].map(({ commitment }) => Date.parse(commitment.purchasedAt ?? ""));
  // Where one has no time, nothing says that they were bought together.
  return a !== undefined && b !== undefined && Math.abs(a - b) <= closeTogether;
}
