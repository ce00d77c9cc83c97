import { PurchaseRejectedError } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { OldServiceExecutor } from "../../../src/contract/old-executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { ArmClient } from "../arm-client.ts";
import { canonicalSavingsPlan } from "../azure-canonical.ts";
import { collectListed } from "../listed.ts";
import { createListing, tokenOn } from "../azure-listing.ts";
import type { ReadStep } from "../../http/refusal.ts";
import { toRefusal } from "../azure-refusal.ts";
import { scopeOfTenant, tenantOf } from "../azure-scope.ts";
import { applyPurchaseTags } from "../tags.ts";
import { visitEntries } from "../visit-entries.ts";
import { aliasNameOf } from "./azure-plan-alias.ts";
import { bodyOf } from "./azure-plan-body.ts";
import { compareSavingsPlanOrder } from "./compare-plan-order.ts";
import { getOrder, ordersPath, parseOrder, type SavingsPlanOrder, toCommitment } from "./azure-plan-order.ts";
import { fateOfPlan, readStep, type SentPlan } from "./plan-fate.ts";
import { priceOf } from "./azure-plan-price.ts";
import { purchaseSavingsPlan } from "./azure-plan-purchase.ts";
import { describeSavingsPlan } from "../describe.ts";
import { savingsPlanSchema, type SavingsPlanRecommendation } from "./azure-plan-schema.ts";
import { validatePurchase } from "./validate-purchase.ts";

const listStep: ReadStep = {
  purpose: "list the savings plan orders",
  permission: "Microsoft.BillingBenefits/savingsPlanOrders/read at tenant scope (role Savings plan Reader)",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/** The executor of savings plans, which are bought under an alias that the caller names. */
export function createSavingsPlanExecutor(
  clientOf: (tenantId: string | undefined) => ArmClient,
  purchaseTimeout: number,
): OldServiceExecutor<SavingsPlanRecommendation> {
  return {
    provider: "azure",
    service: "savings-plan",
    schema: savingsPlanSchema,
    // The name comes from the token, and is looked at before it is written to. That Azure answers a second PUT of one
    // name with the first order is claimed, not documented: docs/azure-savings-plan.md.
    // After a day a person looks: whatever the provider was slow to show is shown by then.
    recovery: { kind: "resend", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,

    describe: describeSavingsPlan,
    canonical: canonicalSavingsPlan,

    // Another listing than that of the reservations.
    scopeOf: ({ tenantId }) =>
      scopeOfTenant(tenantId, {
        key: "azure/savings-plan",
        own: "Azure savings plans, the credential's own tenant",
        named: "Azure savings plans, tenant",
      }),

    async findByTokens(scope, wanted, { signal }) {
      const client = clientOf(tenantOf(scope));
      const listing = createListing(wanted, client.settings.tagNames);
      await visitEntries(client, ordersPath, {
        parse: parseOrder,
        step: listStep,
        visit: (order) => void listing.note(order, () => toCommitment(order.id, order.state)),
        isComplete: listing.isComplete,
        signal,
      });
      return listing.done();
    },

    async read(scope, id, { signal }) {
      const order = await getOrder(clientOf(tenantOf(scope)), id, { signal }).catch((error: unknown) => {
        throw toRefusal(error, readStep, signal);
      });
      return order === undefined ? undefined : toCommitment(order.id, order.state);
    },

    verify: (recommendation, commitment, { signal }) =>
      compareSavingsPlanOrder(clientOf(recommendation.tenantId), bodyOf(recommendation), commitment.id, signal),

    async quote(recommendation, marker, { signal }) {
      const client = clientOf(recommendation.tenantId);
      const body = applyPurchaseTags(bodyOf(recommendation), marker.source, marker.token, client.settings);
      const request = JSON.parse(JSON.stringify(body)) as JsonObject;
      const price = priceOf(recommendation);
      await validatePurchase(client, { request, price }, signal);
      return { price, handle: { aliasName: aliasNameOf(marker) }, request };
    },

    doPurchase: async (submission, context) =>
      purchaseSavingsPlan(clientOf(tenantOf(submission.scope)), sentPlanOf(submission), context),

    async resolve(submission, { signal }) {
      const fate = await fateOfPlan(clientOf(tenantOf(submission.scope)), sentPlanOf(submission), { signal });
      return fate.kind === "found"
        ? { kind: "found", commitment: fate.what }
        : { kind: fate.kind, reason: fate.reason };
    },

    async list(scope, { signal }) {
      const client = clientOf(tenantOf(scope));
      const all = collectListed();
      const note = (order: SavingsPlanOrder) => {
        const token = tokenOn(order, client.settings.tagNames);
        const commitment = { ...toCommitment(order.id, order.state), marked: token !== undefined };
        // The listing tells neither what was bought nor when: that two are alike cannot be seen in it.
        all.note({ commitment, token, attributes: {} });
      };
      const isComplete = () => false;
      await visitEntries(client, ordersPath, { parse: parseOrder, step: listStep, visit: note, isComplete, signal });
      return all.done();
    },
  };
}

function sentPlanOf({ handle, request, price, token, evidence }: Submission): SentPlan {
  const aliasName = handle["aliasName"];
  if (typeof aliasName === "string" && /^[a-zA-Z0-9_.-]+$/.test(aliasName)) {
    return { aliasName, request, price, token, evidence };
  }
  throw new PurchaseRejectedError({
    message: "The submission names no savings plan order alias; nothing was sent.",
    providerCode: "InvalidSavingsPlanOrderAlias",
    left: false,
  });
}
