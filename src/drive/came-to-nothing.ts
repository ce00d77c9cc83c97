import type { Commitment } from "../spec/commitment.ts";
import type { Listing, Scope, ServiceExecutor } from "../spec/executor.ts";
import { idsOf } from "./must-be-listed.ts";
import type { Stop } from "./stop.ts";

/**
 * The commitment, if the provider proves that it came to nothing: a listing says so of each of its ids, and a second look
 * at each of them does too. Only that is proof enough to buy again.
 */
export async function cameToNothing(
  { executor, stop }: { readonly executor: ServiceExecutor; readonly stop: Stop },
  scope: Scope,
  commitment: Commitment,
  listing: Listing,
): Promise<Commitment | undefined> {
  const ids = idsOf({ commitment });
  if (ids.some((id) => listing.byId.get(id)?.standing !== "failed")) return undefined;
  let first: Commitment | undefined;
  for (const id of ids) {
    const again = await executor.read(scope, id, stop);
    if (again?.standing !== "failed") return undefined;
    first ??= again;
  }
  return first;
}
