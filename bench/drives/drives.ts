import { seconds, ratio, table, whole } from "../bench-table.ts";
import type { Parameters } from "../parameters.ts";
import { startTenant } from "../tenant.ts";
import { boundInTurn, type Cell, type Effort, goEngineRequests, lookups, lowerBound } from "./calculated.ts";
import { bareRequests, goEngine, library, lookupEachTime, type Way } from "./ways.ts";

/** Requests and time for N recommendations in a tenant with T orders, in four ways. */
export async function measureDrives({ drives }: Parameters): Promise<string> {
  const { latency, concurrency, patience } = drives;
  const rows = [];
  for (const existingOrders of drives.existingOrders) {
    for (const recommendations of drives.recommendations) {
      const cell: Cell = { recommendations, existingOrders, concurrency, latency };
      const bound = lowerBound(cell);
      const isShort = bound.time <= patience;
      const own = await measure(library, cell, isShort);
      const bare = recommendations <= drives.bare ? await measure(bareRequests, cell, isShort) : undefined;
      const each = await measuredIfShort(lookupEachTime, lookups(cell), cell, patience);
      const go = await measuredIfShort(goEngine, goEngineRequests(cell), cell, patience);
      rows.push([
        whole(recommendations),
        whole(existingOrders),
        whole(own.requests),
        seconds(own.time),
        seconds(bound.time),
        seconds(boundInTurn(cell).time),
        bare ? seconds(bare.time) : "–",
        bare ? ratio(own.time / bare.time) : "–",
        ...each,
        ...go,
      ]);
    }
  }
  const columns = ["N", "T", "requests", "time", "bound", "in turn", "bare", "/ bare"];
  const others = ["look-up each: requests", "time", "Go engine: requests", "time"];
  return [
    `### N recommendations in a tenant with T orders: ${latency} ms per request, ${concurrency} at a time`,
    "",
    table([...columns, ...others], rows),
    "",
    "*Bound*: calculated: pages one after the other, beside them the prices, then the purchases, both over the concurrency. *In turn*: the",
    "same with the prices after the pages. *Bare*: the requests of the bound, measured, with nothing but node:http. *Look-up each* lists all",
    "orders before every recommendation and every retry; *Go engine*: that engine's requests, N(P + 4). * calculated, not measured: it would",
    "take too long. Short ones: the faster of two runs.",
    "",
    ...(await measureLarge(drives)),
  ].join("\n");
}

/** One drive of many recommendations in an empty tenant. */
async function measureLarge({ latency, large }: Parameters["drives"]): Promise<readonly string[]> {
  const cell: Cell = { ...large, existingOrders: 0, latency };
  const [own, bare, bound] = [
    await measure(library, cell, false),
    await measure(bareRequests, cell, false),
    lowerBound(cell),
  ];
  const row = [
    whole(large.recommendations),
    whole(own.requests),
    seconds(own.time),
    seconds(bound.time),
    seconds(bare.time),
  ];
  return [
    `### N recommendations in an empty tenant: ${latency} ms per request, ${large.concurrency} at a time`,
    "",
    table(["N", "requests", "time", "bound", "bare", "/ bare"], [[...row, ratio(own.time / bare.time)]]),
  ];
}

/** Requests and time of another way: measured where that is soon done, else calculated. */
async function measuredIfShort(
  way: Way,
  calculated: Effort,
  cell: Cell,
  patience: number,
): Promise<readonly [string, string]> {
  if (calculated.time > patience) return [`${whole(calculated.requests)} *`, `${seconds(calculated.time)} *`];
  const { requests, time } = await measure(way, cell, true);
  return [whole(requests), seconds(time)];
}

/** The faster of two runs, where twice is not too long. */
async function measure(way: Way, cell: Cell, twice: boolean): Promise<Effort> {
  const [one, other] = [await run(way, cell), twice ? await run(way, cell) : undefined];
  return other !== undefined && other.time < one.time ? other : one;
}

/** One way in a tenant of its own, after a purchase that loads and compiles what is needed. */
async function run(way: Way, { recommendations, existingOrders, concurrency, latency }: Cell): Promise<Effort> {
  {
    using trial = await startTenant({ latency: 0, existingOrders: 1 });
    await way({ url: trial.url, executionId: "trial", recommendations: 2, concurrency });
  }
  using tenant = await startTenant({ latency, existingOrders });
  const time = await way({ url: tenant.url, executionId: "bench", recommendations, concurrency });
  const { requests, orders } = await tenant.report();
  if (orders !== existingOrders + recommendations) throw new Error(`${way.name} left ${orders} orders.`);
  return { requests: Object.values(requests).reduce((sum, count) => sum + count, 0), time };
}
