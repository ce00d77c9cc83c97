import type { Parameters } from "../parameters.ts";
import { seconds, table, whole } from "../bench-table.ts";
import { library } from "../drives/ways.ts";
import { startTenant } from "../tenant.ts";

/** Azure's limit, in hours that are shorter: how long all of it takes, and what is refused on the way. */
export async function measureLimit({ limit, drives: { concurrency } }: Parameters): Promise<string> {
  const { recommendations, writes, hour } = limit;
  using tenant = await startTenant({ latency: 0, existingOrders: 0, writeLimit: { writes, within: hour } });
  const took = await library({ url: tenant.url, executionId: "bench", recommendations, concurrency });
  const { requests, refused, orders } = await tenant.report();
  const [price, order] = ["POST calculatePrice", "PUT reservationOrders"];
  const wanted = 2 * recommendations;
  const columns = [
    "writes needed",
    "orders bought",
    "hours",
    "hours at least",
    "prices refused",
    "orders refused",
    "time",
  ];
  const row = [
    whole(wanted),
    whole(orders),
    (took / hour).toFixed(1),
    (Math.ceil(wanted / writes) - 1).toFixed(1),
    whole(refused[price] ?? 0),
    whole(refused[order] ?? 0),
    seconds(took),
  ];
  if ((requests[order] ?? 0) !== recommendations + (refused[order] ?? 0)) throw new Error("An order was sent twice.");
  return [
    `### ${whole(recommendations)} recommendations in one tenant that takes ${whole(writes)} writes an hour; an hour of ${hour / 1000} s`,
    "",
    table(columns, [row]),
  ].join("\n");
}
