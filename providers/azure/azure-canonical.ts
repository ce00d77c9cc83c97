import { money } from "../../src/contract/money.ts";
import type { SavingsPlanRecommendation } from "./savings-plans/azure-plan-schema.ts";
import type { AppliedScope, AnyAzureReservation } from "./azure-schema.ts";

/** A reservation in one spelling: Azure tells no ids, regions and SKUs apart by letter case, and `West US` is `westus`. */
export function canonicalReservation(recommendation: AnyAzureReservation): AnyAzureReservation {
  const { publisherId, offerId, planId } = recommendation;
  return {
    ...recommendation,
    ...(publisherId && { publisherId: publisherId.toLowerCase() }),
    ...(offerId && { offerId: offerId.toLowerCase() }),
    ...(planId && { planId: planId.toLowerCase() }),
    ...canonicalAccount(recommendation),
    region: regionName(recommendation.region),
    sku: recommendation.sku.toLowerCase(),
    renew: recommendation.renew ?? false,
  };
}

/** A savings plan in one spelling; its amount without zeros at the end. */
export function canonicalSavingsPlan(recommendation: SavingsPlanRecommendation): SavingsPlanRecommendation {
  const { amount, currency } = recommendation.commitment;
  return { ...recommendation, ...canonicalAccount(recommendation), commitment: money(amount, currency) };
}

/** The name of a region: `westus` for its display name `West US`. */
export function regionName(region: string): string {
  return region.toLowerCase().replaceAll(" ", "");
}

interface Account {
  readonly tenantId?: string | undefined;
  readonly subscriptionId: string;
  readonly appliedScope: AppliedScope;
}

function canonicalAccount({ tenantId, subscriptionId, appliedScope }: Account) {
  const tenant = tenantId?.toLowerCase();
  return {
    tenantId: tenant,
    subscriptionId: subscriptionId.toLowerCase(),
    appliedScope: canonicalScope(appliedScope, tenant),
  };
}

function canonicalScope(scope: AppliedScope, tenant: string | undefined): AppliedScope {
  if (scope.type === "Shared") return scope;
  if (scope.type === "Single") {
    return {
      type: scope.type,
      subscriptionId: scope.subscriptionId.toLowerCase(),
      resourceGroup: scope.resourceGroup?.toLowerCase(),
    };
  }
  return {
    type: scope.type,
    // Its name, or a path that ends with it.
    managementGroupId: scope.managementGroupId.toLowerCase().replace(/.*\//, ""),
    tenantId: scope.tenantId?.toLowerCase() ?? tenant,
  };
}
