import { z } from "zod";
import { about, matching, must } from "../../../src/contract/field-schemas.ts";
import { maxPriceField } from "../../../src/contract/limit-field.ts";
import type { CommonFields } from "../../../src/contract/recommendation.ts";
import { autoRenewField, type plans, projectField, regionField, termField } from "./gcp-fields.ts";

/** Licences of an operating system to commit to: SLES, SLES for SAP, RHEL. Everything but cores and the limit is required. */
export type GcpComputeLicenseRecommendation = CommonFields & {
  readonly provider: "gcp";
  readonly service: "compute-license";
  /** The project that is to be charged, by id: `my-project-123`. */
  readonly projectId: string;
  /** `us-central1`. */
  readonly region: string;
  /** `projects/suse-sap-cloud/global/licenses/sles-sap-15` */
  readonly license: string;
  /** How many licences. */
  readonly quantity: number;
  /** `1-2`, `3-4` or `5+`; Google demands it for SAP's licences, and others have none. */
  readonly coresPerLicense?: "1-2" | "3-4" | "5+" | undefined;
  /** The SKU of Google's price list under which it is billed: the list names licences otherwise than the API. */
  readonly sku: string;
  readonly term: keyof typeof plans;
  /** Buys it again, for another whole term, whenever it ends. Never left to a default. */
  readonly autoRenew: boolean;
};

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const gcpComputeLicenseSchema = z
  .strictObject({
    provider: z.literal("gcp", must('must be "gcp"')).meta(about("The cloud.")),
    service: z.literal("compute-license", must('must be "compute-license"')).meta(about("The service.")),
    projectId: projectField,
    region: regionField,
    license: matching(
      /^projects\/[a-z][a-z0-9-]{4,28}[a-z0-9]\/global\/licenses\/[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
      'must be the path of a licence such as "projects/suse-sap-cloud/global/licenses/sles-sap-15"',
    ).meta(
      about("The licence, by its path in Compute Engine.", {
        example: "projects/suse-sap-cloud/global/licenses/sles-sap-15",
        called: "license",
      }),
    ),
    quantity: z
      .int(must("must be a whole number of licences"))
      .min(1, "must be at least 1")
      .max(1_000_000)
      .meta(about("How many licences.", { example: 2, unit: "licences", called: "amount" })),
    coresPerLicense: z
      .enum(["1-2", "3-4", "5+"], must('must be "1-2", "3-4" or "5+"'))
      .optional()
      .meta(
        about(
          "The cores of a machine that one licence is for. Google demands it for SAP's licences; others have none.",
          {
            example: "3-4",
            called: "coresPerLicense",
          },
        ),
      ),
    sku: matching(/^[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$/, 'must be the id of a SKU such as "0A1B-2C3D-4E5F"').meta(
      about(
        "The SKU of Google's price list under which its commitment is billed for the term: https://cloud.google.com/skus. It is the price that the limit is held against.",
        { example: "0A1B-2C3D-4E5F" },
      ),
    ),
    term: termField,
    autoRenew: autoRenewField,
    maxPrice: maxPriceField,
  })
  .meta({ title: "Compute Engine licence commitments" }) satisfies z.ZodType<
  GcpComputeLicenseRecommendation,
  GcpComputeLicenseRecommendation
>;

/** The link by which Compute Engine names a licence. */
export function licenseLink(license: string): string {
  return `https://www.googleapis.com/compute/v1/${license}`;
}
