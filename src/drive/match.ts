import { RefusedError } from "../contract/errors.ts";
import type { Listed } from "../contract/listed.ts";
import type { Listing } from "./read-listing.ts";

/**
 * The commitment in a listing that carries the token, if it was bought before. What failed does not count, nor what ended,
 * unless the listing says so; what nobody knows does. Throws a RefusedError where a person has to look.
 */
export function match(listing: Listing, token: string): Listed | undefined {
  const found = listing.byToken.get(token) ?? [];
  const live = found.filter(({ commitment }) => commitment.standing === "live");
  if (live.length > 1) {
    const ids = live.map(({ commitment }) => commitment.id).join(", ");
    throw new RefusedError({
      code: "several-commitments",
      message: `Several live commitments carry this recommendation's token: ${ids}. One of them may be a purchase too many; compare them at the provider.`,
    });
  }
  if (live[0] !== undefined) return live[0];
  const unclear = found.find(({ commitment }) => commitment.standing === "unclear")?.commitment;
  if (unclear !== undefined) {
    throw new RefusedError({
      code: "commitment-unclear",
      message: `${unclear.id} carries this recommendation's token and is ${unclear.state}: it cannot be told whether it was paid. Look at it at the provider before anything more is bought.`,
    });
  }
  return listing.endedCounts === true ? found.find(({ commitment }) => commitment.standing === "ended") : undefined;
}
