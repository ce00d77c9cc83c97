/** A SKU that can be reserved in the sandbox. */
export interface ReservedSku {
  /** As the catalogue spells it; compared without regard to letter case. */
  readonly name: string;
  readonly reservedResourceType: string;
  /** How its `skuTitle` begins. */
  readonly title: string;
  /** Price of one for one month, a decimal string, by term. Terms that are missing cannot be bought. */
  readonly monthly: Readonly<Record<string, string>>;
}

/**
 * A few SKUs of every service. The prices of Standard_B1ls are the recorded ones (24.00 a year); the others are plausible
 * round numbers. The names of Cosmos DB, Synapse and AI Search SKUs, and the type `SearchService`, are assumptions: none
 * is documented.
 */
export const reservedSkus: readonly ReservedSku[] = [
  sku("VirtualMachines", "Standard_B1ls", "Reserved VM Instance", "2", "1.3"),
  sku("VirtualMachines", "Standard_D2s_v3", "Reserved VM Instance", "40", "26"),
  sku("RedisCache", "Azure_Redis_Cache_Premium_P1_Cache", "Reserved Redis Cache", "193", "137"),
  sku("RedisCache", "azure_managed_redis_balanced_b10", "Reserved Managed Redis", "99", "71"),
  sku("CosmosDb", "Cosmos_DB_100_RU_s", "Reserved Cosmos DB", "4", "3"),
  sku("SqlDatabases", "SQLDB_GP_Compute_Gen5", "Reserved SQL Database", "58", "40"),
  sku("SqlDataWarehouse", "Compute_DWU_100", "Reserved SQL Data Warehouse", "476", "265"),
  sku("SearchService", "search_standard_s1", "Reserved AI Search", "135", "90"),
];

export function findSku(name: string): ReservedSku | undefined {
  return reservedSkus.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

function sku(
  reservedResourceType: string,
  name: string,
  title: string,
  oneYear: string,
  threeYears: string,
): ReservedSku {
  return { name, reservedResourceType, title, monthly: { P1Y: oneYear, P3Y: threeYears } };
}
