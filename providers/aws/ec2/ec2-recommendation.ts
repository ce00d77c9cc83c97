import { z } from "zod";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { awsFields, type AwsRecommendation, matching, must, oneOf, regionField } from "../aws-fields.ts";
import { platforms, type Platform } from "./ec2-platforms.ts";

/** Reserved Instances to buy. Everything but the limit is required: nothing that decides money has a default. */
export interface Ec2Recommendation extends AwsRecommendation {
  readonly service: "ec2";
  /** `us-east-1`. */
  readonly region: string;
  /** `m5.large`. */
  readonly instanceType: string;
  /** The offering's product description: `Linux/UNIX`. */
  readonly platform: Platform;
  readonly tenancy: "default" | "dedicated";
  readonly scope: "Region" | "Availability Zone";
  /** Only with the scope `Availability Zone`, and required there: `us-east-1a`. */
  readonly availabilityZone?: string | undefined;
  readonly offeringClass: "standard" | "convertible";
  /** Instances. */
  readonly quantity: number;
}

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const ec2RecommendationSchema: z.ZodType<Ec2Recommendation> = z
  .strictObject({
    ...awsFields("ec2"),
    region: regionField,
    instanceType: matching(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be an instance type such as "m5.large"'),
    platform: z.enum(platforms, must(`must be a platform that EC2 sells: ${platforms.join(", ")}`)),
    tenancy: oneOf(["default", "dedicated"]),
    scope: oneOf(["Region", "Availability Zone"]),
    availabilityZone: matching(/^[a-z0-9-]+[a-z]$/, 'must be an Availability Zone such as "us-east-1a"').optional(),
    offeringClass: oneOf(["standard", "convertible"]),
    quantity: quantitySchema,
  })
  .refine((value) => zoneProblem(value) === undefined, {
    path: ["availabilityZone"],
    error: ({ input }) => zoneProblem(input as Zoned),
    // Also when another field is wrong: every problem is listed at once.
    when: ({ value }) => typeof value === "object" && value !== null,
  });

type Zoned = Pick<Ec2Recommendation, "scope" | "availabilityZone" | "region">;

function zoneProblem({ scope, availabilityZone: zone, region }: Zoned): string | undefined {
  if (scope === "Region") return zone === undefined ? undefined : 'must be left out with the scope "Region"';
  if (scope !== "Availability Zone") return undefined;
  if (zone === undefined) return 'is required with the scope "Availability Zone"';
  return typeof zone !== "string" || zone.startsWith(region) ? undefined : `must lie in the region ${region}`;
}
