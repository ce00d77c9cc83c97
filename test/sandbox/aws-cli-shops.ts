// An independent client: what it buys and reads shows that our client and our imitation do not merely agree with each other.
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";

const version = spawnSync("aws", ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
/** Whether there is an AWS CLI on this machine. */
export const installed = version !== "";
console.log(installed ? `driven by ${version}` : "The AWS CLI is not installed: these checks are skipped.");

/** Nothing of the machine's own configuration, and no retries. */
const env = {
  PATH: process.env["PATH"],
  AWS_ACCESS_KEY_ID: "dummy",
  AWS_SECRET_ACCESS_KEY: "dummy",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_MAX_ATTEMPTS: "1",
  AWS_PAGER: "",
};

/** The AWS CLI on a sandbox: what a command answers, as a JMESPath query picks it. */
export function cliFor({ url }: CloudSandbox, credentials: Readonly<Record<string, string>> = {}) {
  return async (command: string, query = "@"): Promise<unknown> => {
    const options = ["--endpoint-url", url, "--output", "json", "--query", query];
    const { stdout } = await promisify(execFile)("aws", [...wordsOf(command), ...options], {
      env: { ...env, ...credentials },
    });
    return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as unknown);
  };
}

/** Commands to buy with, as one types them; `ID` stands for the offering. Queries are JMESPath: https://jmespath.org */
export interface Shop {
  readonly service: string;
  readonly offerings: string;
  /** Where its answer has the ids of the offerings; one has to be left. */
  readonly ids: string;
  readonly purchase: string;
  readonly list: string;
  /** What its answer says about what was bought. */
  readonly bought: string;
  readonly expected: unknown;
  /** What it answers to the same purchase again: an error, or the first one; where left out, it buys again. */
  readonly again?: RegExp | "the same";
}

