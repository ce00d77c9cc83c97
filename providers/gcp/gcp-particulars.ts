import type { Particulars } from "../../src/contract/particulars.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";

/**
 * What a person wants to know about a recommendation for GCP. Committed use discounts are billed by the month:
 * https://cloud.google.com/compute/docs/instances/signing-up-committed-use-discounts
 */
export function gcpParticulars({ projectId }: AnyRecommendation): Particulars {
  if (typeof projectId !== "string") return { paid: "monthly" };
  const project = encodeURIComponent(projectId);
  return { portal: `https://console.cloud.google.com/compute/commitments?project=${project}`, paid: "monthly" };
}
