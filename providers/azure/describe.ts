import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { SavingsPlanRecommendation } from "./savings-plans/azure-plan-schema.ts";
import type { AnyAzureReservation } from "./azure-schema.ts";

/** A reservation in a few words. */
export function describeReservation(recommendation: AnyAzureReservation): string {
  const { quantity, sku, service, region, term, billingPlan } = recommendation;
  return `${quantity} × ${sku} (${service}), ${region}, ${term}, ${billingPlan}`;
}

/** A savings plan in a few words. */
export function describeSavingsPlan({ commitment, term, billingPlan }: SavingsPlanRecommendation): string {
  return `${commitment.amount} ${commitment.currency} per hour (savings-plans), ${term}, ${billingPlan}`;
}

/** Any recommendation for Azure in a few words, as its executor would say it, without loading an SDK. */
export function describeAzure(recommendation: AnyRecommendation): string {
  return recommendation.service === "savings-plans"
    ? describeSavingsPlan(recommendation as unknown as SavingsPlanRecommendation)
    : describeReservation(recommendation as AnyAzureReservation);
}
