import { expect, test } from "vitest";
import { startLoopback } from "./support/azure-loopback.ts";
import { executorOf, kindOf, marker, priceAnswer, recommend } from "./support/azure-samples.ts";

test("a catalogue that another drive's end cut short is read again, once for all who waited for it", async () => {
  let reads = 0;
  const arrived = Promise.withResolvers<void>();
  await using server = await startLoopback((request) => {
    if (kindOf(request) !== "catalog") return { status: 200, body: priceAnswer };
    reads += 1;
    arrived.resolve();
    return reads === 1 ? { fault: "hang" } : { status: 200, body: { value: [{ name: "Search_Standard_S1" }] } };
  });
  const search = executorOf("search", { endpoint: server.origin });
  const recommendation = search.schema.parse(recommend("search", { sku: "Search_Standard_S1" }));
  const quote = (signal: AbortSignal) => search.quote(recommendation, marker, { signal });
  const stopped = new AbortController();
  const going = new AbortController();
  const first = quote(stopped.signal);
  const others = Promise.all([quote(going.signal), quote(going.signal)]);
  await arrived.promise;
  const reason = new Error("stopped");
  stopped.abort(reason);
  await expect(first).rejects.toBe(reason);
  expect((await others).map(({ price }) => price.amount)).toEqual(["24", "24"]);
  expect(reads).toBe(2);
});
