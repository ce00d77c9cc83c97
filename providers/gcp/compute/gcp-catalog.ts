import type { Connect } from "../gcp-connect.ts";
import { createPriceList, onlySku, type ListQuery } from "../gcp-price-list.ts";
import { rateOf, type Rate } from "../gcp-rate.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import type { MachineFamily } from "./gcp-families.ts";
import { plans, type GcpComputeRecommendation } from "./gcp-recommendation.ts";

/** What is priced. */
export interface RateQuery extends ListQuery {
  readonly family: MachineFamily;
  readonly region: string;
  readonly term: GcpComputeRecommendation["term"];
}

/** Prices per hour: of a vCPU, and of a GiB of memory. */
export interface Rates {
  readonly vcpuHour: Rate;
  readonly gibHour: Rate;
}

/** Google's public prices of commitments. */
export interface Catalog {
  /** Throws a RefusedError: `not-offered`, `several-offerings`, `quote-failed`. */
  rates(query: RateQuery, signal: AbortSignal): Promise<Rates>;
}

/** The prices of Compute Engine in the Cloud Billing Catalog. */
export function createCatalog(connect: Connect, settings: ResolvedSettings): Catalog {
  const list = createPriceList(connect, settings, "services/6F81-5844-456A");
  return {
    async rates(query, signal) {
      signal.throwIfAborted();
      const skus = await list.commitmentSkus(query, signal);
      // docs/gcp.md says how sure the rule is.
      const { usageType, years } = plans[query.term];
      const ending = new RegExp(` for ${years} Years?$`, "i");
      const only = (beginnings: readonly string[]) =>
        onlySku(
          skus,
          ({ description, category, serviceRegions }) =>
            category?.usageType === usageType &&
            typeof description === "string" &&
            beginnings.some((beginning) => description.startsWith(beginning)) &&
            ending.test(description) &&
            serviceRegions?.includes(query.region) === true,
          `${beginnings.map((beginning) => `"${beginning}..."`).join(" or ")} for ${years} year${years === 1 ? "" : "s"} in ${query.region}`,
        );
      const { vcpus, memory } = query.family;
      return {
        vcpuHour: rateOf(only(vcpus), { unit: "h", currency: query.currency }),
        gibHour: rateOf(only(memory), { unit: "GiBy.h", currency: query.currency }),
      };
    },
  };
}
