import pLimit from "p-limit";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { proofTest } from "../standing-for-all.ts";
import { driveAndKill } from "./drive-and-kill.ts";

/** Each run is two processes, and other tests run beside them. */
const limit = pLimit(2);

/** An id of the provider's, and a tag that comes afterwards. `npm run proof` takes each service. */
const few = ["azure compute", "aws ec2"];
const kinds = (fixture.recommendations as readonly AnyRecommendation[]).filter(({ provider, service }) =>
  few.includes(`${provider} ${service}`),
);

/** The worst moment: bought, and nobody was told. `npm run proof` kills after every request. */
describe("killed after its purchase", () => {
  test.concurrent.for(kinds)("$provider $service", async (wanted) => {
    const run = await limit(() => driveAndKill(wanted, (sandbox) => sandbox.purchaseRequests().length === 1));
    expect(run.killed).toBe(true);
  });
});

proofTest(
  "a reservation of Azure, bought under an alias and killed then, with the other flow set by the next",
  async () => {
    const [wanted] = fixture.recommendations as readonly AnyRecommendation[];
    if (wanted === undefined) throw new Error("The fixture is empty.");
    const bought = (sandbox: CloudSandbox) => sandbox.purchaseRequests().length === 1;
    const run = await limit(() => driveAndKill(wanted, bought, { first: "alias", second: "two-steps" }));
    expect(run.killed).toBe(true);
  },
);
