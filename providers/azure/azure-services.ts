/** One reservable service: all that sets it apart from the others. */
export interface AzureService {
  /** The recommendation's `service`. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** One of its SKUs; left out where none was seen. */
  readonly exampleSku?: string;
  /** What the quantity counts. */
  readonly unit: string;
  /** Azure's name for what is reserved. */
  readonly reservedResourceType: string;
  /** It has instance flexibility, which must then be said. */
  readonly flexible: boolean;
  /** Why the catalogue is read before a price is asked for; left out: it is read for P5Y only. */
  readonly catalogFirst?: string;
}

/** A further one is one more entry, and a line in index.ts. */
const services = [
  // Virtual machines: SKUs such as `Standard_B1ls`, letter case aside. P1Y and P3Y; P5Y where the catalogue offers it.
  {
    name: "compute",
    title: "Virtual machines",
    exampleSku: "Standard_B1ls",
    unit: "virtual machines",
    reservedResourceType: "VirtualMachines",
    flexible: true,
  },
  // Azure Cache for Redis: SKUs such as `Azure_Redis_Cache_Premium_P1_Cache`, `azure_redis_cache_enterprise_e10`.
  {
    name: "cache",
    title: "Azure Cache for Redis",
    exampleSku: "Azure_Redis_Cache_Premium_P1_Cache",
    unit: "nodes",
    reservedResourceType: "RedisCache",
    flexible: false,
  },
  // Azure Cosmos DB request units. No recording shows a SKU name: calculatePrice is the judge.
  {
    name: "cosmosdb",
    title: "Azure Cosmos DB",
    unit: "units of the SKU",
    reservedResourceType: "CosmosDb",
    flexible: false,
  },
  // Azure SQL: SKUs such as `SQLDB_GP_Compute_Gen5`, `SQLMI_GP_Compute_Gen5`; the quantity counts vCores.
  {
    name: "database",
    title: "Azure SQL",
    exampleSku: "SQLDB_GP_Compute_Gen5",
    unit: "vCores",
    reservedResourceType: "SqlDatabases",
    flexible: false,
  },
  // Azure Managed Redis: SKUs such as `azure_managed_redis_balanced_b10`. That it is sold as RedisCache is an assumption.
  {
    name: "managed-redis",
    title: "Azure Managed Redis",
    exampleSku: "azure_managed_redis_balanced_b10",
    unit: "nodes",
    reservedResourceType: "RedisCache",
    flexible: false,
  },
  // Azure AI Search. Its resource type is documented nowhere, so a SKU is bought only if the catalogue lists it.
  {
    name: "search",
    title: "Azure AI Search",
    unit: "units of the SKU",
    reservedResourceType: "SearchService",
    flexible: false,
    catalogFirst:
      "Azure documents no reserved resource type for search; SearchService is an assumption, so only what the catalogue lists is bought",
  },
  // Azure Synapse Analytics compute (DWU); its pre-purchase commit units are another product. SKU names are unverified.
  {
    name: "synapse",
    title: "Azure Synapse Analytics",
    unit: "units of the SKU",
    reservedResourceType: "SqlDataWarehouse",
    flexible: false,
  },
] as const satisfies readonly AzureService[];

/** Their names. */
export type AzureServiceName = (typeof services)[number]["name"];

/** Every service whose reservations this provider buys. */
export const azureServices: readonly AzureService[] = services;
