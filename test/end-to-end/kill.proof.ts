import { expect, test } from "vitest";
import { driveAndKill } from "./kill-at-request.ts";

test("the command line is killed after every request that it makes: three commitments each time", async () => {
  const calm = await driveAndKill(() => false);
  expect(calm.killed).toBe(false);
  expect(calm.requests).toBeGreaterThanOrEqual(10);
  for (let number = 1; number <= calm.requests; number += 1) {
    const run = await driveAndKill(({ requests }) => requests.length >= number);
    expect(run.killed).toBe(true);
    // Prices are asked for beside the listing: one that was on its way may have arrived with it.
    expect(run.requests - number).toBeOneOf([0, 1]);
  }
  console.log(`killed ${calm.requests} times, after each of ${calm.requests} requests: 3 commitments each time`);
});
