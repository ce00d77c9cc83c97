import type { Pool, PoolClient } from "pg";
import type { PostgresClient, PostgresPool } from "../../src/ledger/postgres/index.ts";

/** A statement on its way: `send` sends it, once; `client` is the connection that it is sent on. */
export interface Statement {
  readonly text: string;
  readonly send: () => ReturnType<PostgresClient["query"]>;
  readonly client: PoolClient;
}

/** A caller's pool whose every statement goes through `around`. */
export function watchedPool(
  pool: Pool,
  around: (statement: Statement) => ReturnType<PostgresClient["query"]>,
): PostgresPool {
  return {
    connect: async () => {
      const client = await pool.connect();
      return {
        query: (text, values) => around({ text, client, send: () => client.query(text, values) }),
        release: (error) => client.release(error),
        on: (event, listener) => client.on(event, listener),
        removeListener: (event, listener) => client.removeListener(event, listener),
      };
    },
  };
}
