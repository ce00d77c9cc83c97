import { z } from "zod";
import { nearestOf } from "../../../src/contract/did-you-mean.ts";
import { about, matching, oneOf } from "../../../src/contract/field-schemas.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { awsFields, type AwsRecommendation, regionField } from "../aws-fields.ts";

/**
 * The product descriptions for which EC2 documents Reserved Instances, and three that its price list has besides. Those with
 * `(Amazon VPC)` are shown to accounts that have EC2-Classic. Another is taken too: the offering has to say the same word for word.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeReservedInstancesOfferings.html (filter
 * `product-description`; older editions of the page list the Amazon VPC ones).
 */
const platforms = [
  "Linux/UNIX",
  "Linux/UNIX (Amazon VPC)",
  "Linux with SQL Server Standard",
  "Linux with SQL Server Web",
  "Linux with SQL Server Enterprise",
  "SUSE Linux",
  "SUSE Linux (Amazon VPC)",
  "Red Hat Enterprise Linux",
  "Red Hat Enterprise Linux (Amazon VPC)",
  "Red Hat Enterprise Linux with HA",
  "Red Hat Enterprise Linux with SQL Server Standard",
  "Red Hat Enterprise Linux with SQL Server Enterprise",
  "Ubuntu Pro",
  "Windows",
  "Windows (Amazon VPC)",
  "Windows with SQL Server Standard",
  "Windows with SQL Server Standard (Amazon VPC)",
  "Windows with SQL Server Web",
  "Windows with SQL Server Web (Amazon VPC)",
  "Windows with SQL Server Enterprise",
  "Windows with SQL Server Enterprise (Amazon VPC)",
] as const;

/** The four that the typed parameter `ProductDescription` knows (`RIProductDescription`); the others need a filter. */
export const typedPlatforms = [
  "Linux/UNIX",
  "Linux/UNIX (Amazon VPC)",
  "Windows",
  "Windows (Amazon VPC)",
] as const satisfies readonly (typeof platforms)[number][];

/** Reserved Instances to buy. Everything but the limit is required: nothing that decides money has a default. */
export type Ec2Recommendation = AwsRecommendation & {
  readonly service: "ec2";
  /** `us-east-1`. */
  readonly region: string;
  /** `m5.large`. */
  readonly instanceType: string;
  /** The offering's product description: `Linux/UNIX`. */
  readonly platform: string;
  readonly tenancy: "default" | "dedicated";
  readonly scope: "Region" | "Availability Zone";
  /** Only with the scope `Availability Zone`, and required there: `us-east-1a`. */
  readonly availabilityZone?: string | undefined;
  readonly offeringClass: "standard" | "convertible";
  /** Instances. */
  readonly quantity: number;
};

const platformWords = /^[A-Za-z][ -~]{1,99}$/;

/** An Availability Zone, `us-east-1a`; or a Local or Wavelength Zone, `us-west-2-lax-1a`, `us-east-1-wl1-bos-wlz-1`. */
const zone = /^[a-z]{2}[a-z0-9-]{4,60}[a-z0-9]$/;

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const ec2RecommendationSchema = z
  .strictObject({
    ...awsFields("ec2"),
    region: regionField,
    instanceType: matching(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be an instance type such as "m5.large"').meta(
      about("The instance type.", { example: "m5.large", called: "InstanceType" }),
    ),
    platform: matching(platformWords, 'must be a platform in EC2\'s words, such as "Linux/UNIX"')
      .refine((platform) => meantPlatform(platform) === undefined, {
        error: ({ input }) => `is no platform of EC2; did you mean "${meantPlatform(String(input))}"?`,
      })
      .meta(
        about("Operating system and licences.", {
          example: "Linux/UNIX",
          called: "ProductDescription",
          known: platforms,
        }),
      ),
    tenancy: oneOf(["default", "dedicated"]).meta(
      about("Shared hardware (default), or hardware of one's own.", { example: "default", called: "InstanceTenancy" }),
    ),
    scope: oneOf(["Region", "Availability Zone"]).meta(
      about("Whether it covers a whole region, or reserves capacity in one zone.", {
        example: "Region",
        called: "Scope",
      }),
    ),
    availabilityZone: matching(zone, 'must be a zone such as "us-east-1a"')
      .meta(
        about('Only with the scope "Availability Zone", and required there.', {
          example: "us-east-1a",
          called: "AvailabilityZone",
        }),
      )
      .optional(),
    offeringClass: oneOf(["standard", "convertible"]).meta(
      about("Convertible ones can be exchanged for others; standard ones cost less.", {
        example: "standard",
        called: "OfferingClass",
      }),
    ),
    quantity: quantitySchema.meta(about("How many.", { example: 1, unit: "instances", called: "InstanceCount" })),
  })
  .refine((value) => zoneProblem(value) === undefined, {
    path: ["availabilityZone"],
    error: ({ input }) => zoneProblem(input as Zoned),
    // Also when another field is wrong: every problem is listed at once.
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .meta({ title: "EC2 Reserved Instances" }) satisfies z.ZodType<Ec2Recommendation, Ec2Recommendation>;

/** The known platform that another word is near to, or begins as. */
function meantPlatform(word: string): string | undefined {
  if (!platformWords.test(word) || platforms.some((platform) => platform === word)) return undefined;
  const begins = (platform: string) => platform.toLowerCase().startsWith(word.toLowerCase());
  return nearestOf(word, platforms) ?? platforms.find(begins);
}

type Zoned = Pick<Ec2Recommendation, "scope" | "availabilityZone" | "region">;

function zoneProblem({ scope, availabilityZone: zone, region }: Zoned): string | undefined {
  if (scope === "Region") return zone === undefined ? undefined : 'must be left out with the scope "Region"';
  if (scope !== "Availability Zone") return undefined;
  if (zone === undefined) return 'is required with the scope "Availability Zone"';
  return typeof zone !== "string" || zone.startsWith(region) ? undefined : `must lie in the region ${region}`;
}
