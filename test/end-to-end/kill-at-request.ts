import { expect } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { commandLine } from "./run-command-line.ts";
import { cache, compute, ec2, executionOf } from "./recommendations.ts";

const minutes = 60_000;

/**
 * The real command line with the real SDKs buys three, and is killed with SIGKILL right after the first request of which `isLast`
 * says so took effect, before it is answered. Driven again after its lease has run out, and once more when EC2's silence proves something, it
 * ends with three. Returns how many requests it made before, and whether it was killed.
 */
export async function driveAndKill(
  isLast: (sandbox: CloudSandbox) => boolean,
): Promise<{ killed: boolean; requests: number }> {
  await using sandbox = await startCloudSandbox();
  const cli = commandLine(sandbox, executionOf(compute, cache, ec2));
  try {
    const first = cli.start("--concurrency", "1");
    let killed = false;
    sandbox.onRequest = async () => {
      if (killed || !isLast(sandbox)) return;
      killed = true;
      first.process.kill("SIGKILL");
      await first.ended;
    };
    await first.ended;
    const requests = sandbox.requests.length;
    const lost = killed && sandbox.requests.at(-1)?.action === "PurchaseReservedInstancesOffering";
    sandbox.onRequest = undefined;

    const second = await cli.driveLater(minutes, "--wait");
    const where = `killed after request ${requests}:\n${second.stderr}`;
    // Sent to EC2, and the answer lost: what only fits is taken for it five minutes later, and nothing is sent meanwhile.
    const unresolved = second.outcomes.filter(({ status }) => status === "unresolved");
    expect(unresolved, where).toHaveLength(lost ? 1 : 0);
    expect(second.code, where).toBe(lost ? 4 : 0);
    const last = lost ? await cli.driveLater(7 * minutes) : second;

    expect(last.code, `${where}\n${last.stderr}`).toBe(0);
    expect(sandbox.orders(), where).toHaveLength(2);
    expect(sandbox.reservedInstances(), where).toHaveLength(1);
    const stamped = [...sandbox.orders(), ...sandbox.reservedInstances()].map(
      ({ tags }) => tags["cudly-idempotency-token"],
    );
    expect(stamped.toSorted(), where).toEqual(last.outcomes.map(({ token }) => token).toSorted());
    expect(last.outcomes, where).toHaveLength(3);
    return { killed, requests };
  } finally {
    cli.remove();
  }
}
