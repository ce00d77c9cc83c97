import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import { resolveAlias } from "../aliases/resolve-alias.ts";
import { sendUnderAlias } from "../aliases/send-under-alias.ts";
import type { ArmClient } from "../arm-client.ts";
import { canonicalSavingsPlan } from "../azure-canonical.ts";
import { createOrderInventory } from "../azure-inventory.ts";
import { recoveryOf } from "../azure-recovery.ts";
import { scopeOfTenant, tenantOf } from "../azure-scope.ts";
import { describeSavingsPlan } from "../describe.ts";
import { planAliases } from "./azure-plan-alias.ts";
import { bodyOf } from "./azure-plan-body.ts";
import { billingBenefitsSdk } from "./azure-plan-client.ts";
import { planOrders } from "./azure-plan-order.ts";
import { savingsPlanSchema, type SavingsPlanRecommendation } from "./azure-plan-schema.ts";
import { askedFacts, readPlanFacts } from "./plan-facts.ts";
import { quotePlan } from "./quote-plan.ts";

/** The executor of savings plans, which are bought under an alias that the caller names. */
export function createSavingsPlanExecutor(
  clientOf: (tenantId: string | undefined) => ArmClient,
  purchaseTimeout: number,
): ServiceExecutor<SavingsPlanRecommendation> {
  return {
    provider: "azure",
    service: "savings-plans",
    schema: savingsPlanSchema,
    // The name comes from the token, and is looked at before it is written to. That Azure answers a second PUT of one
    // name with the first order is claimed, not documented: docs/azure-savings-plan.md.
    recovery: recoveryOf("derived"),
    sendTimeout: purchaseTimeout,
    load: async () => void (await billingBenefitsSdk()),
    inventory: createOrderInventory(clientOf, planOrders, { facts: readPlanFacts }),
    describe: describeSavingsPlan,
    canonical: canonicalSavingsPlan,
    // Another listing than that of the reservations.
    scopeOf: ({ tenantId }) =>
      scopeOfTenant(tenantId, {
        key: "azure/savings-plan",
        own: "Azure savings plans, the credential's own tenant",
        named: "Azure savings plans, tenant",
      }),
    writesLeft: (scope) => clientOf(tenantOf(scope)).writesLeft(),
    factsOf: (recommendation) => askedFacts(bodyOf(recommendation)),
    quote: (recommendation, marker, options) =>
      quotePlan(clientOf(recommendation.tenantId), recommendation, marker, options),
    send: (submission, context) =>
      sendUnderAlias(clientOf(tenantOf(submission.scope)), planAliases, submission, context),
    resolve: (submission, { signal }) =>
      resolveAlias(clientOf(tenantOf(submission.scope)), planAliases, submission, { signal }),
  };
}
