import type { Collection, SandboxStore } from "../../../../src/sandbox/store.ts";
import type { Purchased } from "../purchased.ts";
import type { PurchaseCollection } from "../purchases.ts";
import type { Offering } from "./offering.ts";

/** A Reserved Instance that was bought. */
export type StoredReservedInstance = Purchased & {
  readonly offering: Offering;
  readonly count: number;
};

/** Every Reserved Instance that was bought, of all regions, oldest first. */
export function reservedInstances(store: SandboxStore): Collection<StoredReservedInstance> {
  return store.collection("aws.reservedInstances" satisfies PurchaseCollection);
}
