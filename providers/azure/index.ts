export { createAzure } from "./create-azure.ts";
export type { AzureCloud } from "./clouds.ts";
export type { AzureCredential, AzureSettings } from "./azure-settings.ts";
export type { AzureTenantEntry, AzureTenants } from "./azure-tenants.ts";
export type { AppliedScope, AzureRecommendation } from "./azure-schema.ts";
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
