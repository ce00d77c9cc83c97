import type { GcpBigQueryRecommendation } from "./bigquery/bigquery-recommendation.ts";
import type { GcpComputeLicenseRecommendation } from "./compute/gcp-license.ts";
import type { GcpComputeRecommendation } from "./compute/gcp-recommendation.ts";

export { createGcp } from "./create-gcp.ts";
export type { GcpProjectEntry, GcpProjects } from "./gcp-projects.ts";
export type { GcpBigQueryRecommendation } from "./bigquery/bigquery-recommendation.ts";
export type { GcpComputeLicenseRecommendation } from "./compute/gcp-license.ts";
export type { GcpComputeRecommendation } from "./compute/gcp-recommendation.ts";
export type { CredentialsFor, GcpCredential, GcpSettings } from "./gcp-settings.ts";

declare module "../../src/contract/recommendation-types.js" {
  interface RecommendationTypes {
    readonly "gcp/bigquery": GcpBigQueryRecommendation;
    readonly "gcp/compute": GcpComputeRecommendation;
    readonly "gcp/compute-license": GcpComputeLicenseRecommendation;
  }
}
