import type { Particulars } from "../../src/contract/particulars.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";

/** What a person wants to know about a recommendation for GCP. */
export function gcpParticulars({ projectId }: AnyRecommendation): Particulars {
  if (typeof projectId !== "string") return {};
  const project = encodeURIComponent(projectId);
  return { portal: `https://console.cloud.google.com/compute/commitments?project=${project}` };
}
