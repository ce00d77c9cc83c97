import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { AwsSettings } from "./aws-settings.ts";
import { awsServices } from "./aws-services.ts";

/** The address of the AWS console for what a recommendation buys; undefined where there is none. The account is that of who is signed in. */
export function awsPortal({ endpoint }: Pick<AwsSettings, "endpoint"> = {}) {
  return ({ service, region = "us-east-1" }: AnyRecommendation): string | undefined => {
    const [path, page] = (Object.hasOwn(awsServices, service) && awsServices[service]?.shown.console) || [];
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
