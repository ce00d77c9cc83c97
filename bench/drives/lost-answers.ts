import type { Parameters } from "../parameters.ts";
import { table, whole } from "../bench-table.ts";
import { startTenant } from "../tenant.ts";
import { library, lookupEachTime } from "./ways.ts";

/** Purchases whose answers are lost: what each way asks to find out that they were made. */
export async function measureLostAnswers({ drives }: Parameters): Promise<string> {
  const { concurrency } = drives;
  const [recommendations, lost, existingOrders] = [Math.min(10, drives.recommendations.at(-1) ?? 10), 2, 1000];
  const rows = [];
  for (const [name, way] of [
    ["this library", library],
    ["lookup each time", lookupEachTime],
  ] as const) {
    using tenant = await startTenant({ latency: 0, existingOrders });
    await tenant.loseAnswers(lost);
    await way({ url: tenant.url, executionId: "bench", recommendations, concurrency });
    const { requests, orders } = await tenant.report();
    const count = (action: string) => whole(requests[action] ?? 0);
    const all = Object.values(requests).reduce((sum, number) => sum + number, 0);
    rows.push([
      name,
      whole(all),
      count("GET reservationOrders"),
      count("POST calculatePrice"),
      count("PUT reservationOrders"),
      count("GET reservationOrders/{id}"),
      whole(orders - existingOrders),
    ]);
  }
  const columns = ["way", "requests", "pages", "prices", "purchases", "reads by id", "orders bought"];
  return [
    `### Requests when ${lost} of ${recommendations} purchases are made and their answers lost, ${whole(existingOrders)} orders exist`,
    "",
    table(columns, rows),
  ].join("\n");
}
