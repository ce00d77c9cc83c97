import type { GcpComputeRecommendation } from "./compute/gcp-recommendation.ts";

export { createGcp } from "./create-gcp.ts";
export type { GcpProjectEntry, GcpProjects } from "./gcp-projects.ts";
export type { GcpComputeRecommendation } from "./compute/gcp-recommendation.ts";
export type { CredentialsFor, GcpCredential, GcpSettings } from "./gcp-settings.ts";

declare module "../../src/contract/recommendation-types.js" {
  interface RecommendationTypes {
    readonly "gcp/compute": GcpComputeRecommendation;
  }
}
