import type { Commitment } from "../contract/commitment.ts";
import { messageOf } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Outcome } from "../contract/report.ts";
import { provenFailed, vanished } from "./prove-failed.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { namedTwice } from "./find-late.ts";
import { boughtOutcome, errorOutcome, isBroken, isLost } from "./outcome.ts";
import { recordPurchase } from "./record-purchase.ts";

/** What a second look at a purchase showed. */
export type Looked =
  | { readonly kind: "done"; readonly outcome: Outcome }
  /** The provider proved that it came to nothing: a new generation is open. */
  | { readonly kind: "came-to-nothing"; readonly record: TokenRecord; readonly commitment: Commitment };

/** Looks again at a purchase that the ledger knows as still pending or without its marker. It stays bought unless the provider proves otherwise. */
export async function recheckPurchase(drive: DriveContext, task: Task): Promise<Looked> {
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
    warnings.push(...(await namedTwice(drive, task, named)));
    const failed =
      (await provenFailed({ executor, stop: drive.stop }, scope, commitment, listing)) ??
      (await vanished(drive, task, commitment, listing));
    if (failed !== undefined) {
      const reopened = await drive.ledger.reopen(task.claim, failed);
      return { kind: "came-to-nothing", record: reopened, commitment: failed };
    }
    if (seen?.standing === "failed") {
      warnings.push(`The list shows ${seen.id} as ${seen.state}, and not all of it is proven to have come to nothing.`);
    } else if (seen !== undefined) {
      const { state, standing, settled, tentative } = seen;
      current = { ...commitment, state, standing, settled, tentative };
    }
  } catch (error) {
    // The other driver may have found that it came to nothing, and bought anew.
    if (isLost(error)) return { kind: "done", outcome: errorOutcome(record, "in-progress", error) };
    if (isBroken(error)) drive.noteLedgerError(error);
    const warning = `Its present state could not be looked up: ${messageOf(error)}`;
    return { kind: "done", outcome: boughtOutcome(record, commitment, "already-purchased", [warning]) };
  }
  const outcome = await recordPurchase(drive, task, { commitment: current, status: "already-purchased", warnings });
  return { kind: "done", outcome };
}
