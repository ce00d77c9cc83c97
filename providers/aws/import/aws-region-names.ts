import { lookUp } from "../../../src/contract/read-record.ts";

/**
 * The regions by the names that consoles, price lists and some exports give them, in small letters; `EU` and `Europe` name the
 * same ones. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
const regionsByName: Readonly<Record<string, string>> = {
  "us east (n. virginia)": "us-east-1",
  "us east (ohio)": "us-east-2",
  "us west (n. california)": "us-west-1",
  "us west (oregon)": "us-west-2",
  "africa (cape town)": "af-south-1",
  "asia pacific (hong kong)": "ap-east-1",
  "asia pacific (taipei)": "ap-east-2",
  "asia pacific (hyderabad)": "ap-south-2",
  "asia pacific (jakarta)": "ap-southeast-3",
  "asia pacific (malaysia)": "ap-southeast-5",
  "asia pacific (melbourne)": "ap-southeast-4",
  "asia pacific (mumbai)": "ap-south-1",
  "asia pacific (new zealand)": "ap-southeast-6",
  "asia pacific (osaka)": "ap-northeast-3",
  "asia pacific (seoul)": "ap-northeast-2",
  "asia pacific (singapore)": "ap-southeast-1",
  "asia pacific (sydney)": "ap-southeast-2",
  "asia pacific (thailand)": "ap-southeast-7",
  "asia pacific (tokyo)": "ap-northeast-1",
  "canada (central)": "ca-central-1",
  "canada west (calgary)": "ca-west-1",
  "europe (frankfurt)": "eu-central-1",
  "europe (ireland)": "eu-west-1",
  "europe (london)": "eu-west-2",
  "europe (milan)": "eu-south-1",
  "europe (paris)": "eu-west-3",
  "europe (spain)": "eu-south-2",
  "europe (stockholm)": "eu-north-1",
  "europe (zurich)": "eu-central-2",
  "israel (tel aviv)": "il-central-1",
  "mexico (central)": "mx-central-1",
  "middle east (bahrain)": "me-south-1",
  "middle east (uae)": "me-central-1",
  "south america (sao paulo)": "sa-east-1",
  "south america (são paulo)": "sa-east-1",
  "aws govcloud (us-east)": "us-gov-east-1",
  "aws govcloud (us-west)": "us-gov-west-1",
  "china (beijing)": "cn-north-1",
  "china (ningxia)": "cn-northwest-1",
};

/** The codes of the regions that are known here; there may be others. */
export const regionCodes: readonly string[] = [...new Set(Object.values(regionsByName))];

/** The code of a region that is given by its code or its name; undefined for a name that is not known. */
export function regionCode(text: string): string | undefined {
  const plain = text
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .replace(/^eu \(/, "europe (");
  if (/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(plain)) return plain;
  return lookUp(regionsByName, plain);
}
