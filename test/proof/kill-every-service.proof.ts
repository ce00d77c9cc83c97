import pLimit from "p-limit";
import { afterAll, describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { driveAndKill } from "./drive-and-kill.ts";

/** Each run is two processes, and other tests run beside them. */
const limit = pLimit(2);

let kills = 0;
afterAll(() => console.log(`killed ${kills} times, after each request of each service: 1 commitment each time`));

/** For every service that the fixture buys: killed after its n-th request, for every n. */
describe("killed after every request", () => {
  test.concurrent.for(fixture.recommendations as readonly AnyRecommendation[])("$provider $service", async (wanted) => {
    await killAfterEach(wanted);
  });
  test.concurrent.for([
    { first: "alias", second: "alias" },
    { first: "alias", second: "two-steps" },
    { first: "two-steps", second: "alias" },
  ] as const)("a reservation of Azure: $first, then $second", async (flows) => {
    const [wanted] = fixture.recommendations as readonly AnyRecommendation[];
    if (wanted !== undefined) await killAfterEach(wanted, flows);
  });
});

async function killAfterEach(wanted: AnyRecommendation, flows: Parameters<typeof driveAndKill>[2] = {}): Promise<void> {
  const calm = await limit(() => driveAndKill(wanted, () => false, flows));
  expect(calm.killed).toBe(false);
  // Look-up, price, purchase: at the least.
  expect(calm.requests).toBeGreaterThanOrEqual(3);
  const runs = Array.from({ length: calm.requests }, (_, index) =>
    limit(async () => {
      const run = await driveAndKill(wanted, ({ requests }) => requests.length === index + 1, flows);
      expect(run).toEqual({ killed: true, requests: index + 1 });
      kills += 1;
    }),
  );
  await Promise.all(runs);
}
