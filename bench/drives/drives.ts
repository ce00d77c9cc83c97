import { seconds, ratio, table, whole } from "../bench-table.ts";
import type { Parameters } from "../parameters.ts";
import { startTenant } from "../tenant.ts";
import { boundInTurn, type Cell, type Effort, lookups, lowerBound } from "./calculated.ts";
import { bareRequests, library, lookupEachTime, type Way } from "./ways.ts";

/** Requests and time for N recommendations in a tenant with T orders, in three ways. */
export async function measureDrives({ drives }: Parameters): Promise<string> {
  const { latency, concurrency, patience } = drives;
  const rows = [];
  for (const existingOrders of drives.existingOrders) {
    for (const recommendations of drives.recommendations) {
      const cell: Cell = { recommendations, existingOrders, concurrency, latency };
      const [bound, others] = [lowerBound(cell), lookups(cell)];
      const own = await measure(library, cell, bound.time <= patience);
      const bare = bound.time <= patience ? await measure(bareRequests, cell, true) : undefined;
      const each = others.time <= patience ? await measure(lookupEachTime, cell, true) : undefined;
      const { requests, time } = each ?? others;
      rows.push([
        whole(recommendations),
        whole(existingOrders),
        whole(own.requests),
        seconds(own.time),
        whole(bound.requests),
        seconds(bound.time),
        seconds(boundInTurn(cell).time),
        bare ? seconds(bare.time) : "–",
        ratio(own.time / bound.time),
        bare ? ratio(own.time / bare.time) : "–",
        whole(requests) + (each ? "" : " *"),
        seconds(time) + (each ? "" : " *"),
        ratio(requests / own.requests),
      ]);
    }
  }
  const columns = [
    "N",
    "T",
    "requests",
    "time",
    "bound: requests",
    "time",
    "in turn",
    "measured",
    "time / bound",
    "/ measured",
  ];
  return [
    `### N recommendations in a tenant with T orders: ${latency} ms per request, ${concurrency} at a time`,
    "",
    table([...columns, "lookup each: requests", "time", "requests, times ours"], rows),
    "",
    "The bound is calculated: pages one after the other, beside them the prices, then the purchases, both over the concurrency;",
    "*in turn* the same with the prices after the pages; *measured* are the requests of the bound with nothing but node:http.",
    "*Lookup each* lists all orders before every recommendation and every retry. * calculated, not measured: it would take too long. Short ones: the faster of two runs.",
  ].join("\n");
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
