import type { Commitment } from "../contract/commitment.ts";
import { messageOf } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { provenFailed, vanished } from "./prove-failed.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import type { Ending } from "./ending.ts";
import { namedTwice } from "./find-late.ts";
import { isBroken, isLost } from "./outcome.ts";
import { recordFailure } from "./record.ts";

/** The provider proved that a purchase came to nothing: as what, and the record with a new generation open. */
export interface CameToNothing {
  readonly kind: "failed";
  readonly record: TokenRecord;
  readonly commitment: Commitment;
}

/** Looks again at a purchase that the ledger knows as still pending or without its marker. It stays bought unless the provider proves otherwise. */
export async function recheckPurchase(drive: DriveContext, task: Task): Promise<Ending | CameToNothing> {
  const { executor, record } = task;
  const { commitment, scope } = record;
  if (commitment === undefined) throw new TypeError("A purchased record holds its commitment.");
  let current = commitment;
  const warnings: string[] = [];
  try {
    const listing = await drive.lookup.listing(executor, scope);
    const seen = listing.byId.get(commitment.id)?.commitment;
    /** Its own, and those that a person is told about. */
    const named = new Set([commitment.id, ...(commitment.furtherIds ?? [])]);
    for (const { commitment: carrier } of listing.byToken.get(record.token) ?? []) {
      const { id, standing } = carrier;
      if (standing !== "live" || named.has(id)) continue;
      named.add(id);
      warnings.push(`${id} is live and carries the same token: it may be a purchase too many. Compare the two.`);
    }
    warnings.push(...(await namedTwice(drive, task, seen ?? commitment, named)));
    const failed =
      (await provenFailed({ executor, stop: drive.stop }, scope, commitment, listing)) ??
      (await vanished(drive, task, commitment, listing));
    if (failed !== undefined) {
      return { kind: "failed", record: await recordFailure(drive, task, failed), commitment: failed };
    }
    if (seen?.standing === "failed") {
      warnings.push(`The list shows ${seen.id} as ${seen.state}, and not all of it is proven to have come to nothing.`);
    } else if (seen !== undefined) {
      const { state, standing, settled, tentative } = seen;
      current = { ...commitment, state, standing, settled, tentative };
    }
  } catch (error) {
    // The other driver may have found that it came to nothing, and bought anew.
    if (isLost(error)) return { kind: "lost", error };
    if (isBroken(error)) drive.noteLedgerError(error);
    const warning = `Its present state could not be looked up: ${messageOf(error)}`;
    return { kind: "unchanged", commitment, warnings: [warning] };
  }
  return { kind: "bought", commitment: current, status: "already-purchased", warnings };
}
