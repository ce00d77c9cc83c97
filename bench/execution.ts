import type { ReservationPurchaseBody } from "../providers/azure/purchase-body.ts";
import type { AnyExecution, AnyRecommendation } from "../src/contract/recommendation.ts";

const subscriptionId = "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d";

/** Who decides on the benchmark's purchases. */
export const source = "buyonce-bench";

/** So many small virtual machines for a year, in one tenant. */
export function executionOf(
  executionId: string,
  recommendations: number,
): AnyExecution & { readonly recommendations: readonly AnyRecommendation[] } {
  const one = {
    provider: "azure",
    service: "compute",
    subscriptionId,
    region: "westus",
    sku: "Standard_B1ls",
    quantity: 1,
    term: "P1Y",
    billingPlan: "Upfront",
    appliedScope: { type: "Shared" },
    instanceFlexibility: "On",
  } as const;
  return { executionId, source, recommendations: Array.from({ length: recommendations }, () => one) };
}

/** What one of them is on the wire, for those who buy it without this library. */
export const purchaseBody: ReservationPurchaseBody = {
  sku: { name: "Standard_B1ls" },
  location: "westus",
  properties: {
    reservedResourceType: "VirtualMachines",
    billingScopeId: `/subscriptions/${subscriptionId}`,
    term: "P1Y",
    billingPlan: "Upfront",
    quantity: 1,
    displayName: "bench",
    appliedScopeType: "Shared",
  },
};
