import type { AzureService } from "../azure-service.ts";

/** Azure SQL: SKUs such as `SQLDB_GP_Compute_Gen5`, `SQLMI_GP_Compute_Gen5`; the quantity counts vCores. */
export const database: AzureService = {
  name: "database",
  reservedResourceType: "SqlDatabases",
  flexible: false,
};
