import type { AzureService } from "../azure-service.ts";
import { cache } from "./cache.ts";
import { compute } from "./compute.ts";
import { cosmosdb } from "./cosmosdb.ts";
import { database } from "./database.ts";
import { managedRedis } from "./managed-redis.ts";
import { search } from "./ai-search.ts";
import { synapse } from "./synapse.ts";

/** Every service that this provider buys. A further one is one more small file. */
export const services: readonly AzureService[] = [compute, cache, cosmosdb, database, managedRedis, search, synapse];
