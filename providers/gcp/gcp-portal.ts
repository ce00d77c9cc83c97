import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { GcpSettings } from "./gcp-settings.ts";

/** The address of the Google Cloud console for the commitments of a project; undefined at an endpoint of one's own. */
export function gcpPortal({ endpoint }: Pick<GcpSettings, "endpoint"> = {}) {
  return (recommendation: AnyRecommendation): string | undefined =>
    endpoint === undefined ? consolePage(recommendation) : undefined;
}

/** Where the console shows what a service sold. */
export function consolePage({ service, projectId }: AnyRecommendation): string | undefined {
  if (typeof projectId !== "string") return undefined;
  const page = service === "bigquery" ? "bigquery/admin/reservations" : "compute/commitments";
  return `https://console.cloud.google.com/${page}?project=${encodeURIComponent(projectId)}`;
}
