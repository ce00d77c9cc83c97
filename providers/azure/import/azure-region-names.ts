import { lookUp } from "../../../src/contract/read-record.ts";
import { regionName } from "../azure-canonical.ts";

/**
 * The regions by the names that meters and price lists give them, in small letters; the code of a region and its display name
 * (`West Europe`) need no table. https://learn.microsoft.com/azure/reliability/regions-list
 */
const regionsByMeter: Readonly<Record<string, string>> = {
  "ae central": "uaecentral",
  "ae north": "uaenorth",
  "ap east": "eastasia",
  "ap southeast": "southeastasia",
  "au central": "australiacentral",
  "au central 2": "australiacentral2",
  "au east": "australiaeast",
  "au southeast": "australiasoutheast",
  "br south": "brazilsouth",
  "br southeast": "brazilsoutheast",
  "ca central": "canadacentral",
  "ca east": "canadaeast",
  "ch north": "switzerlandnorth",
  "ch west": "switzerlandwest",
  "de north": "germanynorth",
  "de west central": "germanywestcentral",
  "eu north": "northeurope",
  "eu west": "westeurope",
  "fr central": "francecentral",
  "fr south": "francesouth",
  "in central": "centralindia",
  "in south": "southindia",
  "in west": "westindia",
  "ja east": "japaneast",
  "ja west": "japanwest",
  "kr central": "koreacentral",
  "kr south": "koreasouth",
  "no east": "norwayeast",
  "no west": "norwaywest",
  "se central": "swedencentral",
  "uk south": "uksouth",
  "uk west": "ukwest",
  "us central": "centralus",
  "us east": "eastus",
  "us east 2": "eastus2",
  "us north central": "northcentralus",
  "us south central": "southcentralus",
  "us west": "westus",
  "us west 2": "westus2",
  "us west 3": "westus3",
  "us west central": "westcentralus",
  "za north": "southafricanorth",
  "za west": "southafricawest",
};

/** The codes of the regions that are known here; there may be others. */
export const regionCodes: readonly string[] = [...new Set(Object.values(regionsByMeter))];

/** Regions by display name, as one word, which no meter name gives. */
const further = ["israelcentral", "italynorth", "mexicocentral", "newzealandnorth", "polandcentral", "spaincentral"];
const known = new Set([...Object.values(regionsByMeter), ...further]);

/** The code of a region that is given by its code, its display name or its meter's name; undefined for a name that is not known. */
export function azureRegion(text: string): string | undefined {
  const plain = text.trim().toLowerCase().replaceAll(/\s+/g, " ");
  const byMeter = lookUp(regionsByMeter, plain);
  if (byMeter !== undefined) return byMeter;
  // A code may be of a region that is newer than this table; of a name it cannot be told.
  if (/^[a-z]+\d?$/.test(plain)) return plain;
  const code = regionName(plain);
  return known.has(code) ? code : undefined;
}
