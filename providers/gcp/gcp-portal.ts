import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { GcpSettings } from "./gcp-settings.ts";

/** The address of the Google Cloud console for what a service sold to a project; undefined at an endpoint of one's own. */
export function gcpPortal({ endpoint }: Pick<GcpSettings, "endpoint"> = {}) {
  return ({ service, projectId }: AnyRecommendation): string | undefined => {
    if (endpoint !== undefined || typeof projectId !== "string") return undefined;
    const page = service === "bigquery" ? "bigquery/admin/reservations" : "compute/commitments";
    return `https://console.cloud.google.com/${page}?project=${encodeURIComponent(projectId)}`;
  };
}
