import { type Commitment, idsOf } from "../contract/commitment.ts";
import type { Scope, ServiceExecutor } from "../contract/executor.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import type { Listing } from "./read-listing.ts";
import type { Stop } from "./stop.ts";

/**
 * The commitment, if the provider proves that it came to nothing: a listing says so of each of its ids, and a second look
 * at each of them does too. Only that is proof enough to buy again.
 */
export async function provenFailed(
  { executor, stop }: { readonly executor: ServiceExecutor; readonly stop: Stop },
  scope: Scope,
  commitment: Commitment,
  listing: Listing,
): Promise<Commitment | undefined> {
  const ids = idsOf(commitment);
  if (ids.some((id) => listing.byId.get(id)?.commitment.standing !== "failed")) return undefined;
  let first: Commitment | undefined;
  for (const id of ids) {
    const again = (await executor.inventory.read(scope, id, stop))?.commitment;
    if (again?.standing !== "failed") return undefined;
    first ??= again;
  }
  return first;
}

/**
 * The commitment, if it was only ever seen on its way and is gone: neither the listing nor a look by its id shows it, and
 * its purchase was recorded longer ago than the executor's minimum age. Undefined for what was seen to stay, or ended, or to
 * be gone by a person's word.
 */
export async function vanished(
  { ageOf, stop }: Pick<DriveContext, "ageOf" | "stop">,
  task: Omit<Task, "claim"> & Partial<Pick<Task, "claim">>,
  commitment: Commitment,
  listing: Listing,
): Promise<Commitment | undefined> {
  if (commitment.tentative !== true || commitment.standing !== "live" || listing.byId.has(commitment.id))
    return undefined;
  const { executor, record } = task;
  const age = await ageOf(task, { at: record.purchasedAt ?? 0, clock: record.purchasedClock });
  if (age.atLeast < executor.recovery.minimumAge) return undefined;
  const again = await executor.inventory.read(record.scope, commitment.id, stop);
  return again === undefined ? { ...commitment, state: "gone", standing: "failed", tentative: false } : undefined;
}
