import type { Standing } from "../../src/contract/commitment.ts";

/** What a provisioning state means for buying, and whether it is final. */
export interface StateMeaning {
  readonly standing: Standing;
  readonly settled: boolean;
}

const onTheWay: StateMeaning = { standing: "live", settled: false };
const bought: StateMeaning = { standing: "live", settled: true };
const failed: StateMeaning = { standing: "failed", settled: true };
const ended: StateMeaning = { standing: "ended", settled: true };

/**
 * The states of a reservation order: `KnownProvisioningState` of the SDK, and `PendingCapacity`, which is undocumented
 * but recorded. `ConfirmedBilling` and `Created` are bought, yet not the end: orders were recorded moving on from the
 * first, and no recording ends with the second, so a later look is taken.
 */
const meanings: Readonly<Record<string, StateMeaning>> = {
  creating: onTheWay,
  pendingresourcehold: onTheWay,
  confirmedresourcehold: onTheWay,
  pendingcapacity: onTheWay,
  pendingbilling: onTheWay,
  confirmedbilling: onTheWay,
  created: onTheWay,
  succeeded: bought,
  split: bought,
  merged: bought,
  failed,
  billingfailed: failed,
  cancelled: ended,
  // Azure's documents spell it both ways.
  canceled: ended,
  expired: ended,
};

/** Judges a provisioning state, letter case aside. One that nobody knows counts as bought and is looked at again. */
export function meaningOf(provisioningState: string): StateMeaning {
  const state = provisioningState.toLowerCase();
  return (Object.hasOwn(meanings, state) ? meanings[state] : undefined) ?? onTheWay;
}
