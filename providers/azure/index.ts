import type { AzureReservations } from "./azure-schema.ts";
import type { SavingsPlanRecommendation } from "./savings-plans/azure-plan-schema.ts";

export { createAzure } from "./create-azure.ts";
export type { AzureCloud } from "./clouds.ts";
export type { AzureCredential, AzureSettings } from "./azure-settings.ts";
export type { ReservationFlow } from "./reservation-flow.ts";
export type { AzureTenantEntry, AzureTenants } from "./azure-tenants.ts";
export type {
  AppliedScope,
  AzureComputeRecommendation,
  AzureRecommendation,
  AzureReservation,
  AzureReservations,
} from "./azure-schema.ts";
export type { SavingsPlanRecommendation } from "./savings-plans/azure-plan-schema.ts";

// For callers without a ledger.
export { createReservationsClient } from "./reservations-client.ts";
export type { ReservationsClient, ReservationsClientSettings } from "./reservations-client.ts";
export { applyPurchaseTags } from "./azure-marker.ts";
export type { PurchaseTagOptions } from "./azure-marker.ts";
export { findReservationOrdersByToken } from "./find-orders.ts";
export type { ReservationPurchaseBody } from "./purchase-body.ts";
export { purchaseTwoStep, purchaseTwoStepIdempotent } from "./two-step.ts";
export type { IdempotentTwoStepOptions, TwoStepOptions, TwoStepPurchase } from "./two-step.ts";
export { OpenOrderError } from "./open-order.ts";
export type { OpenOrder } from "./open-order.ts";

declare module "../../src/contract/recommendation-types.js" {
  interface RecommendationTypes extends AzureReservations {
    readonly "azure/savings-plans": SavingsPlanRecommendation;
  }
}
