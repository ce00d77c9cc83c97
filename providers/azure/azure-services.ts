/** ISO 8601; the terms of all services of Azure. */
export type AzureTerm = "P1M" | "P1Y" | "P3Y" | "P5Y";

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
  /** Azure's name for what is reserved: https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/calculate */
  readonly reservedResourceType: string;
  /** It has instance flexibility, which must then be said. */
  readonly flexible: boolean;
  /** The terms that may be asked for; left out: one, three and five years. */
  readonly terms?: readonly [AzureTerm, ...AzureTerm[]];
  /** Left out: both. */
  readonly billingPlans?: readonly ["Upfront"];
  /** Left out: any region. */
  readonly regions?: readonly ["global"];
  /** It is sold by a publisher, offer and plan, which the catalogue is asked for. */
  readonly published?: true;
  /** The quantity is paid for and then used up: what is left at the end of the term is lost. */
  readonly prepaid?: true;
  /** Why the catalogue is read before a price is asked for; left out: it is read for P1M and P5Y only. */
  readonly catalogFirst?: string;
}

/** Of what Azure sells in one way here and in another there. */
const catalogDecides = "The catalogue of the subscription decides its terms, billing plans and regions";

/** A further one is one more entry. */
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
  // From here on no recording shows a SKU name, so only what the catalogue lists is bought. The types are those of the specification
  // (Microsoft.Capacity 2022-11-01).
  // Premium v3 and Isolated v2 plans.
  {
    name: "app-service",
    title: "Azure App Service",
    unit: "instances",
    reservedResourceType: "AppService",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // Compute only: storage is billed apart.
  {
    name: "postgresql",
    title: "Azure Database for PostgreSQL",
    unit: "vCores",
    reservedResourceType: "PostgreSql",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // Compute only: storage is billed apart.
  {
    name: "mysql",
    title: "Azure Database for MySQL",
    unit: "vCores",
    reservedResourceType: "MySql",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // Premium SSD of 1 TiB and more.
  {
    name: "managed-disk",
    title: "Azure managed disks",
    unit: "disks",
    reservedResourceType: "ManagedDisk",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // The SKU says the capacity of a unit: 100 TiB, or 1 PiB, a month.
  {
    name: "block-blob",
    title: "Azure Blob Storage",
    unit: "units of capacity",
    reservedResourceType: "BlockBlob",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // The SKU says the capacity of a unit: 10 TiB, or 100 TiB, a month.
  {
    name: "files",
    title: "Azure Files",
    unit: "units of capacity",
    reservedResourceType: "AzureFiles",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // The SKU says the capacity of a unit: 100 TiB, or 1 PiB, a month.
  {
    name: "netapp",
    title: "Azure NetApp Files",
    unit: "units of capacity",
    reservedResourceType: "NetAppStorage",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // The markup of the engine; its virtual machines are `compute`.
  {
    name: "data-explorer",
    title: "Azure Data Explorer",
    unit: "markup units",
    reservedResourceType: "AzureDataExplorer",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // Mapping data flows.
  {
    name: "data-factory",
    title: "Azure Data Factory",
    unit: "vCores",
    reservedResourceType: "DataFactory",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // The hardware; its software is billed apart.
  {
    name: "dedicated-host",
    title: "Azure Dedicated Host",
    unit: "hosts",
    reservedResourceType: "DedicatedHost",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // Hosts of a private cloud. VMwareCloudSimple, the service before it, is retired.
  {
    name: "vmware",
    title: "Azure VMware Solution",
    unit: "hosts",
    reservedResourceType: "AVS",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // Software plans: in no region, and upfront only (https://learn.microsoft.com/azure/cost-management-billing/reservations/understand-suse-reservation-charges).
  {
    name: "suse",
    title: "SUSE Linux",
    unit: "virtual machines",
    reservedResourceType: "SuseLinux",
    flexible: false,
    billingPlans: ["Upfront"],
    regions: ["global"],
    catalogFirst: catalogDecides,
  },
  // As SUSE.
  {
    name: "red-hat",
    title: "Red Hat Enterprise Linux",
    unit: "virtual machines",
    reservedResourceType: "RedHat",
    flexible: false,
    billingPlans: ["Upfront"],
    regions: ["global"],
    catalogFirst: catalogDecides,
  },
  // The fee of worker nodes; their virtual machines are `compute`.
  {
    name: "red-hat-openshift",
    title: "Azure Red Hat OpenShift",
    unit: "units of the SKU",
    reservedResourceType: "RedHatOsa",
    flexible: false,
    catalogFirst: catalogDecides,
  },
  // The catalogue is asked with publisher, offer and plan, as its specification wants.
  {
    name: "vm-software",
    title: "Software of a publisher in virtual machines",
    unit: "units of the SKU",
    reservedResourceType: "VirtualMachineSoftware",
    flexible: false,
    published: true,
    catalogFirst: catalogDecides,
  },
  // Databricks commit units, which are used up: https://learn.microsoft.com/azure/cost-management-billing/reservations/prepay-databricks-reserved-capacity.
  {
    name: "databricks",
    title: "Azure Databricks",
    unit: "units of the SKU",
    reservedResourceType: "Databricks",
    flexible: false,
    prepaid: true,
    catalogFirst: catalogDecides,
  },
  // Months as well as years. The type is named in the description of the specification only.
  {
    name: "openai-ptu",
    title: "Azure OpenAI provisioned throughput",
    unit: "provisioned throughput units",
    reservedResourceType: "OpenAIPTU",
    flexible: false,
    terms: ["P1M", "P1Y"],
    catalogFirst: catalogDecides,
  },
  // Commit units, which are used up. The type is named in the description of the specification only.
  {
    name: "defender",
    title: "Microsoft Defender for Cloud",
    unit: "units of the SKU",
    reservedResourceType: "MDC",
    flexible: false,
    prepaid: true,
    catalogFirst: catalogDecides,
  },
  // As Defender.
  {
    name: "sentinel",
    title: "Microsoft Sentinel",
    unit: "units of the SKU",
    reservedResourceType: "Sentinel",
    flexible: false,
    prepaid: true,
    catalogFirst: catalogDecides,
  },
] as const satisfies readonly AzureService[];

/** Their names. */
export type AzureServiceName = (typeof services)[number]["name"];

/** One of them as it stands in the list. */
export type AzureServiceEntry<Name extends AzureServiceName> = Extract<(typeof services)[number], { name: Name }>;

/** Every service whose reservations this provider buys. */
export const azureServices: readonly AzureService[] = services;
