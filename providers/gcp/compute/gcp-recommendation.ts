import { z } from "zod";
import { about, matching, must, oneOf } from "../../../src/contract/field-schemas.ts";
import { maxPriceField } from "../../../src/contract/limit-field.ts";
import type { CommonFields } from "../../../src/contract/recommendation.ts";
import { familyNames, type FamilyName } from "./gcp-families.ts";

/** A project's id, with the domain that older ones have (`example.com:my-project`): not its number, which names the same project. */
export const projectIdPattern = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** A region's name. */
export const regionPattern = /^[a-z]+-[a-z]+\d{1,2}$/;

/** The regions that are known here; there may be others. https://cloud.google.com/compute/docs/regions-zones */
export const regionNames =
  `africa-south1 asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2
asia-southeast1 asia-southeast2 australia-southeast1 australia-southeast2 europe-central2 europe-north1 europe-north2
europe-southwest1 europe-west1 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 europe-west10
europe-west12 me-central1 me-central2 me-west1 northamerica-northeast1 northamerica-northeast2 northamerica-south1
southamerica-east1 southamerica-west1 us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4`.split(
    /\s/,
  );

/** The terms that Compute Engine sells: its plan, and the hours at Google's 730 a month. */
export const plans = {
  P1Y: { plan: "TWELVE_MONTH", usageType: "Commit1Yr", years: 1, hours: 8_760 },
  P3Y: { plan: "THIRTY_SIX_MONTH", usageType: "Commit3Yr", years: 3, hours: 26_280 },
} as const;

/** A resource based commitment to buy. Everything but the limit is required: nothing that decides money has a default. */
export type GcpComputeRecommendation = CommonFields & {
  readonly provider: "gcp";
  readonly service: "compute";
  /** The project that is to be charged, by id, never by number, so that it has one name only: `my-project-123`, `example.com:my-project`. */
  readonly projectId: string;
  /** `us-central1`. */
  readonly region: string;
  /** `N2`; decides the commitment's type. */
  readonly machineFamily: FamilyName;
  readonly vcpus: number;
  /** In MB as Compute Engine counts them, 1,024 to a GB: a multiple of 256. */
  readonly memoryMb: number;
  readonly term: keyof typeof plans;
  /** Buys it again, for another whole term, whenever it ends. Never left to a default. */
  readonly autoRenew: boolean;
};

/** What commitments can hold too, and what is not bought here; named so that the refusal says more than "unknown". */
function unsupported(what: string) {
  const error = `is not supported: only vCPUs and memory are bought here. Buy commitments of ${what} at Google Cloud itself`;
  return z.undefined({ error }).optional();
}

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const gcpComputeSchema = z
  .strictObject({
    provider: z.literal("gcp", must('must be "gcp"')).meta(about("The cloud.")),
    service: z.literal("compute", must('must be "compute"')).meta(about("The service.")),
    projectId: matching(
      projectIdPattern,
      'must be a project id such as "my-project-123" or "example.com:my-project", in lower case; not its number or name',
    ).meta(about("The project that buys and is charged, by its id.", { example: "my-project-123", called: "project" })),
    region: matching(regionPattern, 'must be a region such as "us-central1", in lower case').meta(
      about("The region whose usage it covers.", { example: "us-central1", called: "region", known: regionNames }),
    ),
    machineFamily: z
      .enum(familyNames, must(`must be a machine family that is sold here: ${familyNames.join(", ")}`))
      .meta(about("The machine family; it decides the commitment's type.", { example: "N2", called: "type" })),
    vcpus: z
      .int(must("must be a whole number of vCPUs"))
      .min(1, "must be at least 1")
      .max(1_000_000)
      .meta(about("How many vCPUs.", { example: 8, unit: "vCPUs", called: "VCPU" })),
    memoryMb: z
      .int(must("must be a whole number of MB"))
      .min(256, "must be at least 256, in MB")
      .max(1_000_000_000)
      .multipleOf(256, "must be a multiple of 256, in MB: 1 GB is 1024")
      .meta(
        about("How much memory: a multiple of 256.", { example: 32_768, unit: "MB; 1,024 are a GB", called: "MEMORY" }),
      ),
    term: oneOf(["P1Y", "P3Y"]).meta(about("One year, or three.", { example: "P1Y", called: "plan" })),
    autoRenew: z.boolean(must("must be true or false: true buys it again whenever it ends")).meta(
      about("Whether it is bought again, for another whole term, whenever it ends.", {
        example: false,
        called: "autoRenew",
      }),
    ),
    maxPrice: maxPriceField,
    license: unsupported("licences"),
    gpus: unsupported("GPUs"),
    localSsdGb: unsupported("local SSDs"),
  })
  .meta({ title: "Compute Engine resource-based commitments" }) satisfies z.ZodType<
  GcpComputeRecommendation,
  GcpComputeRecommendation
>;
