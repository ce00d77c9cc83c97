import type * as ec2 from "@aws-sdk/client-ec2";
import type * as plans from "@aws-sdk/client-savingsplans";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";

/** The fields of the fixture's recommendations that are read here, whichever service they are for. */
export interface Wanted extends AnyRecommendation {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly accountId: string;
  readonly projectId: string;
  readonly region: string;
  readonly sku: string;
  readonly quantity: number;
  readonly billingPlan: string;
  readonly appliedScope: Readonly<Record<"type" | "subscriptionId" | "resourceGroup" | "managementGroupId", string>>;
  readonly commitment: { readonly amount: string; readonly currency: string };
  readonly payment: string;
  readonly instanceType: string;
  readonly instanceClass: string;
  readonly platform: ec2.RIProductDescription;
  readonly tenancy: ec2.Tenancy;
  readonly scope: ec2.Scope;
  readonly offeringClass: ec2.OfferingClassType;
  readonly offeringKind: string;
  readonly nodeType: string;
  readonly productDescription: string;
  readonly multiAz: boolean;
  readonly type: plans.SavingsPlanType;
  readonly hourlyCommitment: { readonly amount: string; readonly currency: plans.CurrencyCode };
  readonly machineFamily: string;
  readonly vcpus: number;
  readonly memoryMb: number;
}

/** One recommendation as the other engine drives it: it asks, and buys where its look-up finds nothing. */
export interface GoStep {
  /** The id that its look-up shows; where it has none, it does not look. */
  readonly find: () => Promise<string | undefined>;
  readonly buy: () => Promise<string>;
}

/** What each of its steps is made from. */
export interface GoPlace {
  readonly url: string;
  readonly source: string;
  readonly token: string;
  /** The first 32 digits of the token, as a GUID. */
  readonly guid: string;
  readonly wanted: Wanted;
}

/** The tags that it writes. */
export const goTags = { source: "purchase-automation", token: "cudly-idempotency-token" } as const;
