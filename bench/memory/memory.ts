import { runChild } from "../child.ts";
import type { Parameters } from "../parameters.ts";
import { megabytes, ratio, seconds, table, whole } from "../bench-table.ts";
import { pagesOf } from "../drives/calculated.ts";
import { startTenant } from "../tenant.ts";

/** What a measuring process is to hold. */
export type MemoryOrder = MemoryWork & { readonly url: string };

type MemoryWork = { readonly kind: "listing" } | { readonly kind: "drive"; readonly recommendations: number };

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

/** A little heap, as in a small container: Node's own options, which `NODE_OPTIONS` takes. */
const littleHeap = ["--max-semi-space-size=2", "--max-old-space-size=300"];

/** Memory for long listings and for large executions. */
export async function measureMemory({ memory }: Parameters): Promise<string> {
  const rows = [];
  for (const existingOrders of memory.orders) {
    const name = `listing of ${whole(existingOrders)} orders (${whole(pagesOf(existingOrders))} pages)`;
    rows.push(await measure(name, existingOrders, { kind: "listing" }));
  }
  for (const recommendations of memory.recommendations) {
    const name = `drive of ${whole(recommendations)} recommendations`;
    rows.push(await measure(name, 1, { kind: "drive", recommendations }, recommendations));
  }
  const columns = ["what", "heap added at most", "each", "resident at most", "in a little heap", "time"];
  return [
    "### Memory",
    "",
    table(columns, rows),
    "",
    "The heap after a full collection, taken again and again while it runs; what is resident, in processes that collect when they want to, the second",
    `with ${littleHeap.join(" ")}. Through the real SDK, from a tenant in a process of its own; drives with SQLite; their`,
    "events, JSON report and page are held too.",
  ].join("\n");
}

/** One after the other: with the heap looked at, as it is, and in a little heap. */
async function measure(what: string, existingOrders: number, work: MemoryWork, each?: number) {
  const run = async (nodeOptions: readonly string[]) => {
    using tenant = await startTenant({ latency: 0, existingOrders });
    const order: MemoryOrder = { url: tenant.url, ...work };
    // The tenant ends with this function.
    return await runChild<MemoryResult>("memory/memory-process.ts", order, { nodeOptions });
  };
  const { added } = await run(["--expose-gc"]);
  const [plain, little] = [await run([]), await run(littleHeap)];
  const perPiece = each === undefined ? "–" : `${ratio(added / each / 1000)} KB`;
  return [what, megabytes(added), perPiece, megabytes(plain.resident), megabytes(little.resident), seconds(plain.time)];
}
