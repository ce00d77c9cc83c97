import { z } from "zod";
import type { Money } from "../../../src/spec/money.ts";
import { moneySchema } from "../../../src/spec/money.ts";
import { quantitySchema, type Recommendation } from "../../../src/spec/recommendation.ts";
import { platforms, type Platform } from "./platforms.ts";

/** How EC2 names a payment option, by the word used in a recommendation. */
export const offeringTypes = {
  "no-upfront": "No Upfront",
  "partial-upfront": "Partial Upfront",
  "all-upfront": "All Upfront",
} as const;

/** The terms that EC2 sells, in its seconds: 365 or 3 × 365 days. */
export const durations = { P1Y: 31_536_000, P3Y: 94_608_000 } as const;

/** Reserved Instances to buy. Everything but the limit is required: nothing that decides money has a default. */
export interface Ec2Recommendation extends Recommendation {
  readonly provider: "aws";
  readonly service: "ec2";
  /** The account that is to be charged: 12 digits. */
  readonly accountId: string;
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
  readonly payment: keyof typeof offeringTypes;
  readonly term: keyof typeof durations;
  /** Instances. */
  readonly quantity: number;
  /** Upfront and recurring charges of all instances over the term. */
  readonly maxPrice?: Money | undefined;
}

/** Says what a field must be, also where it is left out. */
function must(be: string) {
  return { error: ({ input }: { input?: unknown }) => (input === undefined ? `is required: it ${be}` : be) };
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, must(`must be ${values.map((value) => `"${value}"`).join(" or ")}`));
}

function matching(pattern: RegExp, be: string) {
  return z.string(must(be)).regex(pattern, be);
}

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const ec2RecommendationSchema: z.ZodType<Ec2Recommendation> = z
  .strictObject({
    provider: z.literal("aws", must('must be "aws"')),
    service: z.literal("ec2", must('must be "ec2"')),
    accountId: matching(/^\d{12}$/, "must be the 12 digits of an AWS account"),
    region: matching(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'must be an AWS region such as "us-east-1"'),
    instanceType: matching(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be an instance type such as "m5.large"'),
    platform: z.enum(platforms, must(`must be a platform that EC2 sells: ${platforms.join(", ")}`)),
    tenancy: oneOf(["default", "dedicated"]),
    scope: oneOf(["Region", "Availability Zone"]),
    availabilityZone: matching(/^[a-z0-9-]+[a-z]$/, 'must be an Availability Zone such as "us-east-1a"').optional(),
    offeringClass: oneOf(["standard", "convertible"]),
    payment: oneOf(["no-upfront", "partial-upfront", "all-upfront"]),
    term: oneOf(["P1Y", "P3Y"]),
    quantity: quantitySchema,
    maxPrice: moneySchema.optional(),
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
