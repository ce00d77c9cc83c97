import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { GcpSettings } from "./gcp-settings.ts";

/** The address of the Google Cloud console for the commitments of a project; undefined at an endpoint of one's own. */
export function gcpPortal({ endpoint }: Pick<GcpSettings, "endpoint"> = {}) {
  return ({ projectId }: AnyRecommendation): string | undefined =>
    endpoint !== undefined || typeof projectId !== "string"
      ? undefined
      : `https://console.cloud.google.com/compute/commitments?project=${encodeURIComponent(projectId)}`;
}
