import { onlySku, type Sku } from "../gcp-price-list.ts";
import { rateOf, type Rate } from "../gcp-rate.ts";
import { capacityPlans, type GcpBigQueryRecommendation } from "./bigquery-recommendation.ts";

/** What is priced. */
interface SlotQuery extends Pick<GcpBigQueryRecommendation, "edition" | "location" | "term"> {
  readonly currency: string;
}

const words = {
  ENTERPRISE: "BigQuery Enterprise Edition",
  ENTERPRISE_PLUS: "BigQuery Enterprise Plus Edition",
} as const;

/**
 * The price of a slot for an hour, from the SKUs of the BigQuery Reservation API; docs/gcp.md says how sure the rule is. Throws a
 * RefusedError `not-offered`, `several-offerings` or `quote-failed`.
 */
export function slotRate(skus: readonly Sku[], { edition, location, term, currency }: SlotQuery): Rate {
  // The list writes multi-regions in lower case, and that of Europe in two ways.
  const places = location === "EU" ? ["eu", "europe"] : [location.toLowerCase()];
  const sku = onlySku(
    skus,
    ({ description, category, serviceRegions }) =>
      category?.usageType === capacityPlans[term].usageType &&
      description?.includes(words[edition]) === true &&
      serviceRegions?.some((region) => places.includes(region.toLowerCase())) === true,
    `"${words[edition]}" as ${capacityPlans[term].usageType} in ${location}`,
  );
  return rateOf(sku, { unit: "h", currency });
}
