import { z } from "zod";
import type { Marker } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { families } from "./gcp-families.ts";
import { plans } from "./gcp-fields.ts";
import { type GcpComputeLicenseRecommendation, licenseLink } from "./gcp-license.ts";
import { descriptionOf } from "./gcp-name.ts";
import type { GcpComputeRecommendation } from "./gcp-recommendation.ts";
import { linkOf } from "./gcp-reservation.ts";

/** An int64, which JSON writes as text. */
const amount = z.string().regex(/^[1-9]\d*$/);

const common = {
  // An earlier version's begin with `buyonce`.
  name: z.string().regex(/^(cud|buyonce)-[0-9a-f]{32}(-g\d+)?$/),
  description: z.string(),
  plan: z.enum(["TWELVE_MONTH", "THIRTY_SIX_MONTH"]),
  autoRenew: z.boolean(),
};

const resource = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("VCPU"), amount }),
  /** In MB. */
  z.strictObject({ type: z.literal("MEMORY"), amount }),
  z.strictObject({ type: z.literal("ACCELERATOR"), amount, acceleratorType: z.string().min(1) }),
  /** In GB. */
  z.strictObject({ type: z.literal("LOCAL_SSD"), amount }),
]);

const schema = z.discriminatedUnion("category", [
  z.strictObject({
    ...common,
    category: z.literal("MACHINE"),
    type: z.string().min(1),
    resources: z.array(resource).min(1),
    existingReservations: z.array(z.string()).min(1).optional(),
  }),
  z.strictObject({
    ...common,
    category: z.literal("LICENSE"),
    licenseResource: z.strictObject({
      license: z.string().min(1),
      amount,
      coresPerLicense: z.string().min(1).optional(),
    }),
  }),
]);

/** Exactly what is sent: a Compute Engine `Commitment`. */
export type PurchaseRequest = z.infer<typeof schema>;

/** What is bought, without whose it is. */
type Asked<Category extends PurchaseRequest["category"]> = Omit<
  Extract<PurchaseRequest, { readonly category: Category }>,
  "name" | "description"
>;

/** What is recommended, in the words of Compute Engine. */
export function askedFor({
  projectId,
  machineFamily,
  vcpus,
  memoryMb,
  gpus,
  localSsdGb,
  existingReservations = [],
  term,
  autoRenew,
}: GcpComputeRecommendation): Asked<"MACHINE"> {
  return {
    category: "MACHINE",
    type: families[machineFamily].type,
    plan: plans[term].plan,
    autoRenew,
    resources: [
      { type: "VCPU", amount: String(vcpus) },
      { type: "MEMORY", amount: String(memoryMb) },
      ...(gpus === undefined
        ? []
        : [{ type: "ACCELERATOR" as const, acceleratorType: gpus.type, amount: String(gpus.count) }]),
      ...(localSsdGb === undefined ? [] : [{ type: "LOCAL_SSD" as const, amount: String(localSsdGb) }]),
    ],
    ...(existingReservations.length === 0
      ? {}
      : { existingReservations: existingReservations.map((reservation) => linkOf(reservation, projectId)) }),
  };
}

/** Licences that are recommended, in the words of Compute Engine. */
export function askedLicenses({
  license,
  quantity,
  coresPerLicense,
  term,
  autoRenew,
}: GcpComputeLicenseRecommendation): Asked<"LICENSE"> {
  return {
    category: "LICENSE",
    plan: plans[term].plan,
    autoRenew,
    licenseResource: {
      license: licenseLink(license),
      amount: String(quantity),
      ...(coresPerLicense === undefined ? {} : { coresPerLicense }),
    },
  };
}

/** The commitment that buys what is asked for under a name, marked with the token. */
export function purchaseRequest(
  asked: Asked<"MACHINE"> | Asked<"LICENSE">,
  marker: Marker,
  { tagNames, name }: { readonly tagNames: TagNames; readonly name: string },
): PurchaseRequest {
  return { name, description: descriptionOf(marker, tagNames), ...asked };
}

/** The commitment as it comes back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parsePurchaseRequest(request: JsonObject): PurchaseRequest {
  return schema.parse(request);
}

/** What is compared of a commitment. */
export function describedBy(request: Asked<"MACHINE"> | Asked<"LICENSE">) {
  return request.category === "MACHINE" ? request : { ...request, resources: [] };
}
