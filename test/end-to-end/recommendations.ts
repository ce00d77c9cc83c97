import type { AnyRecommendation } from "../../src/contract/recommendation.ts";

const tenantId = "3f1d0c5e-8a44-4b6e-9c1a-5d2e7f90a1b2";
const subscriptionId = "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d";

/** One small virtual machine for a year. */
export const compute: AnyRecommendation = {
  provider: "azure",
  service: "compute",
  tenantId,
  subscriptionId,
  region: "westus",
  sku: "Standard_B1ls",
  quantity: 1,
  term: "P1Y",
  billingPlan: "Upfront",
  appliedScope: { type: "Shared" },
  instanceFlexibility: "On",
};

/** One Redis cache for a year, paid by the month. */
export const cache: AnyRecommendation = {
  provider: "azure",
  service: "cache",
  tenantId,
  subscriptionId,
  region: "westus",
  sku: "Azure_Redis_Cache_Premium_P1_Cache",
  quantity: 1,
  term: "P1Y",
  billingPlan: "Monthly",
  appliedScope: { type: "Shared" },
};

/** A search service for a year, paid by the month. */
export const search: AnyRecommendation = {
  provider: "azure",
  service: "search",
  tenantId,
  subscriptionId,
  region: "westus",
  sku: "search_standard_s1",
  quantity: 1,
  term: "P1Y",
  billingPlan: "Monthly",
  appliedScope: { type: "Shared" },
};

/** Two m5.large for a year, nothing upfront. */
export const ec2: AnyRecommendation = {
  provider: "aws",
  service: "ec2",
  accountId: "123456789012",
  region: "us-east-1",
  instanceType: "m5.large",
  platform: "Linux/UNIX",
  tenancy: "default",
  scope: "Region",
  offeringClass: "convertible",
  payment: "no-upfront",
  term: "P1Y",
  quantity: 2,
};

/** An execution of these recommendations. */
export function executionOf(...recommendations: readonly AnyRecommendation[]) {
  return { executionId: "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11", source: "cudly-web", recommendations };
}
