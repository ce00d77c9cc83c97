import type { AccessPlace, ProviderAccess } from "../../src/contract/provider-access.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { entryOf } from "./aws-accounts.ts";
import type { Connect } from "./aws-connect.ts";
import { awsScope } from "./aws-scope.ts";
import { awsServices } from "./aws-services.ts";
import type { ResolvedSettings } from "./aws-settings.ts";
import { createEc2Api } from "./ec2/ec2-api.ts";
import { dryRunPurchase } from "./ec2/ec2-dry-run.ts";
import { simulatePolicy } from "./simulate-policy.ts";

/** Where an account is asked of which no recommendation names a region, by its partition. */
const firstRegions: Readonly<Record<string, string>> = {
  aws: "us-east-1",
  "aws-cn": "cn-north-1",
  "aws-us-gov": "us-gov-west-1",
  "aws-eusc": "eusc-de-east-1",
};

/** Who signs for AWS accounts, and what they may buy: by EC2's DryRun, and by IAM's simulation for the other services. */
export function createAwsAccess(connect: Connect, { accounts }: ResolvedSettings): ProviderAccess {
  const connectEc2 = createEc2Api(connect);

  function roleOf(accountId: string): string | undefined {
    const entry = accounts && entryOf(accounts, accountId)?.entry;
    return entry && "roleArn" in entry ? entry.roleArn.replaceAll("{accountId}", accountId) : undefined;
  }

  function regionOf(accountId: string): string {
    const [, partition = "aws"] = roleOf(accountId)?.split(":") ?? [];
    return firstRegions[partition] ?? "us-east-1";
  }

  return {
    places: Object.keys(accounts ?? {})
      .filter((accountId) => accountId !== "*")
      .map((accountId) => placeOf(accountId)),

    placeOf(recommendation) {
      const { accountId, region } = fieldsOf(recommendation);
      return placeOf(accountId, region);
    },

    async signIn({ id = "", region = regionOf(id) }, { signal }) {
      const { caller } = await connect(id, region, signal);
      return { as: caller.arn, by: "sts:GetCallerIdentity", clockOffset: caller.clockOffset };
    },

    permissionsOf: (service) => awsServices[service]?.permissions ?? { list: [], price: [], purchase: [] },

    async mayPurchase(recommendation, quote, { signal }) {
      const { service } = recommendation;
      const { accountId, region = regionOf(accountId) } = fieldsOf(recommendation);
      const connection = await connect(accountId, region, signal);
      const of = (actions: readonly string[]) =>
        simulatePolicy(connection, { actions, region, roleArn: roleOf(accountId) }, signal);
      const { purchase = [], list: [, ...byId] = [] } = awsServices[service]?.permissions ?? {};
      // What the look-up of a list does not show, and a lost answer takes.
      if (service !== "ec2") return of([...purchase, ...byId]);
      const dry = await dryRunPurchase(connectEc2, awsScope("ec2", { accountId, region }), quote, { signal });
      if (dry.result !== "allowed") return dry;
      // What is bought and cannot be tagged is not recognised again.
      const tag = await of(purchase.slice(1));
      if (tag.result === "unknown") return dry;
      const by = `${dry.by}, ${tag.by}`;
      if (tag.result === "denied") return { ...tag, by, detail: `${dry.detail} ${tag.detail}` };
      return { ...dry, by, detail: "EC2 would have sold it, and IAM would allow the tags." };
    },
  };
}

function placeOf(accountId: string, region?: string): AccessPlace {
  return { key: `aws/${accountId}`, label: `AWS account ${accountId}`, id: accountId, region };
}

function fieldsOf({ accountId, region }: AnyRecommendation) {
  return {
    accountId: typeof accountId === "string" ? accountId : "",
    region: typeof region === "string" ? region : undefined,
  };
}
