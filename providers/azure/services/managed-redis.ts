import type { AzureService } from "../azure-service.ts";

/** Azure Managed Redis: SKUs such as `azure_managed_redis_balanced_b10`. That it is sold as RedisCache is an assumption. */
export const managedRedis: AzureService = {
  name: "managed-redis",
  reservedResourceType: "RedisCache",
  flexible: false,
};
