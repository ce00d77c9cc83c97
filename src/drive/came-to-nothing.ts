import type { Commitment } from "../spec/commitment.ts";
import type { Listing, Scope, ServiceExecutor } from "../spec/executor.ts";
import type { Stop } from "./stop.ts";

/**
 * The commitment, if the provider proves that it came to nothing: a listing says so, and a second look at the commitment
 * itself does too. Only that is proof enough to buy again.
 */
export async function cameToNothing(
  { executor, stop }: { readonly executor: ServiceExecutor; readonly stop: Stop },
  scope: Scope,
  { id }: Commitment,
  listing: Listing,
): Promise<Commitment | undefined> {
  if (listing.byId.get(id)?.standing !== "failed") return undefined;
  const again = await executor.read(scope, id, stop);
  return again?.standing === "failed" ? again : undefined;
}
