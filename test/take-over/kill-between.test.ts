import pLimit from "p-limit";
import { describe, expect, test } from "vitest";
import { startClouds, execution, runGo } from "./take-over-run.ts";
import { killGo } from "./kill-between.ts";

const limit = pLimit(2);

/** One of each kind of handle; `npm run proof` takes each service, and each request. */
const kinds = execution.recommendations
  .map(({ provider, service }, recIndex) => ({ provider, service, recIndex }))
  .filter(({ service }, index) => index === 0 || ["rds", "redshift"].includes(service));

describe("A13: the Go engine is killed, ours takes over with an empty ledger, and it comes back", () => {
  test.concurrent.for(kinds)("$provider $service, when it has just bought", async ({ recIndex }) => {
    const requests = await limit(() => requestsUntilBought(recIndex));
    expect(await limit(() => killGo(recIndex, requests))).toEqual({ killed: true, requests });
  });
});

/** How many requests it makes until it has bought. */
async function requestsUntilBought(recIndex: number): Promise<number> {
  await using sandbox = await startClouds();
  let requests = 0;
  sandbox.onRequest = () => {
    if (sandbox.purchases() === 1 && requests === 0) requests = sandbox.requests.length;
  };
  await runGo(sandbox, [recIndex]);
  return requests;
}
