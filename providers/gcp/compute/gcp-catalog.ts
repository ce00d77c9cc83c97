import { RefusedError } from "../../../src/contract/errors.ts";
import type { Connect } from "../gcp-connect.ts";
import { createPriceList, type ListQuery, onlySku, type Sku } from "../gcp-price-list.ts";
import { type Rate, rateOf } from "../gcp-rate.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import type { MachineFamily } from "./gcp-families.ts";
import { plans } from "./gcp-fields.ts";

/** Where and for how long. */
interface TermQuery extends ListQuery {
  readonly region: string;
  readonly term: keyof typeof plans;
}

/** What is priced. */
export interface RateQuery extends TermQuery {
  readonly family: MachineFamily;
  /** How the description of the GPUs' SKU begins, where there are GPUs. */
  readonly gpu?: readonly string[] | undefined;
  /** Whether there are local SSDs. */
  readonly localSsd: boolean;
}

/** Prices of a vCPU, a GiB of memory and a GPU for an hour, and of a GiB of local SSD for a month. */
export interface Rates {
  readonly vcpuHour: Rate;
  readonly gibHour: Rate;
  readonly gpuHour?: Rate | undefined;
  readonly ssdGibMonth?: Rate | undefined;
}

/** Google's public prices of commitments. */
export interface Catalog {
  /** Throws a RefusedError: `not-offered`, `several-offerings`, `quote-failed`. */
  rates(query: RateQuery, signal: AbortSignal): Promise<Rates>;
  /** The price of a licence for an hour, by the id of its SKU. Throws as `rates` does. */
  licenseHour(query: TermQuery & { readonly sku: string }, signal: AbortSignal): Promise<Rate>;
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
      const { currency, family, gpu, localSsd } = query;
      return {
        vcpuHour: rateOf(only(family.vcpus), { unit: "h", currency }),
        gibHour: rateOf(only(family.memory), { unit: "GiBy.h", currency }),
        gpuHour: gpu && rateOf(only(gpu), { unit: "h", currency }),
        ssdGibMonth: localSsd ? rateOf(only(family.localSsd), { unit: "GiBy.mo", currency }) : undefined,
      };
    },

    async licenseHour({ sku: skuId, ...query }, signal) {
      signal.throwIfAborted();
      const skus = await list.commitmentSkus(query, signal);
      const sku = onlySku(skus, (one) => one.skuId === skuId, `commitment with the SKU ${skuId}`);
      const problem = licenseProblem(sku, query);
      if (problem === undefined) return rateOf(sku, { unit: "h", currency: query.currency });
      throw new RefusedError({
        code: "not-offered",
        message: `Google's SKU ${skuId} "${sku.description}" ${problem}. Nothing was bought. Look the SKU up at https://cloud.google.com/skus.`,
      });
    },
  };
}

/** Why a SKU cannot be what a licence costs for a term; undefined where it can. */
function licenseProblem({ category, serviceRegions }: Sku, { region, term }: TermQuery): string | undefined {
  const { usageType } = plans[term];
  if (category?.usageType !== usageType) return `is ${category?.usageType}, not ${usageType}`;
  if (category.resourceFamily !== "License") return `is one of ${category.resourceFamily}, and no licence`;
  const isThere = serviceRegions?.some((place) => place === region || place === "global") === true;
  return isThere ? undefined : `is not sold in ${region}`;
}
