import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Money } from "../../../src/contract/money.ts";
import { loadTogether } from "../../../src/contract/optional-package.ts";
import type { Connect } from "../gcp-connect.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import { loadBilling, loadCompute } from "../load-sdk.ts";
import { createComputeApi } from "./gcp-api.ts";
import { type Catalog, createCatalog } from "./gcp-catalog.ts";
import { askedFacts } from "./gcp-facts.ts";
import { families } from "./gcp-families.ts";
import { gpus } from "./gcp-gpus.ts";
import { createGcpInventory } from "./gcp-inventory.ts";
import { type GcpComputeLicenseRecommendation, gcpComputeLicenseSchema } from "./gcp-license.ts";
import { nameOf } from "./gcp-name.ts";
import { licensePrice, paidByTheHour, priceOf } from "./gcp-price.ts";
import { purchase } from "./gcp-purchase.ts";
import { askedFor, askedLicenses, describedBy, purchaseRequest } from "./gcp-purchase-request.ts";
import { gcpComputeSchema, type GcpComputeRecommendation } from "./gcp-recommendation.ts";
import { resolve } from "./gcp-resolve.ts";
import { scopeOf } from "./gcp-scope.ts";

/** What differs between commitments of machines and of licences. */
interface Kind<Recommendation extends AnyCommitment> extends Pick<
  ServiceExecutor<Recommendation>,
  "schema" | "describe" | "canonical"
> {
  readonly service: string;
  readonly asked: (recommendation: Recommendation) => Parameters<typeof purchaseRequest>[0];
  /** By the price list. Throws a RefusedError. */
  readonly price: (recommendation: Recommendation, currency: string, signal: AbortSignal) => Promise<Money>;
}

type AnyCommitment = GcpComputeRecommendation | GcpComputeLicenseRecommendation;

/**
 * Resource based committed use discounts of Compute Engine, of machines and of licences.
 *
 * The name, made from the token, is the handle: Google allows a name once in a project and region, and deletes none, so
 * a second send under it buys nothing.
 */
export function createCompute(connect: Connect, settings: ResolvedSettings) {
  const { tagNames, purchaseTimeout } = settings;
  const api = createComputeApi(connect, settings);
  const catalog = createCatalog(connect, settings);
  const inventory = createGcpInventory(api, tagNames);

  function executorOf<Recommendation extends AnyCommitment>({
    service,
    schema,
    describe,
    canonical,
    asked,
    price: priceFor,
  }: Kind<Recommendation>): ServiceExecutor<Recommendation> {
    return {
      provider: "gcp",
      service,
      schema,
      // After a day a person looks: whatever the provider was slow to show is shown by then.
      recovery: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
      // The send and the look at its operation together.
      sendTimeout: purchaseTimeout,
      load: async () => loadTogether([loadCompute(), loadBilling()], "GCP needs"),
      inventory,

      describe,

      ...(canonical && { canonical }),

      scopeOf,

      factsOf: (recommendation) => askedFacts(describedBy(asked(recommendation))),

      async quote(recommendation, marker, { signal, sentAs }) {
        const { projectId, term, maxPrice } = recommendation;
        // What the purchase needs is loaded before anything is written ahead.
        await api.prepare(projectId);
        const price = await priceFor(recommendation, maxPrice?.currency ?? settings.currency, signal);
        const earlier = sentAs?.["name"];
        const name = typeof earlier === "string" ? earlier : nameOf(marker);
        const request = purchaseRequest(asked(recommendation), marker, { tagNames, name });
        return { price, payments: paidByTheHour(price, term), handle: { name }, request };
      },

      send: async (submission) => purchase(submission, { api, settings }),

      resolve: async (submission, { signal, owned }) => resolve(submission, { api, settings, signal, owned }),
    };
  }

  return { compute: executorOf(ofMachines(catalog)), "compute-license": executorOf(ofLicenses(catalog)) };
}

function ofMachines(catalog: Catalog): Kind<GcpComputeRecommendation> {
  return {
    service: "compute",
    schema: gcpComputeSchema,
    describe({ vcpus, memoryMb, machineFamily, gpus: wanted, localSsdGb, region, term, autoRenew }) {
      const more = [
        ...(wanted === undefined ? [] : [`, ${wanted.count} ${wanted.type}`]),
        ...(localSsdGb === undefined ? [] : [`, ${localSsdGb} GB local SSD`]),
      ].join("");
      return `${vcpus} vCPU, ${memoryMb} MB of ${machineFamily}${more}, ${region}, ${term}${renewal(autoRenew)}`;
    },
    canonical(recommendation) {
      const { existingReservations } = recommendation;
      // In whatever order they are attached.
      return existingReservations
        ? { ...recommendation, existingReservations: existingReservations.toSorted() }
        : recommendation;
    },
    asked: askedFor,
    async price(recommendation, currency, signal) {
      const { projectId, machineFamily, region, term, gpus: wanted, localSsdGb } = recommendation;
      const query = {
        projectId,
        family: families[machineFamily],
        gpu: wanted && gpus[wanted.type].beginnings,
        localSsd: localSsdGb !== undefined,
        region,
        term,
        currency,
      };
      return priceOf(recommendation, await catalog.rates(query, signal));
    },
  };
}

function ofLicenses(catalog: Catalog): Kind<GcpComputeLicenseRecommendation> {
  return {
    service: "compute-license",
    schema: gcpComputeLicenseSchema,
    describe({ quantity, license, coresPerLicense, region, term, autoRenew }) {
      const cores = coresPerLicense === undefined ? "" : ` for ${coresPerLicense} cores`;
      return `${quantity} licences ${license.split("/").at(-1)}${cores}, ${region}, ${term}${renewal(autoRenew)}`;
    },
    asked: askedLicenses,
    async price(recommendation, currency, signal) {
      const { projectId, region, term, sku } = recommendation;
      return licensePrice(
        recommendation,
        await catalog.licenseHour({ projectId, region, term, sku, currency }, signal),
      );
    },
  };
}

function renewal(autoRenew: boolean): string {
  return autoRenew ? ", renews itself" : "";
}
