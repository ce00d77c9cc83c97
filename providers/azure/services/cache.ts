import type { AzureService } from "../azure-service.ts";

/** Azure Cache for Redis: SKUs such as `Azure_Redis_Cache_Premium_P1_Cache`, `azure_redis_cache_enterprise_e10`. */
export const cache: AzureService = {
  name: "cache",
  reservedResourceType: "RedisCache",
  flexible: false,
};
