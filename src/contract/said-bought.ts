import type { TokenRecord } from "./ledger.ts";

/**
 * The id under which another engine says that it bought a recommendation, while nothing shows that and nobody has said that it is
 * another purchase: until then nothing is bought for it. Undefined for anything else. A store may index by this.
 */
export function saidBought({ boughtElsewhere, state, generation, notThis = [] }: TokenRecord): string | undefined {
  // Once it was recorded as bought and came to nothing, what the other engine said is done with.
  const isDecided = state === "purchased" || state === "skipped" || generation > 0;
  if (boughtElsewhere === undefined || isDecided) return undefined;
  const isOther = notThis.some((id) => id.toLowerCase() === boughtElsewhere.toLowerCase());
  return isOther ? undefined : boughtElsewhere;
}
