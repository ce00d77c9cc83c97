/** A SKU that can be reserved in the sandbox. */
export interface ReservedSku {
  /** As the catalogue spells it; compared without regard to letter case. */
  readonly name: string;
  readonly reservedResourceType: string;
  /** How its `skuTitle` begins. */
  readonly title: string;
  /** Price of one for one month, a decimal string, by term. Terms that are missing cannot be bought. */
  readonly monthly: Readonly<Record<string, string>>;
  /** Left out: Upfront and Monthly. */
  readonly billingPlans?: readonly string[];
  /** Left out: every location that is asked for. */
  readonly locations?: readonly string[];
  /** By which the catalogue is asked. */
  readonly published?: { readonly publisherId: string; readonly offerId: string; readonly planId: string };
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
  // The names from here on are made up, and so are the prices.
  sku("AppService", "P1v3_Reserved", "Reserved App Service", "75", "52"),
  sku("PostgreSql", "PostgreSQL_GP_Ddsv5_vCore", "Reserved PostgreSQL", "44", "29"),
  sku("MySql", "MySQL_GP_Ddsv4_vCore", "Reserved MySQL", "43", "28"),
  { ...sku("ManagedDisk", "Premium_SSD_P30", "Reserved Disk", "128"), billingPlans: ["Upfront"] },
  sku("BlockBlob", "Hot_LRS_100_TB", "Reserved Block Blob", "1500", "1300"),
  sku("AzureFiles", "Hot_LRS_10_TiB", "Reserved Files", "210", "170"),
  sku("NetAppStorage", "Standard_100_TiB", "Reserved NetApp Files", "11000", "9000"),
  sku("AzureDataExplorer", "ADX_Markup_Unit", "Reserved Data Explorer", "64", "47"),
  sku("DataFactory", "Data_Flow_General_Purpose_vCore", "Reserved Data Factory", "140", "110"),
  sku("DedicatedHost", "DSv3_Type3", "Reserved Dedicated Host", "2600", "1700"),
  sku("AVS", "AV36P", "Reserved Azure VMware Solution", "5100", "3600"),
  { ...sku("SuseLinux", "SLES_1_2_vCPU", "SUSE Linux", "30", "24"), billingPlans: ["Upfront"], locations: ["global"] },
  {
    ...sku("RedHat", "RHEL_1_4_vCPU", "Red Hat Enterprise Linux", "34", "31"),
    billingPlans: ["Upfront"],
    locations: ["global"],
  },
  sku("RedHatOsa", "ARO_Worker_4_vCPU", "Reserved OpenShift", "83", "55"),
  {
    ...sku("VirtualMachineSoftware", "contoso_firewall_standard", "Reserved Software", "90", "70"),
    published: { publisherId: "contoso", offerId: "firewall", planId: "standard" },
  },
  {
    ...sku("Databricks", "Databricks_12500_DBCU", "Databricks Commit Units", "1000", "950"),
    billingPlans: ["Upfront"],
  },
  { ...sku("OpenAIPTU", "Provisioned_Managed", "Reserved Azure OpenAI"), monthly: { P1M: "260", P1Y: "221" } },
  { ...sku("MDC", "MDC_5000_Units", "Defender Commit Units", "417"), billingPlans: ["Upfront"] },
  { ...sku("Sentinel", "Sentinel_10000_Units", "Sentinel Commit Units", "800"), billingPlans: ["Upfront"] },
];

export function findSku(name: string): ReservedSku | undefined {
  return reservedSkus.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

function sku(
  reservedResourceType: string,
  name: string,
  title: string,
  oneYear?: string,
  threeYears?: string,
): ReservedSku {
  const monthly = { ...(oneYear ? { P1Y: oneYear } : {}), ...(threeYears ? { P3Y: threeYears } : {}) };
  return { name, reservedResourceType, title, monthly };
}
