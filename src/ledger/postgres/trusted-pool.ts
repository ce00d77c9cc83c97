import type { PostgresClient, PostgresPool } from "./postgres-pool.ts";

/** A pool that hands out no connection of a time before a failover. */
export interface TrustedPool extends PostgresPool {
  /**
   * This connection turned out to lead nowhere, or to a server that became read-only: so may all others that were
   * opened until now. They are closed instead of being handed out.
   */
  distrust(client: PostgresClient): void;
}

/** More than any pool holds: the rest is handed out as it is, and shows by itself what it is worth. */
const maxClosed = 1000;

/**
 * After a failover a pool still holds connections to the former primary, which a standby keeps open and answers reads on,
 * with what it knew then. One of them that fails a write gives all of them away.
 */
export function createTrustedPool(pool: PostgresPool): TrustedPool {
  /** Grows whenever a connection of this time turns out to be of no use. */
  let generation = 0;
  const generations = new WeakMap<PostgresClient, number>();
  return {
    connect: async () => {
      for (let closed = 0; ; closed += 1) {
        const client = await pool.connect();
        const own = generations.get(client) ?? generation;
        generations.set(client, own);
        if (own === generation || closed === maxClosed) return client;
        client.release(new Error("It was opened before a failover."));
      }
    },
    distrust: (client) => {
      if (generations.get(client) === generation) generation += 1;
    },
  };
}
