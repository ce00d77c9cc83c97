import pLimit from "p-limit";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { driveAndKill } from "./drive-and-kill.ts";

/** Each run is two processes, and other tests run beside them. */
const limit = pLimit(2);

/** Bought by the code that buys reservations of RDS, or under a name of ours as they are. */
const likeRds = ["aws elasticache", "aws memorydb", "aws opensearch", "gcp compute", "gcp compute-license"];

/** Of what is bought by the same code one stands for all: the first reservation of Azure, RDS. `npm run proof` takes each. */
const kinds = (fixture.recommendations as readonly AnyRecommendation[]).filter(({ provider, service }, index) =>
  provider === "azure" ? service === "savings-plans" || index === 0 : !likeRds.includes(`${provider} ${service}`),
);

/** The worst moment: bought, and nobody was told. `npm run proof` kills after every request. */
describe("killed after its purchase", () => {
  test.concurrent.for(kinds)("$provider $service", async (wanted) => {
    const run = await limit(() => driveAndKill(wanted, (sandbox) => sandbox.purchaseRequests().length === 1));
    expect(run.killed).toBe(true);
  });
});

/** Both in the one flow, and one in each. */
const flows = [
  { first: "alias", second: "alias" },
  { first: "alias", second: "two-steps" },
  { first: "two-steps", second: "alias" },
] as const;

describe("a reservation of Azure, bought in either flow, killed after its purchase", () => {
  test.concurrent.for(flows)("$first, then $second", async (each) => {
    const [wanted] = fixture.recommendations as readonly AnyRecommendation[];
    if (wanted === undefined) throw new Error("The fixture is empty.");
    const bought = (sandbox: CloudSandbox) => sandbox.purchaseRequests().length === 1;
    expect((await limit(() => driveAndKill(wanted, bought, each))).killed).toBe(true);
  });
});
