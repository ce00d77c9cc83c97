import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { SavingsPlanRecommendation } from "./savings-plans/azure-plan-schema.ts";
import { azureServices } from "./azure-services.ts";
import type { AnyAzureReservation } from "./azure-schema.ts";

/** A reservation in a few words; what is used up, and lost when the term ends, is said to be prepaid. */
export function describeReservation(recommendation: AnyAzureReservation): string {
  const { quantity, sku, service, region, term, billingPlan } = recommendation;
  const prepaid = azureServices.some(({ name, prepaid: isPrepaid }) => isPrepaid === true && name === service);
  return `${quantity} × ${sku} (${service}), ${region}, ${term}, ${billingPlan}${prepaid ? ", prepaid" : ""}`;
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
