import type { ListingFault } from "../server/imitation.ts";
import type { SandboxStore } from "../server/sandbox-store.ts";

/** Where the services keep what was bought; a further service is one more name. */
const collections = ["aws.reservedInstances", "aws.reservations", "aws.savingsPlans"] as const;

/** One of the collections of purchases. */
export type PurchaseCollection = (typeof collections)[number];

/** How many commitments of all services were ever bought, whatever became of them. */
export function purchasesIn(store: SandboxStore): number {
  return collections.reduce((sum, name) => sum + store.collection(name).size, 0);
}

/** What a listing that may lie shows of what was bought; `sequence` is `purchasesIn` at the time of the purchase. */
export function shownBy<T extends { readonly sequence: number }>(
  fault: ListingFault | undefined,
  all: readonly T[],
): readonly T[] {
  if (fault?.listing === "empty") return [];
  return fault?.listing === "stale" ? all.filter(({ sequence }) => sequence < fault.known) : all;
}
