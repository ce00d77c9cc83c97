import { z } from "zod";
import type { Marker } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { families } from "./gcp-families.ts";
import { descriptionOf } from "./gcp-name.ts";
import { plans, type GcpComputeRecommendation } from "./gcp-recommendation.ts";

const schema = z.strictObject({
  // An earlier version's begin with `buyonce`.
  name: z.string().regex(/^(cud|buyonce)-[0-9a-f]{32}(-g\d+)?$/),
  description: z.string(),
  category: z.literal("MACHINE"),
  type: z.string().min(1),
  plan: z.enum(["TWELVE_MONTH", "THIRTY_SIX_MONTH"]),
  autoRenew: z.boolean(),
  resources: z.tuple([
    z.strictObject({ type: z.literal("VCPU"), amount: z.string().regex(/^[1-9]\d*$/) }),
    /** In MB. */
    z.strictObject({ type: z.literal("MEMORY"), amount: z.string().regex(/^[1-9]\d*$/) }),
  ]),
});

/** Exactly what is sent: a Compute Engine `Commitment`. Amounts are int64, which JSON writes as text. */
export type PurchaseRequest = z.infer<typeof schema>;

/** What is recommended, in the words of Compute Engine. */
export function askedFor({ machineFamily, vcpus, memoryMb, term, autoRenew }: GcpComputeRecommendation) {
  return {
    category: "MACHINE",
    type: families[machineFamily].type,
    plan: plans[term].plan,
    autoRenew,
    resources: [
      { type: "VCPU", amount: String(vcpus) },
      { type: "MEMORY", amount: String(memoryMb) },
    ],
  } satisfies Partial<PurchaseRequest>;
}

/** The commitment that buys what is recommended under a name, marked with the token. */
export function purchaseRequest(
  recommendation: GcpComputeRecommendation,
  marker: Marker,
  { tagNames, name }: { readonly tagNames: TagNames; readonly name: string },
): PurchaseRequest {
  return { name, description: descriptionOf(marker, tagNames), ...askedFor(recommendation) };
}

/** The commitment as it comes back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parsePurchaseRequest(request: JsonObject): PurchaseRequest {
  return schema.parse(request);
}
