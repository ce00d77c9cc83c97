// What the compiler takes for a recommendation: `npm run check:types` is the judge of all but the last test.
import { describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { ec2RecommendationSchema } from "../../providers/aws/ec2/ec2-recommendation.ts";
import type { ec2HostSchema } from "../../providers/aws/ec2-host/host-recommendation.ts";
import { createAws, type Ec2Recommendation } from "../../providers/aws/index.ts";
import type { mediaConnectSchema } from "../../providers/aws/mediaconnect/mediaconnect-service.ts";
import type { mediaLiveSchema } from "../../providers/aws/medialive/medialive-service.ts";
import type { redshiftServerlessSchema } from "../../providers/aws/redshift-serverless/serverless-service.ts";
import type { redshiftSchema } from "../../providers/aws/redshift/redshift-service.ts";
import type { elastiCacheSchema } from "../../providers/aws/reservations/elasticache.ts";
import type { memoryDbSchema } from "../../providers/aws/reservations/memorydb.ts";
import type { openSearchSchema } from "../../providers/aws/reservations/opensearch.ts";
import type { rdsSchema } from "../../providers/aws/reservations/rds.ts";
import type { savingsPlanSchema as awsPlanSchema } from "../../providers/aws/savings-plans/aws-plan-recommendation.ts";
import type { flexibleSchema, plainSchema, publishedSchema } from "../../providers/azure/azure-schema.ts";
import { type AzureServiceEntry, azureServices } from "../../providers/azure/azure-services.ts";
import { type AzureReservations, createAzure } from "../../providers/azure/index.ts";
import type { savingsPlanSchema as azurePlanSchema } from "../../providers/azure/savings-plans/azure-plan-schema.ts";
import type { gcpBigQuerySchema } from "../../providers/gcp/bigquery/bigquery-recommendation.ts";
import type { gcpComputeLicenseSchema } from "../../providers/gcp/compute/gcp-license.ts";
import type { gcpComputeSchema } from "../../providers/gcp/compute/gcp-recommendation.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { canBeListed } from "../../src/contract/service-without-api.ts";
import type {
  AnyExecution,
  AnyRecommendation,
  Execution,
  Purchaser,
  Recommendation,
  RecommendationTypes,
  validate,
  PlanDocument,
} from "../../src/index.ts";

/** What the schema of each service takes. */
type Taken = {
  "aws/ec2": z.input<typeof ec2RecommendationSchema>;
  "aws/ec2-host": z.input<typeof ec2HostSchema>;
  "aws/elasticache": z.input<typeof elastiCacheSchema>;
  "aws/mediaconnect": z.input<typeof mediaConnectSchema>;
  "aws/medialive": z.input<typeof mediaLiveSchema>;
  "aws/memorydb": z.input<typeof memoryDbSchema>;
  "aws/opensearch": z.input<typeof openSearchSchema>;
  "aws/rds": z.input<typeof rdsSchema>;
  "aws/redshift": z.input<typeof redshiftSchema>;
  "aws/redshift-serverless": z.input<typeof redshiftServerlessSchema>;
  "aws/savings-plans": z.input<typeof awsPlanSchema>;
  "azure/compute": z.input<ReturnType<typeof flexibleSchema<AzureServiceEntry<"compute">>>>;
  "azure/cache": z.input<ReturnType<typeof plainSchema<AzureServiceEntry<"cache">>>>;
  "azure/openai-ptu": z.input<ReturnType<typeof plainSchema<AzureServiceEntry<"openai-ptu">>>>;
  "azure/suse": z.input<ReturnType<typeof plainSchema<AzureServiceEntry<"suse">>>>;
  "azure/vm-software": z.input<ReturnType<typeof publishedSchema<AzureServiceEntry<"vm-software">>>>;
  "azure/savings-plans": z.input<typeof azurePlanSchema>;
  // Named in the schema so that the refusal says more.
  "gcp/bigquery": z.input<typeof gcpBigQuerySchema>;
  "gcp/compute": Omit<z.input<typeof gcpComputeSchema>, "license">;
  "gcp/compute-license": z.input<typeof gcpComputeLicenseSchema>;
};

type FieldsOf<Union> = Union extends unknown ? keyof Union : never;
/** The services whose type says anything else than their schema. The drive checks a note; no schema sees it. */
type Differing = {
  [Service in keyof Taken]: [RecommendationTypes[Service], Taken[Service]] extends [
    Taken[Service],
    RecommendationTypes[Service],
  ]
    ? [Exclude<FieldsOf<RecommendationTypes[Service]>, "note" | "labels">, FieldsOf<Taken[Service]>] extends [
        FieldsOf<Taken[Service]>,
        FieldsOf<RecommendationTypes[Service]>,
      ]
      ? never
      : Service
    : Service;
}[keyof Taken];

const ec2: Ec2Recommendation = {
  provider: "aws",
  service: "ec2",
  accountId: "123456789012",
  region: "us-east-1",
  instanceType: "m5.large",
  platform: "Linux/UNIX",
  tenancy: "default",
  scope: "Region",
  offeringClass: "standard",
  quantity: 1,
  term: "P1Y",
  payment: "no-upfront",
};
const sql = {
  provider: "azure",
  service: "database",
  subscriptionId: "11111111-2222-3333-4444-555555555555",
  region: "westus",
  sku: "SQLDB_GP_Compute_Gen5",
  quantity: 2,
  term: "P3Y",
  billingPlan: "Monthly",
  appliedScope: { type: "Shared" },
} as const satisfies Recommendation;
const plan = {
  provider: "aws",
  service: "savings-plans",
  accountId: "123456789012",
  term: "P1Y",
  payment: "no-upfront",
  hourlyCommitment: { amount: "1.25", currency: "USD" },
} as const;

/** Takes what the compiler lets through. */
const take = (..._recommendations: readonly Recommendation[]) => undefined;

describe("a recommendation is one of its service", () => {
  test("each type says what the schema takes", () => {
    expectTypeOf<Differing>().toEqualTypeOf<never>();
  });

  test("limit and note are taken everywhere, and what the compiler does not know is an AnyRecommendation", () => {
    take({ ...ec2, maxPrice: { amount: "600.00", currency: "USD" }, note: "FIN-17" }, { ...sql, note: "FIN-18" });
    take({ ...plan, type: "Compute" }, { ...plan, type: "EC2Instance", region: "us-east-1", instanceFamily: "m5" });
    expectTypeOf<Recommendation>().toExtend<AnyRecommendation>();
    expectTypeOf<Execution>().toExtend<AnyExecution>();
    expectTypeOf<AnyRecommendation>().not.toExtend<Recommendation>();
  });

  test("misspelt fields do not compile", () => {
    // @ts-expect-error -- maxPrice
    take({ ...ec2, maxPirce: { amount: "600.00", currency: "USD" } });
    // @ts-expect-error -- quantity
    take({ ...sql, quanttiy: 2 });
    // @ts-expect-error -- of virtual machines alone
    take({ ...sql, instanceFlexibility: "On" });
    // @ts-expect-error -- of EC2Instance plans alone
    take({ ...plan, type: "Compute", instanceFamily: "m5" });
    // @ts-expect-error -- currency
    take({ ...ec2, maxPrice: { amount: "600.00", curency: "USD" } });
    // @ts-expect-error -- resourceGroup
    take({ ...sql, appliedScope: { type: "Single", subscriptionId: sql.subscriptionId, resourcegroup: "a" } });
    const misspelt: Ec2Recommendation = {
      ...ec2,
      // @ts-expect-error -- availabilityZone
      availabiltyZone: "us-east-1a",
    };
    take(misspelt);
  });

  test("wrong values do not compile", () => {
    // @ts-expect-error -- AWS sells no five years
    take({ ...ec2, term: "P5Y" });
    // @ts-expect-error -- no-upfront
    take({ ...ec2, payment: "none" });
    // @ts-expect-error -- default or dedicated
    take({ ...ec2, tenancy: "host" });
    // @ts-expect-error -- a number
    take({ ...ec2, quantity: "1" });
    // @ts-expect-error -- Monthly
    take({ ...sql, billingPlan: "monthly" });
    // @ts-expect-error -- a service of another cloud
    take({ ...sql, service: "rds" });
    // @ts-expect-error -- money is never a number
    take({ ...ec2, maxPrice: 600 });
  });

  test("what is missing does not compile", () => {
    const { quantity: _quantity, ...without } = ec2;
    // @ts-expect-error -- quantity
    take(without);
    // @ts-expect-error -- instanceFlexibility
    take({ ...sql, service: "compute" });
  });
});

describe("a purchaser takes an execution", () => {
  test("and what is not known to be one goes through validate", () => {
    expectTypeOf<Parameters<Purchaser["drive"]>[0]>().toEqualTypeOf<Execution | PlanDocument>();
    expectTypeOf<Parameters<Purchaser["submit"]>[0]>().toEqualTypeOf<Execution | PlanDocument>();
    expectTypeOf<Parameters<Purchaser["plan"]>[0]>().toEqualTypeOf<Execution | PlanDocument>();
    expectTypeOf<Parameters<Purchaser["checkAccess"]>[0]>().toEqualTypeOf<Execution | undefined>();
    expectTypeOf<Purchaser["validate"]>().parameter(0).toEqualTypeOf<unknown>();
    expectTypeOf<Purchaser["validate"]>().returns.toEqualTypeOf<Execution>();
    expectTypeOf<typeof validate>().returns.toEqualTypeOf<Execution>();
  });

  test("with nothing beside its fields", () => {
    const execution: Execution = { executionId: "night", source: "engine", recommendations: [ec2, { skip: "sold" }] };
    // @ts-expect-error -- maxTotals
    const misspelt: Execution = { ...execution, maxTotal: [{ amount: "600.00", currency: "USD" }] };
    expectTypeOf(misspelt).toEqualTypeOf<Execution>();
  });
});

test("every service that is sold has its type", () => {
  const endpoint = "http://127.0.0.1:1";
  // Those of Azure's reservations are made from the list of its services.
  const typed: Readonly<
    Record<Exclude<keyof RecommendationTypes, keyof AzureReservations | "shop/server" | "outside/server">, true>
  > = {
    "aws/ec2": true,
    "aws/ec2-host": true,
    "aws/elasticache": true,
    "aws/mediaconnect": true,
    "aws/medialive": true,
    "aws/memorydb": true,
    "aws/opensearch": true,
    "aws/rds": true,
    "aws/redshift": true,
    "aws/redshift-serverless": true,
    "aws/savings-plans": true,
    "azure/savings-plans": true,
    "gcp/bigquery": true,
    "gcp/compute": true,
    "gcp/compute-license": true,
  };
  const sold = [createAws({ endpoint }), createAzure({ endpoint }), createGcp({ endpoint })].flatMap((provider) =>
    Object.entries(provider.services)
      // Others are there to refuse, with a word.
      .filter(([, executor]) => canBeListed(executor))
      .map(([service]) => `${provider.name}/${service}`),
  );
  const reservations = azureServices.map(({ name }) => `azure/${name}`);
  expect(sold.sort()).toEqual([...Object.keys(typed), ...reservations].sort());
});
