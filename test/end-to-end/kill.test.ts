import { expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { commandLine } from "./run-command-line.ts";
import { driveAndKill } from "./kill-at-request.ts";
import { cache, compute, ec2, executionOf } from "./recommendations.ts";

/** The worst moments: bought, and nobody was told. `npm run proof` kills after every request. */
test("killed after each of its three purchases: one more drive ends with exactly three commitments, each time", async () => {
  await using sandbox = await startCloudSandbox();
  const cli = commandLine(sandbox, executionOf(compute, cache, ec2));
  await cli.drive("--concurrency", "1");
  cli.remove();
  const purchases = sandbox.purchaseRequests().map((request) => request.number);
  expect(purchases).toHaveLength(3);
  for (const number of purchases) expect(await driveAndKill(number)).toEqual({ killed: true, requests: number });
});
