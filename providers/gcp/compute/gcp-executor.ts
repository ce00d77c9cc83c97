import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import { loadTogether } from "../../../src/contract/optional-package.ts";
import type { Connect } from "../gcp-connect.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import { loadBilling, loadCompute } from "../load-sdk.ts";
import { createComputeApi } from "./gcp-api.ts";
import { createCatalog } from "./gcp-catalog.ts";
import { factsOf } from "./gcp-facts.ts";
import { families } from "./gcp-families.ts";
import { createGcpInventory } from "./gcp-inventory.ts";
import { nameOf } from "./gcp-name.ts";
import { paidByTheHour, priceOf } from "./gcp-price.ts";
import { purchase } from "./gcp-purchase.ts";
import { askedFor, purchaseRequest } from "./gcp-purchase-request.ts";
import { gcpComputeSchema, type GcpComputeRecommendation } from "./gcp-recommendation.ts";
import { resolve } from "./gcp-resolve.ts";
import { scopeOf } from "./gcp-scope.ts";

/**
 * Resource based committed use discounts of Compute Engine.
 *
 * The name, made from the token, is the handle: Google allows a name once in a project and region, and deletes none, so
 * a second send under it buys nothing.
 */
export function createCompute(connect: Connect, settings: ResolvedSettings): ServiceExecutor<GcpComputeRecommendation> {
  const { tagNames, purchaseTimeout } = settings;
  const api = createComputeApi(connect, settings);
  const catalog = createCatalog(connect, settings);

  return {
    provider: "gcp",
    service: "compute",
    schema: gcpComputeSchema,
    // After a day a person looks: whatever the provider was slow to show is shown by then.
    recovery: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
    // The send and the look at its operation together.
    sendTimeout: purchaseTimeout,
    load: async () => loadTogether([loadCompute(), loadBilling()], "GCP needs"),
    inventory: createGcpInventory(api, tagNames),

    describe({ vcpus, memoryMb, machineFamily, region, term, autoRenew }) {
      return `${vcpus} vCPU, ${memoryMb} MB of ${machineFamily}, ${region}, ${term}${autoRenew ? ", renews itself" : ""}`;
    },

    scopeOf,

    factsOf: (recommendation) => ({ decisive: factsOf(askedFor(recommendation)), ifStated: {} }),

    async quote(recommendation, marker, { signal, sentAs }) {
      const { projectId, machineFamily, region, term, maxPrice } = recommendation;
      // What the purchase needs is loaded before anything is written ahead.
      await api.prepare(projectId);
      const currency = maxPrice?.currency ?? settings.currency;
      const rates = await catalog.rates({ projectId, family: families[machineFamily], region, term, currency }, signal);
      const earlier = sentAs?.["name"];
      const name = typeof earlier === "string" ? earlier : nameOf(marker);
      const request = purchaseRequest(recommendation, marker, { tagNames, name });
      const price = priceOf(recommendation, rates);
      return { price, payments: paidByTheHour(price, term), handle: { name }, request };
    },

    send: async (submission) => purchase(submission, { api, settings }),

    resolve: async (submission, { signal, owned }) => resolve(submission, { api, settings, signal, owned }),
  };
}
