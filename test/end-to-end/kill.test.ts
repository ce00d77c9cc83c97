import { expect, test } from "vitest";
import { driveAndKill } from "./kill-at-request.ts";

/** The worst moment: bought, nobody was told, and nothing but a look can tell. `npm run proof` kills after every request. */
test("killed after its purchase of EC2: the next drives end with exactly three commitments", async () => {
  const run = await driveAndKill(({ requests }) => requests.at(-1)?.action === "PurchaseReservedInstancesOffering");
  expect(run.killed).toBe(true);
});
