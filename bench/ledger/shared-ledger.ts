import { startPostgresServer } from "../../test/ledger/postgres-server.ts";
import { ratio, table, whole } from "../bench-table.ts";
import { runChild } from "../child.ts";
import type { Parameters } from "../parameters.ts";

/** What one of several processes does to one PostgreSQL, from one time to another: milliseconds since 1970. */
export interface WorkerOrder {
  /** The URL of a database. */
  readonly location: string;
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/** Purchases, each recorded, claimed, written ahead and bought; and those whose recording or claim waited for a lock. */
export interface WorkerResult {
  readonly bought: number;
  readonly waits: number;
}

/** For each worker, until it is loaded and connected, in milliseconds. */
const startTime = 1500;

/** Several processes that buy in one scope of one ledger in PostgreSQL, of different executions. */
export async function measureWorkers({ workers }: Parameters): Promise<string> {
  const server = await startPostgresServer();
  try {
    const rows = [];
    let first: number | undefined;
    for (const count of workers.counts) {
      const location = await server.connectionString(`workers_${count}`);
      const from = Date.now() + startTime * (1 + count);
      const order = { location, from, until: from + workers.time };
      const results = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          runChild<WorkerResult>("ledger/worker-process.ts", { ...order, name: `worker ${index}` }),
        ),
      );
      const sum = (key: keyof WorkerResult) => results.reduce((all, result) => all + result[key], 0);
      const rate = sum("bought") / (workers.time / 1000);
      first ??= rate;
      rows.push([whole(count), whole(sum("bought")), whole(rate), ratio(rate / first), whole(sum("waits"))]);
    }
    return [
      "### Workers on one PostgreSQL",
      "",
      table(["workers", "bought", "a second", "of the first", "claims that waited"], rows),
      "",
      "Each a process, and each purchase an execution of its own, in one scope: recorded, claimed, written ahead, bought. PostgreSQL",
      "itself says which recordings and claims waited for a lock for more than 1 ms (`lock_timeout`). Workers and server share this machine.",
    ].join("\n");
  } finally {
    await server.remove();
  }
}
