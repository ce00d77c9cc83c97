import { describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox.ts";
import { commandLine } from "./command-line.ts";
import { cache, compute, ec2, executionOf } from "./recommendations.ts";

/**
 * The first of the crash tests: the real command line with the real SDKs against the sandbox, killed with SIGKILL right
 * after its n-th request took effect and before it is answered, for every n; then driven again.
 */
describe("killed after every request that it makes", () => {
  test(
    "one more drive ends with exactly three commitments, each time, and says so or that it is not known yet",
    { timeout: 170_000 },
    async () => {
      const calm = await driveAndKill(Infinity);
      expect(calm.killed).toBe(false);
      const requests = calm.requestsOfFirstRun;
      expect(requests).toBeGreaterThanOrEqual(10);

      // Each waits for the dead driver's lease of 30 s, so they run side by side.
      const runs = await Promise.all(Array.from({ length: requests }, (_, index) => driveAndKill(index + 1)));
      for (const [
        index,
        { killed, requestsOfFirstRun, lastAction, second, orders, reservedInstances },
      ] of runs.entries()) {
        const where = `killed after request ${index + 1} of ${requests}:\n${second.stderr}`;
        expect(killed, where).toBe(true);
        expect(requestsOfFirstRun, where).toBe(index + 1);
        // Sent to EC2, and the answer lost: what only fits is taken for it five minutes later, and nothing is sent meanwhile.
        const statuses = second.outcomes.map(({ status }) => status);
        const lost = lastAction === "PurchaseReservedInstancesOffering";
        expect(second.code, where).toBe(lost ? 4 : 0);
        expect(
          statuses.filter((status) => status === "unresolved"),
          where,
        ).toHaveLength(lost ? 1 : 0);
        expect(second.outcomes, where).toHaveLength(3);
        expect(orders, where).toHaveLength(2);
        expect(reservedInstances, where).toHaveLength(1);
        const tokens = [...orders, ...reservedInstances].flatMap(({ tags }) => tags["cudly-idempotency-token"] ?? []);
        const marked = second.outcomes.flatMap(({ token, status }) => (status === "unresolved" ? [] : [token]));
        expect(tokens.toSorted(), where).toEqual(marked.toSorted());
      }
      console.log(`killed ${runs.length} times, after each of ${requests} requests: 3 commitments each time`);
    },
  );
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
    const lastAction = sandbox.requests.at(-1)?.action;
    sandbox.onRequest = undefined;
    const second = await cli.drive("--wait");
    return {
      killed,
      requestsOfFirstRun,
      lastAction,
      second,
      orders: sandbox.orders(),
      reservedInstances: sandbox.reservedInstances(),
    };
  } finally {
    cli.remove();
  }
}
