// Fields that the recommendations of several AWS services have.
import { z } from "zod";
import { about, matching, must, oneOf } from "../../src/contract/field-schemas.ts";
import { maxPriceField } from "../../src/contract/limit-field.ts";
import type { CommonFields } from "../../src/contract/recommendation.ts";
import { regionCodes } from "./import/aws-region-names.ts";

/** How AWS names a payment option, by the word used in a recommendation. */
export const offeringTypes = {
  "no-upfront": "No Upfront",
  "partial-upfront": "Partial Upfront",
  "all-upfront": "All Upfront",
} as const;

/** The terms that AWS sells, in its seconds: 365 or 3 × 365 days. */
export const durations = { P1Y: 31_536_000, P3Y: 94_608_000 } as const;

/** What every recommendation for AWS says. Nothing that decides money has a default. */
export type AwsRecommendation = CommonFields & {
  readonly provider: "aws";
  readonly service: string;
  /** The account that is to be charged: 12 digits. */
  readonly accountId: string;
  readonly payment: keyof typeof offeringTypes;
  readonly term: keyof typeof durations;
};

/** `us-east-1`. */
export const regionField = matching(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'must be an AWS region such as "us-east-1"').meta(
  about("The region whose usage it covers, by its code.", {
    example: "us-east-1",
    called: "Region",
    known: regionCodes,
  }),
);

/**
 * The fields of every recommendation for one service; to be spread into its strict object. `called` is how its API names two of
 * them, where it is not as most do.
 */
export function awsFields<const Service extends string>(
  service: Service,
  called: { readonly payment?: string; readonly term?: string } = {},
) {
  const { payment = "OfferingType", term = "Duration" } = called;
  return {
    provider: z.literal("aws", must('must be "aws"')).meta(about("The cloud.")),
    service: z.literal(service, must(`must be "${service}"`)).meta(about("The service.")),
    accountId: matching(/^\d{12}$/, "must be the 12 digits of an AWS account").meta(
      about("The account that buys and is charged.", { example: "123456789012", called: "Account ID" }),
    ),
    payment: oneOf(["no-upfront", "partial-upfront", "all-upfront"]).meta(
      about("How much is paid at once; the rest is paid monthly.", { example: "no-upfront", called: payment }),
    ),
    term: oneOf(["P1Y", "P3Y"]).meta(about("One year, or three.", { example: "P1Y", called: term })),
    maxPrice: maxPriceField,
  };
}
