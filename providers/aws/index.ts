export { createAws } from "./aws.ts";
export type { Ec2Recommendation } from "./ec2/recommendation.ts";
export type { ElastiCacheRecommendation } from "./reservations/elasticache.ts";
export type { MemoryDbRecommendation } from "./reservations/memorydb.ts";
export type { OpenSearchRecommendation } from "./reservations/opensearch.ts";
export type { RedshiftRecommendation } from "./redshift/redshift.ts";
export type { RdsRecommendation } from "./reservations/rds.ts";
export type { SavingsPlanRecommendation } from "./savings-plans/recommendation.ts";
export type { AwsSettings, VisibilityLimits } from "./settings.ts";
