import * as ec2Sdk from "@aws-sdk/client-ec2";
import * as cacheSdk from "@aws-sdk/client-elasticache";
import * as memorySdk from "@aws-sdk/client-memorydb";
import * as searchSdk from "@aws-sdk/client-opensearch";
import * as rdsSdk from "@aws-sdk/client-rds";
import * as plansSdk from "@aws-sdk/client-savingsplans";
import { type GoPlace, type GoStep, goTags } from "./go-engine-place.ts";
import { createGoRedshift } from "./go-engine-redshift.ts";

const payments: Readonly<Record<string, string>> = {
  "no-upfront": "No Upfront",
  "partial-upfront": "Partial Upfront",
  "all-upfront": "All Upfront",
};
const years: Readonly<Record<string, number>> = { P1Y: 31_536_000, P3Y: 94_608_000 };

/** Payment and seconds of a recommendation, in AWS' words. */
export const termsOf = ({ payment, term }: GoPlace["wanted"]) => ({
  OfferingType: payments[payment] ?? "",
  Duration: years[term] ?? 0,
});

/** What an SDK client is made with: a dummy credential, and two attempts, as that engine's has. */
export const clientOf = (url: string) => ({
  region: "us-east-1",
  endpoint: url,
  credentials: { accessKeyId: "go", secretAccessKey: "go" },
  maxAttempts: 2,
});

/** The first of a list; throws where there is none. */
export function first<T>(items: readonly T[] | undefined, what: string): T {
  const [item] = items ?? [];
  if (item === undefined) throw new Error(`no ${what}`);
  return item;
}

/** The AWS services, each with its own handle. */
export function createGoAws(url: string): (place: GoPlace) => GoStep {
  const client = clientOf(url);
  const steps: Readonly<Record<string, (place: GoPlace) => GoStep>> = {
    ec2: (place) => ec2(new ec2Sdk.EC2Client(client), place),
    rds: (place) => rds(new rdsSdk.RDSClient(client), place),
    elasticache: (place) => elasticache(new cacheSdk.ElastiCacheClient(client), place),
    memorydb: (place) => memorydb(new memorySdk.MemoryDBClient(client), place),
    opensearch: (place) => opensearch(new searchSdk.OpenSearchClient(client), place),
    redshift: createGoRedshift(url),
    "savings-plans": (place) => savingsPlan(new plansSdk.SavingsplansClient(client), place),
  };
  return (place) => {
    const step = steps[place.wanted.service];
    if (step === undefined) throw new Error(`unknown service ${place.wanted.service}`);
    return step(place);
  };
}

const nameOf = (service: string, token: string) => `${service}-id-${token.slice(0, 40)}`;

function ec2(client: ec2Sdk.EC2Client, { token, source, wanted }: GoPlace): GoStep {
  return {
    find: async () => {
      const Filters = [{ Name: `tag:${goTags.token}`, Values: [token] }];
      const { ReservedInstances } = await client.send(new ec2Sdk.DescribeReservedInstancesCommand({ Filters }));
      return ReservedInstances?.find(({ State }) => State !== "retired")?.ReservedInstancesId;
    },
    buy: async () => {
      const { OfferingType, Duration } = termsOf(wanted);
      const { ReservedInstancesOfferings } = await client.send(
        new ec2Sdk.DescribeReservedInstancesOfferingsCommand({
          InstanceType: wanted.instanceType as ec2Sdk._InstanceType,
          ProductDescription: wanted.platform,
          InstanceTenancy: wanted.tenancy,
          OfferingClass: wanted.offeringClass,
          OfferingType: OfferingType as ec2Sdk.OfferingTypeValues,
          MinDuration: Duration,
          MaxDuration: Duration,
          IncludeMarketplace: false,
        }),
      );
      const fitting = ReservedInstancesOfferings?.filter(({ Scope }) => Scope === wanted.scope);
      const { ReservedInstancesOfferingId } = first(fitting, "offering");
      const { ReservedInstancesId: id = "" } = await client.send(
        new ec2Sdk.PurchaseReservedInstancesOfferingCommand({
          ReservedInstancesOfferingId,
          InstanceCount: wanted.quantity,
        }),
      );
      const Tags = [
        { Key: goTags.source, Value: source },
        { Key: goTags.token, Value: token },
      ];
      await client.send(new ec2Sdk.CreateTagsCommand({ Resources: [id], Tags }));
      return id;
    },
  };
}

function rds(client: rdsSdk.RDSClient, { token, source, wanted }: GoPlace): GoStep {
  const ReservedDBInstanceId = nameOf("rds", token);
  return {
    find: () =>
      absent("ReservedDBInstanceNotFound", async () => {
        const command = new rdsSdk.DescribeReservedDBInstancesCommand({ ReservedDBInstanceId });
        return (await client.send(command)).ReservedDBInstances?.[0]?.ReservedDBInstanceId;
      }),
    buy: async () => {
      const { OfferingType, Duration } = termsOf(wanted);
      const { ReservedDBInstancesOfferings } = await client.send(
        new rdsSdk.DescribeReservedDBInstancesOfferingsCommand({
          DBInstanceClass: wanted.instanceClass,
          ProductDescription: wanted.productDescription,
          MultiAZ: wanted.multiAz,
          OfferingType,
          Duration: String(Duration),
        }),
      );
      const { ReservedDBInstancesOfferingId } = first(ReservedDBInstancesOfferings, "offering");
      await client.send(
        new rdsSdk.PurchaseReservedDBInstancesOfferingCommand({
          ReservedDBInstancesOfferingId,
          ReservedDBInstanceId,
          DBInstanceCount: wanted.quantity,
          Tags: [{ Key: goTags.source, Value: source }],
        }),
      );
      return ReservedDBInstanceId;
    },
  };
}

