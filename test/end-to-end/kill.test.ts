import { describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox.ts";
import { commandLine } from "./command-line.ts";
import { cache, compute, ec2, executionOf } from "./recommendations.ts";

/**
 * The first of the crash tests: the real command line with the real SDKs against the sandbox, killed with SIGKILL right
 * after its n-th request took effect and before it is answered, for every n; then driven again.
 */
describe("killed after every request that it makes", () => {
  test("one more drive ends with exactly three commitments, each time", { timeout: 170_000 }, async () => {
    const calm = await driveAndKill(Infinity);
    expect(calm.killed).toBe(false);
    const requests = calm.requestsOfFirstRun;
    expect(requests).toBeGreaterThanOrEqual(10);

    // Each waits for the dead driver's lease of 30 s, so they run side by side.
    const runs = await Promise.all(Array.from({ length: requests }, (_, index) => driveAndKill(index + 1)));
    for (const [index, { killed, requestsOfFirstRun, second, orders, reservedInstances }] of runs.entries()) {
      const where = `killed after request ${index + 1} of ${requests}:\n${second.stderr}`;
      expect(killed, where).toBe(true);
      expect(requestsOfFirstRun, where).toBe(index + 1);
      expect(second.code, where).toBe(0);
      expect(second.outcomes, where).toHaveLength(3);
      expect(orders, where).toHaveLength(2);
      expect(reservedInstances, where).toHaveLength(1);
      const tokens = [...orders, ...reservedInstances].map(({ tags }) => tags["cudly-idempotency-token"]);
      expect(tokens.toSorted(), where).toEqual(second.outcomes.map(({ token }) => token).toSorted());
    }
    console.log(`killed ${runs.length} times, after each of ${requests} requests: 3 commitments each time`);
  });
});

async function driveAndKill(afterRequest: number) {
  await using sandbox = await startCloudSandbox();
  const cli = commandLine(sandbox, executionOf(compute, cache, ec2));
  try {
    const first = cli.start("--concurrency", "1");
    let killed = false;
    sandbox.onRequest = async () => {
      if (killed || sandbox.requests.length < afterRequest) return;
      killed = true;
      first.process.kill("SIGKILL");
      await first.ended;
    };
    await first.ended;
    const requestsOfFirstRun = sandbox.requests.length;
    sandbox.onRequest = undefined;
    const second = await cli.drive("--wait");
    return {
      killed,
      requestsOfFirstRun,
      second,
      orders: sandbox.orders(),
      reservedInstances: sandbox.reservedInstances(),
    };
  } finally {
    cli.remove();
  }
}
