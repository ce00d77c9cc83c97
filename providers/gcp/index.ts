export { createGcp } from "./create-gcp.ts";
export type { GcpComputeRecommendation } from "./compute/recommendation.ts";
export type { GcpAuth, GcpSettings } from "./settings.ts";
