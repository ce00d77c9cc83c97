import type { AzureService } from "../azure-service.ts";

/** Azure AI Search. Its resource type is documented nowhere, so a SKU is bought only if the catalogue lists it. */
export const search: AzureService = {
  name: "search",
  reservedResourceType: "SearchService",
  flexible: false,
  catalogFirst:
    "Azure documents no reserved resource type for search; SearchService is an assumption, so only what the catalogue lists is bought",
};
