import type { Particulars } from "../../src/contract/particulars.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";

/** The page of each service in the AWS console, after its address. The paths are those that the console itself shows. */
const pages: Readonly<Record<string, (region: string) => string>> = {
  ec2: (region) => `ec2/home?region=${region}#ReservedInstances:`,
  "ec2-host": (region) => `ec2/home?region=${region}#Hosts:`,
  rds: (region) => `rds/home?region=${region}#reserved-db-instances:`,
  elasticache: (region) => `elasticache/home?region=${region}#/reserved-nodes`,
  memorydb: (region) => `memorydb/home?region=${region}#/reserved-nodes`,
  opensearch: (region) => `aos/home?region=${region}#opensearch/reserved-instance-leases`,
  redshift: (region) => `redshiftv2/home?region=${region}#/reserved-nodes`,
  "redshift-serverless": (region) => `redshiftv2/home?region=${region}#/serverless-reservations`,
  "savings-plans": () => "costmanagement/home#/savings-plans/inventory",
};

/** What a person wants to know about a recommendation for AWS. */
export function awsParticulars({ service, region }: AnyRecommendation): Particulars {
  const page = pages[service];
  // A savings plan names no region, and its page is the same for all.
  const place = typeof region === "string" ? region : "us-east-1";
  const portal = page && `https://${hostOf(place)}/${page(encodeURIComponent(place))}`;
  return { portal };
}

/** The console of the partition that a region is in. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
function hostOf(region: string): string {
  if (region.startsWith("cn-")) return "console.amazonaws.cn";
  return region.startsWith("us-gov-") ? "console.amazonaws-us-gov.com" : "console.aws.amazon.com";
}
