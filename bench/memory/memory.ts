import { runChild } from "../child.ts";
import type { Parameters } from "../parameters.ts";
import { megabytes, ratio, seconds, table, whole } from "../bench-table.ts";
import { pagesOf } from "../drives/calculated.ts";
import { startTenant } from "../tenant.ts";

/** What a measuring process is to hold. */
export type MemoryOrder =
  { readonly kind: "listing"; readonly url: string } | { readonly kind: "drive"; readonly recommendations: number };

/** Bytes, and milliseconds. */
export interface MemoryResult {
  readonly time: number;
  /** The most that the heap held at any time, rubbish left out. */
  readonly heap: number;
  /** The same, above what it held before. */
  readonly added: number;
  /** The most that the process took of the machine. */
  readonly resident: number;
}

/** Memory for long listings and for large executions. */
export async function measureMemory({ memory }: Parameters): Promise<string> {
  const rows = [];
  for (const existingOrders of memory.orders) {
    using tenant = await startTenant({ latency: 0, existingOrders });
    const result = await measure({ kind: "listing", url: tenant.url });
    rows.push(row(`listing of ${whole(existingOrders)} orders (${whole(pagesOf(existingOrders))} pages)`, result));
  }
  for (const recommendations of memory.recommendations) {
    const result = await measure({ kind: "drive", recommendations });
    rows.push(row(`drive of ${whole(recommendations)} recommendations`, result, recommendations));
  }
  const columns = ["what", "heap added at most", "each", "resident at most", "time"];
  return [
    "### Memory",
    "",
    table(columns, rows),
    "",
    "The heap after a full collection, taken again and again while it runs; listings through the real SDK, drives with",
    "SQLite and a cloud in memory that holds its orders in the same process; their events, JSON report and page are held too.",
  ].join("\n");
}

function measure(order: MemoryOrder): Promise<MemoryResult> {
  return runChild<MemoryResult>("memory/memory-process.ts", order, { nodeOptions: ["--expose-gc"] });
}

function row(what: string, { added, resident, time }: MemoryResult, each?: number) {
  const perPiece = each === undefined ? "–" : `${ratio(added / each / 1000)} KB`;
  return [what, megabytes(added), perPiece, megabytes(resident), seconds(time)];
}
