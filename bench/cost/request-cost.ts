import { runChild } from "../child.ts";
import type { Parameters } from "../parameters.ts";
import { megabytes, ratio, shortTime, table, whole } from "../bench-table.ts";
import { countSyncs } from "./count-syncs.ts";

/** A drive whose own cost is measured. */
export interface CostOrder {
  readonly ledger: "sqlite" | "memory";
  /**
   * How the imitated cloud tells purchases apart: by an id that it minted, as Azure, by a name that the buyer chose, as RDS, or by a
   * marker that comes afterwards, as EC2.
   */
  readonly identity: keyof typeof identities;
  readonly recommendations: number;
  /** Whether another drive goes first, which compiles everything. */
  readonly trial: boolean;
}

/** What it cost, in milliseconds. */
export interface CostResult {
  readonly time: number;
  readonly cpu: number;
  /** The most that the process took of the machine, in bytes. */
  readonly resident: number;
  /** Of the ledger, by method. */
  readonly calls: Readonly<Record<string, number>>;
}

const identities = { minted: "id minted", chosen: "name chosen", stamped: "marked afterwards" } as const;

/** Ledger methods that write. */
const writes = ["claim", "renew", "release", "submit", "purchase", "observe", "reject", "refuse", "unknown", "dead"];

/** What one recommendation costs without a network. */
export async function measureOwnCost({ ownCost }: Parameters): Promise<string> {
  const rows = [];
  for (const ledger of ["sqlite", "memory"] as const) {
    for (const [identity, cloud] of Object.entries(identities) as [CostOrder["identity"], string][]) {
      let fewest: number | undefined;
      for (const recommendations of ownCost.recommendations) {
        const order = { ledger, identity, recommendations };
        const { time, cpu, resident, calls } = await runChild<CostResult>("cost/cost-process.ts", {
          ...order,
          trial: true,
        });
        const written = writes.reduce((sum, name) => sum + (calls[name] ?? 0), 0);
        const read = Object.values(calls).reduce((sum, count) => sum + count, 0) - written;
        const syncs = ledger === "sqlite" ? await countSyncs(order) : undefined;
        const each = cpu / recommendations;
        fewest ??= each;
        rows.push([
          ledger === "sqlite" ? "SQLite" : "memory",
          cloud,
          whole(recommendations),
          shortTime(each),
          ratio(each / fewest),
          shortTime(time / recommendations),
          ratio(written / recommendations),
          ratio(read / recommendations),
          syncs === undefined ? "–" : ratio(syncs / recommendations),
          megabytes(resident),
        ]);
      }
    }
  }
  const counted = ["CPU each", "of the first", "time each", "writes each", "reads each", "fsyncs each"];
  const columns = ["ledger", "cloud", "N", ...counted, "resident at most"];
  return [
    "### The library's own cost per recommendation, without a network",
    "",
    table(columns, rows),
    "",
    "A cloud in memory that answers at once, 4 at a time. fsyncs as strace counts them, the making of the ledger left out.",
  ].join("\n");
}