/** One of each service that the CLI can buy from. */
export const shops: readonly Shop[] = [
  {
    service: "ec2",
    offerings: `describe-reserved-instances-offerings --no-include-marketplace --instance-type m5.large
      --product-description Linux/UNIX --offering-class convertible --offering-type 'No Upfront'
      --min-duration 31536000 --max-duration 31536000 --filters Name=scope,Values=Region`,
    ids: "ReservedInstancesOfferings[].ReservedInstancesOfferingId",
    purchase: "purchase-reserved-instances-offering --reserved-instances-offering-id ID --instance-count 2",
    list: "describe-reserved-instances",
    bought: "ReservedInstances[].[InstanceType, InstanceCount, State]",
    expected: [["m5.large", 2, "payment-pending"]],
  },
  {
    service: "rds",
    offerings: `describe-reserved-db-instances-offerings --db-instance-class db.r6g.large --no-multi-az
      --product-description postgresql --offering-type 'No Upfront' --duration 31536000`,
    ids: "ReservedDBInstancesOfferings[].ReservedDBInstancesOfferingId",
    purchase: `purchase-reserved-db-instances-offering --reserved-db-instances-offering-id ID
      --reserved-db-instance-id by-hand --db-instance-count 2 --tags Key=k,Value=v`,
    list: "describe-reserved-db-instances",
    bought: "ReservedDBInstances[].[ReservedDBInstanceId, DBInstanceClass, DBInstanceCount, State]",
    expected: [["by-hand", "db.r6g.large", 2, "payment-pending"]],
    again: /ReservedDBInstanceAlreadyExists/,
  },
  {
    service: "elasticache",
    offerings: `describe-reserved-cache-nodes-offerings --cache-node-type cache.r6g.large --product-description redis
      --offering-type 'No Upfront' --duration 31536000`,
    ids: "ReservedCacheNodesOfferings[].ReservedCacheNodesOfferingId",
    purchase: `purchase-reserved-cache-nodes-offering --reserved-cache-nodes-offering-id ID
      --reserved-cache-node-id by-hand --cache-node-count 2 --tags Key=k,Value=v`,
    list: "describe-reserved-cache-nodes",
    bought: "ReservedCacheNodes[].[ReservedCacheNodeId, CacheNodeType, CacheNodeCount, State]",
    expected: [["by-hand", "cache.r6g.large", 2, "payment-pending"]],
    again: /ReservedCacheNodeAlreadyExists/,
  },
  {
    service: "memorydb",
    offerings: `describe-reserved-nodes-offerings --node-type db.r6g.large --offering-type 'No Upfront' --duration 31536000`,
    ids: "ReservedNodesOfferings[].ReservedNodesOfferingId",
    purchase: `purchase-reserved-nodes-offering --reserved-nodes-offering-id ID --reservation-id by-hand --node-count 2
      --tags Key=k,Value=v`,
    list: "describe-reserved-nodes",
    bought: "ReservedNodes[].[ReservationId, NodeType, NodeCount, State]",
    expected: [["by-hand", "db.r6g.large", 2, "payment-pending"]],
    again: /ReservedNodeAlreadyExistsFault/,
  },
  {
    service: "opensearch",
    // The CLI reads one page, and this kind is on it.
    offerings: "describe-reserved-instance-offerings",
    ids: "ReservedInstanceOfferings[?InstanceType=='c5.large.search' && PaymentOption=='NO_UPFRONT' && Duration==`31536000`].ReservedInstanceOfferingId",
    purchase: `purchase-reserved-instance-offering --reserved-instance-offering-id ID --reservation-name by-hand
      --instance-count 2`,
    list: "describe-reserved-instances",
    bought: "ReservedInstances[].[ReservationName, InstanceType, InstanceCount, State]",
    expected: [["by-hand", "c5.large.search", 2, "payment-pending"]],
    again: /ResourceAlreadyExistsException/,
  },
  {
    service: "savingsplans",
    offerings: `describe-savings-plans-offerings --plan-types EC2Instance --payment-options 'Partial Upfront'
      --durations 94608000 --currencies USD --filters name=region,values=us-east-1 name=instanceFamily,values=m5`,
    ids: "searchResults[].offeringId",
    purchase: `create-savings-plan --savings-plan-offering-id ID --commitment 0.00123 --upfront-payment-amount 17
      --client-token by-hand --tags k=v`,
    list: "describe-savings-plans",
    bought: "savingsPlans[].[savingsPlanType, region, ec2InstanceFamily, commitment, state, tags]",
    expected: [["EC2Instance", "us-east-1", "m5", "0.00123000", "payment-pending", { k: "v" }]],
    again: "the same",
  },
  {
    service: "redshift",
    offerings: "describe-reserved-node-offerings",
    ids: `ReservedNodeOfferings[?NodeType=='ra3.xlplus' && ReservedNodeOfferingType=='Upgradable' &&
      OfferingType=='No Upfront' && Duration==\`31536000\`].ReservedNodeOfferingId`,
    purchase: "purchase-reserved-node-offering --reserved-node-offering-id ID --node-count 2",
    list: "describe-reserved-nodes",
    bought: "ReservedNodes[].[NodeType, NodeCount, State]",
    expected: [["ra3.xlplus", 2, "payment-pending"]],
  },
  {
    service: "ec2",
    offerings: `describe-host-reservation-offerings --min-duration 31536000 --max-duration 31536000
      --filter Name=instance-family,Values=m5 Name=payment-option,Values=NoUpfront`,
    ids: "OfferingSet[].OfferingId",
    purchase: `purchase-host-reservation --offering-id ID --host-id-set h-0a1b2c3d4e5f60718 --client-token by-hand
      --tag-specifications 'ResourceType=host-reservation,Tags=[{Key=k,Value=v}]'`,
    list: "describe-host-reservations",
    bought: "HostReservationSet[].[InstanceFamily, PaymentOption, HostIdSet, State, Tags]",
    expected: [["m5", "NoUpfront", ["h-0a1b2c3d4e5f60718"], "payment-pending", [{ Key: "k", Value: "v" }]]],
    again: "the same",
  },
  {
    service: "medialive",
    offerings: "list-offerings --resource-type OUTPUT --codec AVC --video-quality STANDARD --duration 12",
    ids: "Offerings[].OfferingId",
    purchase: `purchase-offering --offering-id ID --count 2 --name by-hand --request-id by-hand
      --renewal-settings AutomaticRenewal=DISABLED --tags k=v`,
    list: "list-reservations --codec AVC",
    bought: "Reservations[].[Name, Count, ResourceSpecification.Codec, State, RenewalSettings.AutomaticRenewal, Tags]",
    expected: [["by-hand", 2, "AVC", "ACTIVE", "DISABLED", { k: "v" }]],
    again: "the same",
  },
  {
    service: "mediaconnect",
    offerings: "list-offerings",
    ids: "Offerings[?ResourceSpecification.ReservedBitrate==`100`].OfferingArn",
    purchase: "purchase-offering --offering-arn ID --reservation-name by-hand --start 2026-07-01T00:00:00Z",
    list: "list-reservations",
    bought: "Reservations[].[ReservationName, ResourceSpecification.ReservedBitrate, Start, ReservationState]",
    expected: [["by-hand", 100, "2026-07-01T00:00:00Z", "PROCESSING"]],
    again: /BadRequestException.*already have an active reservation/,
  },
];

/** What is bought may have to begin in the month in which it is bought. */
const clock = { now: () => Date.parse("2026-07-14T11:00:00Z") };

/** As a shell would split it. */
function wordsOf(command: string): string[] {
  return (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));
}

/** Declares that the CLI buys at each of these. */
export function declarePurchases(shops: readonly Shop[]): void {
  describe.skipIf(!installed)("the imitation, driven by the AWS CLI", () => {
    test.for(shops)("$service $list: finds the offering, buys, lists, buys again", async (shop) => {
      await using sandbox = await startCloudSandbox({ clock });
      const aws = cliFor(sandbox);
      const ids = await aws(`${shop.service} ${shop.offerings}`, shop.ids);
      expect(ids).toEqual([expect.any(String)]);
      const purchase = `${shop.service} ${shop.purchase.replace("ID", (ids as [string])[0])}`;
      const first = await aws(purchase);
      expect(await aws(`${shop.service} ${shop.list}`, shop.bought)).toEqual(shop.expected);
      if (shop.again === "the same") expect(await aws(purchase)).toEqual(first);
      else if (shop.again) await expect(aws(purchase)).rejects.toThrow(shop.again);
      else await aws(purchase);
      expect(sandbox.purchases()).toBe(shop.again ? 1 : 2);
    });
  });
}
