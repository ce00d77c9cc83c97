import { expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { commandLine } from "./run-command-line.ts";
import { driveAndKill } from "./kill-at-request.ts";
import { cache, compute, ec2, executionOf } from "./recommendations.ts";

/** The worst moment: bought, nobody was told, and nothing but a look can tell. `npm run proof` kills after every request. */
test("killed after its purchase of EC2: the next drives end with exactly three commitments", async () => {
  await using sandbox = await startCloudSandbox();
  const cli = commandLine(sandbox, executionOf(compute, cache, ec2));
  await cli.drive("--concurrency", "1");
  cli.remove();
  const purchases = sandbox.purchaseRequests();
  expect(purchases).toHaveLength(3);
  const { number } = purchases.find(({ action }) => action === "PurchaseReservedInstancesOffering") ?? { number: 0 };
  expect(await driveAndKill(number)).toEqual({ killed: true, requests: number });
});
