/** How much is measured. Nothing is random: the same parameters make the same executions, tenants and ledgers. */
export interface Parameters {
  /** `full`, `quick` or `tiny`. */
  readonly name: string;
  readonly drives: {
    /** Milliseconds that every request takes in the sandbox before it has its effect. */
    readonly latency: number;
    readonly concurrency: number;
    readonly recommendations: readonly number[];
    readonly existingOrders: readonly number[];
    /** One more drive, of so many recommendations in an empty tenant, so many at a time. */
    readonly large: { readonly recommendations: number; readonly concurrency: number };
    /** Bare requests are measured for up to so many recommendations. */
    readonly bare: number;
    /** The other ways are measured where they should take no longer than so many milliseconds, else calculated. */
    readonly patience: number;
  };
  readonly ownCost: { readonly recommendations: readonly number[] };
  readonly memory: { readonly orders: readonly number[]; readonly recommendations: readonly number[] };
  readonly ledger: {
    readonly sqliteRecords: readonly number[];
    readonly postgresRecords: readonly number[];
    readonly claims: readonly number[];
  };
  /** So many processes share one PostgreSQL, for `time` in milliseconds. */
  readonly workers: { readonly counts: readonly number[]; readonly time: number };
  /** `killEvery` in milliseconds; so many `accepts` of a large execution are measured. */
  readonly load: {
    readonly executions: number;
    readonly clients: number;
    readonly killEvery: number;
    readonly accepts: number;
  };
  /** `hour` in milliseconds: the limit is one of so many `writes` in it. */
  readonly limit: { readonly recommendations: number; readonly writes: number; readonly hour: number };
  readonly startUp: { readonly runs: number };
}

/** About a quarter of an hour. */
const full: Parameters = {
  name: "full",
  drives: {
    latency: 50,
    concurrency: 4,
    recommendations: [1, 10, 100, 1000],
    existingOrders: [0, 1000, 10_000],
    large: { recommendations: 10_000, concurrency: 16 },
    bare: 1000,
    patience: 6000,
  },
  ownCost: { recommendations: [100, 1000, 10_000] },
  memory: { orders: [1000, 100_000], recommendations: [100, 10_000] },
  ledger: {
    sqliteRecords: [10_000, 100_000, 1_000_000],
    postgresRecords: [10_000, 100_000, 1_000_000],
    claims: [1, 100, 1000],
  },
  workers: { counts: [1, 4, 8, 16], time: 10_000 },
  load: { executions: 2000, clients: 200, killEvery: 5000, accepts: 200 },
  limit: { recommendations: 5000, writes: 1200, hour: 24_000 },
  startUp: { runs: 9 },
};

/** Under a minute. */
const quick: Parameters = {
  name: "quick",
  drives: {
    ...full.drives,
    recommendations: [1, 10, 100],
    existingOrders: [0, 1000],
    large: { recommendations: 1000, concurrency: 16 },
    patience: 4000,
  },
  ownCost: { recommendations: [100, 1000] },
  memory: { orders: [1000, 10_000], recommendations: [100, 1000] },
  ledger: { sqliteRecords: [10_000, 100_000], postgresRecords: [], claims: [1, 100] },
  workers: { counts: [1, 4], time: 3000 },
  load: { executions: 200, clients: 50, killEvery: 5000, accepts: 100 },
  limit: { recommendations: 100, writes: 80, hour: 8000 },
  startUp: { runs: 5 },
};

/** A few seconds: for the test of the benchmark itself; its figures say nothing. */
const tiny: Parameters = {
  name: "tiny",
  drives: {
    latency: 1,
    concurrency: 2,
    recommendations: [2],
    existingOrders: [60],
    large: { recommendations: 4, concurrency: 2 },
    bare: 10,
    patience: 4000,
  },
  ownCost: { recommendations: [10] },
  memory: { orders: [100], recommendations: [10] },
  ledger: { sqliteRecords: [100], postgresRecords: [], claims: [2] },
  workers: { counts: [1, 2], time: 100 },
  load: { executions: 4, clients: 2, killEvery: 600_000, accepts: 2 },
  limit: { recommendations: 4, writes: 10, hour: 1000 },
  startUp: { runs: 1 },
};

export const parameterSets = { full, quick, tiny } as const;
