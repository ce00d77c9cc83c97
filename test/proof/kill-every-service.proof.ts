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
    const calm = await limit(() => driveAndKill(wanted, () => false));
    expect(calm.killed).toBe(false);
    // Look-up, price, purchase: at the least.
    expect(calm.requests).toBeGreaterThanOrEqual(3);
    const runs = Array.from({ length: calm.requests }, (_, index) =>
      limit(async () => {
        const run = await driveAndKill(wanted, ({ requests }) => requests.length === index + 1);
        expect(run).toEqual({ killed: true, requests: index + 1 });
        kills += 1;
      }),
    );
    await Promise.all(runs);
  });
});
