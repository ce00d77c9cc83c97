import type { Collection, SandboxStore } from "../../server/sandbox-store.ts";
import type { Purchased } from "../aws-purchased.ts";
import type { PurchaseCollection } from "../aws-purchase-requests.ts";
import type { Offering } from "./ec2-sold-offerings.ts";

/** A Reserved Instance that was bought. */
export type StoredReservedInstance = Purchased & {
  readonly offering: Offering;
  readonly count: number;
};

/** Every Reserved Instance that was bought, of all regions, oldest first. */
export function reservedInstances(store: SandboxStore): Collection<StoredReservedInstance> {
  return store.collection("aws.reservedInstances" satisfies PurchaseCollection);
}
