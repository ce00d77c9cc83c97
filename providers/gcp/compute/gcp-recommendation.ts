import { z } from "zod";
import { about, matching, must } from "../../../src/contract/field-schemas.ts";
import { maxPriceField } from "../../../src/contract/limit-field.ts";
import type { CommonFields } from "../../../src/contract/recommendation.ts";
import { familyNames, type FamilyName } from "./gcp-families.ts";
import { autoRenewField, type plans, projectField, regionField, termField } from "./gcp-fields.ts";
import { gpus, gpuTypes, type GpuType } from "./gcp-gpus.ts";
import { reservationPattern, zoneOf } from "./gcp-reservation.ts";

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
  /** GPUs of one type beside them; left out, none are bought. */
  readonly gpus?: { readonly type: GpuType; readonly count: number } | undefined;
  /** GB of local SSD beside them, 375 to a disk; left out, none are bought. */
  readonly localSsdGb?: number | undefined;
  /**
   * Reservations that are there and are attached, as zone and name: `us-central1-a/my-reservation`. Google demands them for GPUs and most
   * local SSDs. None is ever created: one that runs costs, used or not.
   */
  readonly existingReservations?: readonly string[] | undefined;
  readonly term: keyof typeof plans;
  /** Buys it again, for another whole term, whenever it ends. Never left to a default. */
  readonly autoRenew: boolean;
};

/** What a commitment of machines cannot hold, named so that the refusal says more than "unknown". */
const licensesApart = z
  .undefined({ error: 'is bought apart: a licence is a recommendation of the service "compute-license"' })
  .optional();

const gpusField = z.strictObject({
  type: z
    .enum(gpuTypes, must(`must be a GPU that is sold here: ${gpuTypes.join(", ")}`))
    .meta(about("Its accelerator type.", { example: "nvidia-l4", called: "acceleratorType" })),
  count: z
    .int(must("must be a whole number of GPUs"))
    .min(1, "must be at least 1")
    .max(100_000)
    .meta(about("How many GPUs.", { example: 4, unit: "GPUs", called: "ACCELERATOR" })),
});

const reservationsField: z.ZodType<readonly string[], readonly string[]> = z
  .array(matching(reservationPattern, 'must be a zone and the name of a reservation: "us-central1-a/my-reservation"'))
  .max(100)
  .refine((all) => new Set(all).size === all.length, { error: "must name each reservation once" });

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const gcpComputeSchema = z
  .strictObject({
    provider: z.literal("gcp", must('must be "gcp"')).meta(about("The cloud.")),
    service: z.literal("compute", must('must be "compute"')).meta(about("The service.")),
    projectId: projectField,
    region: regionField,
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
    gpus: gpusField.optional().meta(about("GPUs beside them; left out, none. They need `existingReservations`.")),
    localSsdGb: z
      .int(must("must be a whole number of GB"))
      .min(375, "must be at least 375, in GB: one disk")
      .max(100_000_000)
      .multipleOf(375, "must be a multiple of 375, in GB: whole disks")
      .optional()
      .meta(
        about("Local SSDs beside them; left out, none. They need `existingReservations` to be stated.", {
          example: 750,
          unit: "GB; 375 are a disk",
          called: "LOCAL_SSD",
        }),
      ),
    existingReservations: reservationsField.optional().meta(
      about("Reservations of the project that are there and are attached to it, as zone and name. None is created.", {
        example: ["us-central1-a/my-reservation"],
        called: "existingReservations",
      }),
    ),
    term: termField,
    autoRenew: autoRenewField,
    maxPrice: maxPriceField,
    license: licensesApart,
  })
  .superRefine((value, problems) => {
    for (const [field, message] of problemsOf(value)) {
      problems.addIssue({ code: "custom", path: field.split("."), message });
    }
  })
  .meta({ title: "Compute Engine resource-based commitments" }) satisfies z.ZodType<
  GcpComputeRecommendation,
  GcpComputeRecommendation
>;

/** What does not go together. */
function* problemsOf({
  machineFamily,
  region,
  gpus: wanted,
  localSsdGb,
  existingReservations,
}: Pick<
  GcpComputeRecommendation,
  "machineFamily" | "region" | "gpus" | "localSsdGb" | "existingReservations"
>): Generator<[field: string, message: string]> {
  if (wanted !== undefined) {
    const fitting: readonly FamilyName[] = gpus[wanted.type].families;
    if (!fitting.includes(machineFamily)) {
      yield ["gpus.type", `must be a GPU of ${machineFamily} machines: ${wanted.type} is one of ${fitting.join(", ")}`];
    }
    if ((existingReservations ?? []).length === 0) {
      yield [
        "existingReservations",
        "must name the reservations that hold the GPUs: Google sells no commitment of GPUs without",
      ];
    }
  } else if (localSsdGb !== undefined && existingReservations === undefined) {
    yield [
      "existingReservations",
      "must be stated with local SSDs: the reservations that hold them, or [] for the few that Google sells without",
    ];
  }
  for (const reservation of existingReservations ?? []) {
    // What is none at all was said already.
    if (reservationPattern.test(reservation) && !zoneOf(reservation).startsWith(`${region}-`)) {
      yield ["existingReservations", `must be in zones of ${region}: ${reservation} is not`];
    }
  }
}
