import type { AzureService } from "../azure-service.ts";

/** Azure Cosmos DB request units. No recording shows a SKU name: calculatePrice is the judge. */
export const cosmosdb: AzureService = {
  name: "cosmosdb",
  reservedResourceType: "CosmosDb",
  flexible: false,
};
