// Fields that the recommendations of several AWS services have.
import { z } from "zod";
import { moneySchema, type Money } from "../../src/contract/money.ts";
import type { Recommendation } from "../../src/contract/recommendation.ts";

/** How AWS names a payment option, by the word used in a recommendation. */
export const offeringTypes = {
  "no-upfront": "No Upfront",
  "partial-upfront": "Partial Upfront",
  "all-upfront": "All Upfront",
} as const;

/** The terms that AWS sells, in its seconds: 365 or 3 × 365 days. */
export const durations = { P1Y: 31_536_000, P3Y: 94_608_000 } as const;

/** What every recommendation for AWS says. Nothing that decides money has a default. */
export interface AwsRecommendation extends Recommendation {
  readonly provider: "aws";
  /** The account that is to be charged: 12 digits. */
  readonly accountId: string;
  readonly payment: keyof typeof offeringTypes;
  readonly term: keyof typeof durations;
  /** Upfront and recurring charges of the whole commitment over the term. */
  readonly maxPrice?: Money | undefined;
}

/** Says what a field must be, also where it is left out. */
export function must(be: string) {
  return { error: ({ input }: { input?: unknown }) => (input === undefined ? `is required: it ${be}` : be) };
}

/** One of these words. */
export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, must(`must be ${values.map((value) => `"${value}"`).join(" or ")}`));
}

/** A text of this form. */
export function matching(pattern: RegExp, be: string) {
  return z.string(must(be)).regex(pattern, be);
}

/** `us-east-1`. */
export const regionField = matching(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'must be an AWS region such as "us-east-1"');

/** The fields of every recommendation for one service; to be spread into its strict object. */
export function awsFields<const Service extends string>(service: Service) {
  return {
    provider: z.literal("aws", must('must be "aws"')),
    service: z.literal(service, must(`must be "${service}"`)),
    accountId: matching(/^\d{12}$/, "must be the 12 digits of an AWS account"),
    payment: oneOf(["no-upfront", "partial-upfront", "all-upfront"]),
    term: oneOf(["P1Y", "P3Y"]),
    maxPrice: moneySchema.optional(),
  };
}
