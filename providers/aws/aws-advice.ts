import { isThrottling, obstacleOf, type SdkError } from "./sdk-error.ts";

/** Which call was refused. */
export interface RefusedCall {
  /** How the service is called: `EC2`. */
  readonly title: string;
  /** The IAM permission that the call needs: `ec2:DescribeReservedInstances`. */
  readonly permission: string;
  /** Where it was asked, if that is known: `eu-south-2`. */
  readonly region?: string | undefined;
}

/**
 * What a person can do about a refusal, as whole sentences; undefined where it is about something else than who asks,
 * where and when. The same for reads and purchases.
 */
export function adviceOn(problem: SdkError, { title, permission, region }: RefusedCall): string | undefined {
  if (isThrottling(problem)) return `${title} asked to slow down: drive again later.`;
  switch (obstacleOf(problem)) {
    case "credentials":
      return `Sign in, or set the credentials, and drive again.${notEnabled(region)}`;
    case "clock":
      return "Set the clock of this machine, which AWS takes to be minutes off, or sign in again if the credentials have expired; then drive again.";
    case "opt-in":
      return `The account has to opt in first: subscribe it to ${title}${region === undefined ? ", or enable the region" : ` in ${region}, or enable that region`} for it, and drive again.`;
    case "permission":
      return `Grant the permission ${permission} and drive again.`;
    case undefined:
      return undefined;
  }
}

/** In a region that is not enabled for the account, AWS does not know its credentials: `InvalidClientTokenId`, `AuthFailure`. */
function notEnabled(region: string | undefined): string {
  if (region === undefined || !isOptInRegion(region)) return "";
  return ` If they are good elsewhere, ${region} is not enabled for the account: an account has to opt in to it (\`aws account enable-region --region-name ${region}\`).`;
}

/**
 * The regions that are enabled for every account; all that began after 20 March 2019 have to be enabled.
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
const enabledByDefault = new Set([
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
]);

/** A region that an account has to enable first. The other partitions have accounts of their own, and no such regions. */
export function isOptInRegion(region: string): boolean {
  return !/^(cn|us-gov|us-iso[a-z]*|eu-iso[a-z]*|eusc)-/.test(region) && !enabledByDefault.has(region);
}
