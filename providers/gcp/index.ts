export { createGcp } from "./create-gcp.ts";
export type { GcpComputeRecommendation } from "./compute/gcp-recommendation.ts";
export type { GcpAuth, GcpSettings } from "./gcp-settings.ts";
