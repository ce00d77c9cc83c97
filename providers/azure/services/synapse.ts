import type { AzureService } from "../azure-service.ts";

/** Azure Synapse Analytics compute (DWU); its pre-purchase commit units are another product. SKU names are unverified. */
export const synapse: AzureService = {
  name: "synapse",
  reservedResourceType: "SqlDataWarehouse",
  flexible: false,
};
