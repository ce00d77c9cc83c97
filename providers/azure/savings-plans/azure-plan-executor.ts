import type { Marker, Quote, ServiceExecutor } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { ArmClient } from "../arm-client.ts";
import { canonicalSavingsPlan } from "../azure-canonical.ts";
import { scopeOfTenant, tenantOf } from "../azure-scope.ts";
import { describeSavingsPlan } from "../describe.ts";
import { applyPurchaseTags } from "../tags.ts";
import { aliasNameOf } from "./azure-plan-alias.ts";
import { bodyOf } from "./azure-plan-body.ts";
import { createPlanInventory } from "./azure-plan-inventory.ts";
import { priceOf } from "./azure-plan-price.ts";
import { sendSavingsPlan } from "./azure-plan-purchase.ts";
import { savingsPlanSchema, type SavingsPlanRecommendation } from "./azure-plan-schema.ts";
import { askedFacts } from "./plan-facts.ts";
import { resolvePlan } from "./resolve-plan.ts";
import { validatePurchase } from "./validate-purchase.ts";

/** The executor of savings plans, which are bought under an alias that the caller names. */
export function createSavingsPlanExecutor(
  clientOf: (tenantId: string | undefined) => ArmClient,
  purchaseTimeout: number,
): ServiceExecutor<SavingsPlanRecommendation> {
  return {
    provider: "azure",
    service: "savings-plan",
    schema: savingsPlanSchema,
    // The name comes from the token, and is looked at before it is written to. That Azure answers a second PUT of one
    // name with the first order is claimed, not documented: docs/azure-savings-plan.md.
    // After a day a person looks: whatever the provider was slow to show is shown by then.
    recovery: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,
    inventory: createPlanInventory(clientOf),
    describe: describeSavingsPlan,
    canonical: canonicalSavingsPlan,

    // Another listing than that of the reservations.
    scopeOf: ({ tenantId }) =>
      scopeOfTenant(tenantId, {
        key: "azure/savings-plan",
        own: "Azure savings plans, the credential's own tenant",
        named: "Azure savings plans, tenant",
      }),

    factsOf: (recommendation) => askedFacts(bodyOf(recommendation)),

    quote: (recommendation, marker, { signal }) =>
      quote(clientOf(recommendation.tenantId), recommendation, marker, signal),

    send: (submission, context) => sendSavingsPlan(clientOf(tenantOf(submission.scope)), submission, context),

    resolve: (submission, { signal }) => resolvePlan(clientOf(tenantOf(submission.scope)), submission, { signal }),
  };
}

/** The price, calculated here, of a body that Azure says it would sell. */
async function quote(
  client: ArmClient,
  recommendation: SavingsPlanRecommendation,
  marker: Marker,
  signal: AbortSignal,
): Promise<Quote> {
  const body = applyPurchaseTags(bodyOf(recommendation), marker.source, marker.token, client.settings);
  const request = JSON.parse(JSON.stringify(body)) as JsonObject;
  const price = priceOf(recommendation);
  await validatePurchase(client, { request, price }, signal);
  return { price, handle: { aliasName: aliasNameOf(marker) }, request };
}
