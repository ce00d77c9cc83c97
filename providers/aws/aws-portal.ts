import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { AwsSettings } from "./aws-settings.ts";

/**
 * Where the console shows what a service sold, by service: the address of each console in the service's own user guide, and the page within it
 * where that is known. `#` begins what stays in the browser.
 */
const pages: Readonly<Record<string, readonly [path: string, page: string]>> = {
  ec2: ["ec2", "#ReservedInstances:"],
  "ec2-host": ["ec2", "#Hosts:"],
  rds: ["rds", "#reserved-instances:"],
  elasticache: ["elasticache", "#/reserved-nodes"],
  memorydb: ["memorydb", ""],
  opensearch: ["aos", ""],
  redshift: ["redshiftv2", ""],
  "savings-plans": ["cost-management", "#/savings-plans/inventory"],
};

/** The address of the AWS console for what a recommendation buys; undefined where there is none. The account is that of who is signed in. */
export function awsPortal({ endpoint }: Pick<AwsSettings, "endpoint"> = {}) {
  return ({ service, region = "us-east-1" }: AnyRecommendation): string | undefined => {
    const [path, page] = (Object.hasOwn(pages, service) && pages[service]) || [];
    if (endpoint !== undefined || path === undefined || typeof region !== "string") return undefined;
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return undefined;
    return `https://${hostOf(region)}/${path}/home?region=${region}${page}`;
  };
}

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
function hostOf(region: string): string {
  if (region.startsWith("cn-")) return "console.amazonaws.cn";
  return region.startsWith("us-gov-") ? "console.amazonaws-us-gov.com" : `${region}.console.aws.amazon.com`;
}
