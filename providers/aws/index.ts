import type { Ec2Recommendation } from "./ec2/ec2-recommendation.ts";
import type { Ec2HostRecommendation } from "./ec2-host/host-recommendation.ts";
import type { ElastiCacheRecommendation } from "./reservations/elasticache.ts";
import type { MediaConnectRecommendation } from "./mediaconnect/mediaconnect-service.ts";
import type { MediaLiveRecommendation } from "./medialive/medialive-service.ts";
import type { MemoryDbRecommendation } from "./reservations/memorydb.ts";
import type { OpenSearchRecommendation } from "./reservations/opensearch.ts";
import type { RedshiftRecommendation } from "./redshift/redshift-service.ts";
import type { RedshiftServerlessRecommendation } from "./redshift-serverless/serverless-service.ts";
import type { RdsRecommendation } from "./reservations/rds.ts";
import type { SavingsPlanRecommendation } from "./savings-plans/aws-plan-recommendation.ts";

export { createAws } from "./create-aws.ts";
export type { Ec2Recommendation } from "./ec2/ec2-recommendation.ts";
export type { Ec2HostRecommendation } from "./ec2-host/host-recommendation.ts";
export type { ElastiCacheRecommendation } from "./reservations/elasticache.ts";
export type { MediaConnectRecommendation } from "./mediaconnect/mediaconnect-service.ts";
export type { MediaLiveRecommendation } from "./medialive/medialive-service.ts";
export type { MemoryDbRecommendation } from "./reservations/memorydb.ts";
export type { OpenSearchRecommendation } from "./reservations/opensearch.ts";
export type { RedshiftRecommendation } from "./redshift/redshift-service.ts";
export type { RedshiftServerlessRecommendation } from "./redshift-serverless/serverless-service.ts";
export type { RdsRecommendation } from "./reservations/rds.ts";
export type { SavingsPlanRecommendation } from "./savings-plans/aws-plan-recommendation.ts";
export { awsAccountsSchema } from "./aws-accounts.ts";
export type {
  AwsAccountEntry,
  AwsAccounts,
  AwsDefaultEntry,
  AwsKeysEntry,
  AwsProfileEntry,
  AwsRoleEntry,
  AwsWebIdentityEntry,
} from "./aws-accounts.ts";
export type { AwsSettings, CredentialsFor, VisibilityLimits } from "./aws-settings.ts";

declare module "../../src/contract/recommendation-types.js" {
  interface RecommendationTypes {
    readonly "aws/ec2": Ec2Recommendation;
    readonly "aws/ec2-host": Ec2HostRecommendation;
    readonly "aws/elasticache": ElastiCacheRecommendation;
    readonly "aws/mediaconnect": MediaConnectRecommendation;
    readonly "aws/medialive": MediaLiveRecommendation;
    readonly "aws/memorydb": MemoryDbRecommendation;
    readonly "aws/opensearch": OpenSearchRecommendation;
    readonly "aws/rds": RdsRecommendation;
    readonly "aws/redshift": RedshiftRecommendation;
    readonly "aws/redshift-serverless": RedshiftServerlessRecommendation;
    readonly "aws/savings-plans": SavingsPlanRecommendation;
  }
}
