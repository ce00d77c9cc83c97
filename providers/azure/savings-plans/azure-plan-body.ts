import type { AppliedScope } from "../azure-schema.ts";
import { appliedTo } from "../purchase-body.ts";
import type { SavingsPlanRecommendation } from "./azure-plan-schema.ts";

/** The only savings plan that is sold: it covers compute. */
const sku = "Compute_Savings_Plan";

/**
 * The body of the purchase, as it is on the wire:
 * https://learn.microsoft.com/rest/api/billingbenefits/savings-plan-order-alias/create. The SDK's own type knows neither
 * `tags` nor `renew`; its serialiser would drop them.
 */
export type SavingsPlanBody = {
  readonly sku: { readonly name: string };
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: {
    readonly displayName: string;
    readonly billingScopeId: string;
    readonly term: string;
    /** `P1M` is monthly. There is no word for upfront: it is said by leaving this out. */
    readonly billingPlan?: "P1M";
    readonly appliedScopeType?: string;
    readonly appliedScopeProperties?: object;
    readonly commitment: { readonly grain: "Hourly"; readonly currencyCode: string; readonly amount: number };
    /** Always said, though Azure reads nothing as false. */
    readonly renew: boolean;
  };
};

/** The purchase that a recommendation asks for, without its marker. */
export function bodyOf(recommendation: SavingsPlanRecommendation): SavingsPlanBody {
  const { commitment, billingPlan, tenantId } = recommendation;
  const appliedScope: AppliedScope = recommendation.appliedScope;
  return {
    sku: { name: sku },
    properties: {
      displayName: "buyonce-savings-plan",
      billingScopeId: `/subscriptions/${recommendation.subscriptionId}`,
      term: recommendation.term,
      ...(billingPlan === "Monthly" ? { billingPlan: "P1M" } : {}),
      ...appliedTo(appliedScope, tenantId),
      // Azure takes a JSON number. Eleven digits at most: their double prints as the same decimal again.
      commitment: { grain: "Hourly", currencyCode: commitment.currency, amount: Number(commitment.amount) },
      renew: recommendation.renew ?? false,
    },
  };
}
