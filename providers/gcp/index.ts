export { createGcp } from "./create-gcp.ts";
export type { GcpComputeRecommendation } from "./compute/gcp-recommendation.ts";
export type { GcpCredential, GcpSettings } from "./gcp-settings.ts";
