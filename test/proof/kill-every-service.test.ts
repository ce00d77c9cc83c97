import pLimit from "p-limit";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { driveAndKill } from "./drive-and-kill.ts";

/** Each run is two processes, and other tests run beside them. */
const limit = pLimit(2);

/** An id of the provider's, and a tag that comes afterwards: the search walks the other ways to know what was bought. */
const few = ["azure compute", "aws ec2"];
const kinds = (fixture.recommendations as readonly AnyRecommendation[]).filter(({ provider, service }) =>
  few.includes(`${provider} ${service}`),
);

/** The worst moment: bought, and nobody was told. `npm run proof` kills after every request of each service. */
describe("killed after its purchase", () => {
  test.concurrent.for(kinds)("$provider $service", async (wanted) => {
    const run = await limit(() => driveAndKill(wanted, (sandbox) => sandbox.purchaseRequests().length === 1));
    expect(run.killed).toBe(true);
  });
});
