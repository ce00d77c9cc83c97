import type { Collection, SandboxStore } from "../../server/sandbox-store.ts";
import type { AwsSite } from "../aws-service.ts";
import type { Purchased } from "../aws-purchased.ts";
import type { PurchaseCollection } from "../aws-purchase-requests.ts";
import type { PlanOffering } from "./plan-sold-offerings.ts";

/** A savings plan that was bought. */
export type StoredPlan = Purchased & {
  readonly offering: PlanOffering;
  /** Per hour, as it was sent. */
  readonly commitment: string;
  /** Paid at once. */
  readonly upfront: string;
  readonly clientToken: string | undefined;
  /** All parameters, to compare a second request under the client token with. */
  readonly parameters: string;
};

/** Every savings plan that was bought, oldest first. */
export function savingsPlans(store: SandboxStore): Collection<StoredPlan> {
  return store.collection("aws.savingsPlans" satisfies PurchaseCollection);
}

/** Savings plans are in no region: all calls are for the same one. */
export const planRegion = "us-east-1";

/** The site of a call, whatever region it was signed for. */
export function globally<Site extends AwsSite>(site: Site): Site {
  return { ...site, region: planRegion };
}
