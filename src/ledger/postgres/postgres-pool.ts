/** A pool of connections to PostgreSQL: the part of `pg.Pool` that the ledger uses. */
export interface PostgresPool {
  /** A connection that nobody else uses until it is released. */
  connect(): Promise<PostgresClient>;
}

/** One connection: the part of `pg.PoolClient` that the ledger uses. */
export interface PostgresClient {
  /** Parameters and results are text only, so that a pool's own type parsers make no difference. */
  query(text: string, values?: string[]): Promise<{ readonly rows: readonly object[] }>;
  /** Gives the connection back; with an error, the pool closes it instead of handing it out again. */
  release(error?: Error): void;
  /** `pg` reports a connection lost between two queries as an event, which ends the process when nobody listens. */
  on?(event: "error", listener: (error: Error) => void): unknown;
  removeListener?(event: "error", listener: (error: Error) => void): unknown;
}