function elasticache(client: cacheSdk.ElastiCacheClient, { token, source, wanted }: GoPlace): GoStep {
  const ReservedCacheNodeId = nameOf("elasticache", token);
  return {
    find: () =>
      absent("ReservedCacheNodeNotFoundFault", async () => {
        const command = new cacheSdk.DescribeReservedCacheNodesCommand({ ReservedCacheNodeId });
        return (await client.send(command)).ReservedCacheNodes?.[0]?.ReservedCacheNodeId;
      }),
    buy: async () => {
      const { OfferingType, Duration } = termsOf(wanted);
      const { ReservedCacheNodesOfferings } = await client.send(
        new cacheSdk.DescribeReservedCacheNodesOfferingsCommand({
          CacheNodeType: wanted.nodeType,
          ProductDescription: wanted.productDescription,
          OfferingType,
          Duration: String(Duration),
        }),
      );
      const { ReservedCacheNodesOfferingId } = first(ReservedCacheNodesOfferings, "offering");
      await client.send(
        new cacheSdk.PurchaseReservedCacheNodesOfferingCommand({
          ReservedCacheNodesOfferingId,
          ReservedCacheNodeId,
          CacheNodeCount: wanted.quantity,
          Tags: [{ Key: goTags.source, Value: source }],
        }),
      );
      return ReservedCacheNodeId;
    },
  };
}

function memorydb(client: memorySdk.MemoryDBClient, { token, source, wanted }: GoPlace): GoStep {
  const ReservationId = nameOf("memorydb", token);
  return {
    find: () =>
      absent("ReservedNodeNotFoundFault", async () => {
        const command = new memorySdk.DescribeReservedNodesCommand({ ReservationId });
        return (await client.send(command)).ReservedNodes?.[0]?.ReservationId;
      }),
    buy: async () => {
      const { OfferingType, Duration } = termsOf(wanted);
      const { ReservedNodesOfferings } = await client.send(
        new memorySdk.DescribeReservedNodesOfferingsCommand({
          NodeType: wanted.nodeType,
          OfferingType,
          Duration: String(Duration),
        }),
      );
      const { ReservedNodesOfferingId } = first(ReservedNodesOfferings, "offering");
      await client.send(
        new memorySdk.PurchaseReservedNodesOfferingCommand({
          ReservedNodesOfferingId,
          ReservationId,
          NodeCount: wanted.quantity,
          Tags: [{ Key: goTags.source, Value: source }],
        }),
      );
      return ReservationId;
    },
  };
}

function opensearch(client: searchSdk.OpenSearchClient, { token, wanted }: GoPlace): GoStep {
  const ReservationName = nameOf("opensearch", token);
  return {
    find: async () => {
      let NextToken: string | undefined;
      do {
        const page: searchSdk.DescribeReservedInstancesCommandOutput = await client.send(
          new searchSdk.DescribeReservedInstancesCommand({ NextToken }),
        );
        const found = page.ReservedInstances?.find((one) => one.ReservationName === ReservationName);
        if (found) return found.ReservationName;
        ({ NextToken } = page);
      } while (NextToken);
      return undefined;
    },
    buy: async () => {
      const { OfferingType, Duration } = termsOf(wanted);
      const payment = OfferingType.toUpperCase().replace(" ", "_");
      const offerings: searchSdk.ReservedInstanceOffering[] = [];
      let NextToken: string | undefined;
      do {
        const page: searchSdk.DescribeReservedInstanceOfferingsCommandOutput = await client.send(
          new searchSdk.DescribeReservedInstanceOfferingsCommand({ NextToken }),
        );
        offerings.push(...(page.ReservedInstanceOfferings ?? []));
        ({ NextToken } = page);
      } while (NextToken);
      const fitting = offerings.filter(
        (one) => one.InstanceType === wanted.instanceType && one.PaymentOption === payment && one.Duration === Duration,
      );
      const { ReservedInstanceOfferingId } = first(fitting, "offering");
      await client.send(
        new searchSdk.PurchaseReservedInstanceOfferingCommand({
          ReservedInstanceOfferingId,
          ReservationName,
          InstanceCount: wanted.quantity,
        }),
      );
      return ReservationName;
    },
  };
}

function savingsPlan(client: plansSdk.SavingsplansClient, { token, source, wanted }: GoPlace): GoStep {
  return {
    // The client token alone.
    find: async () => undefined,
    buy: async () => {
      const { OfferingType, Duration } = termsOf(wanted);
      const { searchResults } = await client.send(
        new plansSdk.DescribeSavingsPlansOfferingsCommand({
          planTypes: [wanted.type],
          paymentOptions: [OfferingType as plansSdk.SavingsPlanPaymentOption],
          durations: [Duration],
          currencies: [wanted.hourlyCommitment.currency],
        }),
      );
      const { offeringId } = first(searchResults, "offering");
      const { savingsPlanId = "" } = await client.send(
        new plansSdk.CreateSavingsPlanCommand({
          savingsPlanOfferingId: offeringId,
          commitment: wanted.hourlyCommitment.amount,
          clientToken: token,
          tags: { [goTags.source]: source, Tool: "CUDly" },
        }),
      );
      return savingsPlanId;
    },
  };
}

/** What a look-up by id shows; undefined where the service says that there is none. */
async function absent(code: string, find: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    // Its wire name and the SDK's name for it differ on some services.
    if (error instanceof Error && error.name.startsWith(code.replace(/Fault$/, ""))) return undefined;
    throw error;
  }
}
