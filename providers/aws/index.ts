export { createAws } from "./aws.ts";
export type { Ec2Recommendation } from "./ec2/recommendation.ts";
export type { RdsRecommendation } from "./reservations/rds.ts";
export type { SavingsPlanRecommendation } from "./savings-plans/recommendation.ts";
export type { AwsSettings, VisibilityLimits } from "./settings.ts";
