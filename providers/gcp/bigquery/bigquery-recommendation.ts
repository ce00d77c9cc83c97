import { z } from "zod";
import { about, matching, must, oneOf } from "../../../src/contract/field-schemas.ts";
import { maxPriceField } from "../../../src/contract/limit-field.ts";
import type { CommonFields } from "../../../src/contract/recommendation.ts";
import { projectIdPattern, regionNames } from "../compute/gcp-fields.ts";

/** A location of BigQuery: one of its two multi-regions, or a region. */
export const locationPattern = /^(US|EU|[a-z]+-[a-z]+\d{1,2})$/;

/** The terms that are sold: BigQuery's plan, the price list's usage type, and the hours of its 365 and 1,095 days. */
export const capacityPlans = {
  P1Y: { plan: "ANNUAL", usageType: "Commit1Yr", hours: 8_760 },
  P3Y: { plan: "THREE_YEAR", usageType: "Commit3Yr", hours: 26_280 },
} as const;

/** Slots of BigQuery to commit to. Everything but the limit is required: nothing that decides money has a default. */
export type GcpBigQueryRecommendation = CommonFields & {
  readonly provider: "gcp";
  readonly service: "bigquery";
  /** The administration project that is charged, by id: `my-project-123`. */
  readonly projectId: string;
  /** `US`, `EU` or a region. */
  readonly location: string;
  /** Left out, BigQuery would take ENTERPRISE. Of STANDARD no commitment is sold. */
  readonly edition: "ENTERPRISE" | "ENTERPRISE_PLUS";
  /** A multiple of 50. */
  readonly slots: number;
  readonly term: keyof typeof capacityPlans;
  /** What follows the term: nothing, or another year, or three. Left out, BigQuery would renew an annual one. */
  readonly renewalPlan: "NONE" | "ANNUAL" | "THREE_YEAR";
};

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const gcpBigQuerySchema = z
  .strictObject({
    provider: z.literal("gcp", must('must be "gcp"')).meta(about("The cloud.")),
    service: z.literal("bigquery", must('must be "bigquery"')).meta(about("The service.")),
    projectId: matching(
      projectIdPattern,
      'must be a project id such as "my-project-123" or "example.com:my-project", in lower case; not its number or name',
    ).meta(about("The administration project that buys and is charged, by its id.", { example: "my-project-123" })),
    location: matching(locationPattern, 'must be "US", "EU" or a region such as "us-central1"').meta(
      about("Where its slots are.", { example: "US", known: ["US", "EU", ...regionNames] }),
    ),
    edition: oneOf(["ENTERPRISE", "ENTERPRISE_PLUS"]).meta(
      about("The edition of its slots; of the standard one no commitment is sold.", {
        example: "ENTERPRISE",
        called: "edition",
      }),
    ),
    slots: z
      .int(must("must be a whole number of slots"))
      .min(50, "must be at least 50")
      .max(1_000_000)
      .multipleOf(50, "must be a multiple of 50: slots are sold in fifties")
      .meta(about("How many slots: a multiple of 50.", { example: 100, unit: "slots", called: "slotCount" })),
    term: oneOf(["P1Y", "P3Y"]).meta(
      about("One year, or three: 365 or 1,095 days.", { example: "P1Y", called: "plan" }),
    ),
    renewalPlan: oneOf(["NONE", "ANNUAL", "THREE_YEAR"]).meta(
      about(
        "What follows the term: NONE lets it end, the others commit for another year, or three. BigQuery renews an annual one unless it is told.",
        { example: "NONE", called: "renewalPlan" },
      ),
    ),
    maxPrice: maxPriceField,
  })
  .meta({ title: "BigQuery capacity commitments" }) satisfies z.ZodType<
  GcpBigQueryRecommendation,
  GcpBigQueryRecommendation
>;
