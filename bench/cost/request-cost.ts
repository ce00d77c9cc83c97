import { runChild } from "../child.ts";
import type { Parameters } from "../parameters.ts";
import { ratio, shortTime, table, whole } from "../bench-table.ts";
import { countSyncs } from "./count-syncs.ts";

/** A drive whose own cost is measured. */
export interface CostOrder {
  readonly ledger: "sqlite" | "memory";
  /** How the imitated cloud tells purchases apart: by an id that it minted, as Azure, or by a marker that comes afterwards, as EC2. */
  readonly identity: "minted" | "stamped";
  readonly recommendations: number;
  /** Whether another drive goes first, which compiles everything. */
  readonly trial: boolean;
}

/** What it cost, in milliseconds. */
export interface CostResult {
  readonly time: number;
  readonly cpu: number;
  /** Of the ledger, by method. */
  readonly calls: Readonly<Record<string, number>>;
}

/** Ledger methods that write. */
const writes = ["claim", "renew", "release", "submit", "purchase", "observe", "reject", "refuse", "unknown", "dead"];

/** What one recommendation costs without a network. */
export async function measureOwnCost({ ownCost }: Parameters): Promise<string> {
  const rows = [];
  for (const ledger of ["sqlite", "memory"] as const) {
    for (const identity of ["minted", "stamped"] as const) {
      for (const recommendations of ownCost.recommendations) {
        // Every marking asks whose the ids of the scope are, as every marking on EC2 lists them: no size for one drive.
        if (identity === "stamped" && recommendations > 1000) continue;
        const order = { ledger, identity, recommendations };
        const { time, cpu, calls } = await runChild<CostResult>("cost/cost-process.ts", { ...order, trial: true });
        const written = writes.reduce((sum, name) => sum + (calls[name] ?? 0), 0);
        const read = Object.values(calls).reduce((sum, count) => sum + count, 0) - written;
        const syncs = ledger === "sqlite" && recommendations <= 1000 ? await countSyncs(order) : undefined;
        rows.push([
          ledger === "sqlite" ? "SQLite" : "memory",
          identity === "minted" ? "id minted" : "marked afterwards",
          whole(recommendations),
          shortTime(cpu / recommendations),
          shortTime(time / recommendations),
          ratio(written / recommendations),
          whole(read),
          syncs === undefined ? "–" : ratio(syncs / recommendations),
        ]);
      }
    }
  }
  const columns = ["ledger", "cloud", "N", "CPU each", "time each", "writes each", "reads in all", "fsyncs each"];
  return [
    "### The library's own cost per recommendation, without a network",
    "",
    table(columns, rows),
    "",
    "A cloud in memory that answers at once, 4 at a time. fsyncs as strace counts them, the making of the ledger left out.",
  ].join("\n");
}
