import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { type ChaosDriver, startDriver } from "./chaos-driver.ts";
import { afterLease, createMovableClock, longLease } from "./movable-clock.ts";
import { compute, ec2, executionOf } from "../end-to-end/recommendations.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";

/**
 * A real driver process that is stopped (SIGSTOP) between its last check and the first line of the executor's send, for
 * longer than its lease; another one takes over; then the first one goes on (SIGCONT). No check of the driver's own can
 * close that window: it may be stopped after any check.
 */
describe("a driver that is stopped before its send for longer than its lease", () => {
  test.each(
    standingForAll(
      ["existing", "already-exists", "session-timed-out"] as const,
      (answer) => answer === "already-exists",
    ),
  )("Azure, where a second PUT answers %s: one order, and the late one does not lie", async (secondPut) => {
    await using world = await startWorld(compute, { azure: { secondPut } });
    const zombie = await world.startZombie();
    expect(count(world.sandbox, "PUT reservationOrders")).toBe(0);

    const heir = await world.drive("heir");
    expect(heir).toMatchObject({ status: "purchased" });
    const [order] = world.sandbox.orders();
    expect(heir?.commitment?.id).toBe(order?.id);

    const late = await goOn(zombie);
    expect(count(world.sandbox, "PUT reservationOrders")).toBe(2);
    expect(count(world.sandbox, "POST calculatePrice")).toBe(1);
    expect(world.sandbox.orders()).toHaveLength(1);
    // That something exists is no purchase of the late one, and whose it is the heir says.
    if (secondPut === "already-exists") {
      expect(late).toMatchObject({ status: "in-progress", error: { code: "claim-lost" } });
    } else {
      expect(late).toMatchObject({ status: "purchased", commitment: { id: order?.id }, price: heir?.price });
      expect(late?.warnings).toEqual([expect.stringContaining("Another driver took token")]);
    }
    expect(await world.drive("next")).toMatchObject({ status: "already-purchased", commitment: { id: order?.id } });
    expect(world.sandbox.orders()).toHaveLength(1);
  });

  test("EC2, for less than five minutes: the other one ends unresolved, what the first one buys is adopted", async () => {
    await using world = await startWorld(ec2);
    const zombie = await world.startZombie();
    const heir = await world.drive("heir");
    expect(heir).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown" } });
    expect(count(world.sandbox, "PurchaseReservedInstancesOffering")).toBe(0);

    const late = await goOn(zombie);
    const [instance] = world.sandbox.reservedInstances();
    expect(late).toMatchObject({ status: "purchased", commitment: { id: instance?.id } });
    expect(late?.warnings).toEqual([expect.stringContaining("Another driver took token")]);

    // Past the five minutes, nothing but what is there can keep the next drive from buying again.
    world.moveClock(6 * 60_000);
    const next = await world.drive("next");
    expect(next).toMatchObject({ status: "already-purchased", commitment: { id: instance?.id } });
    expect(next?.price).toEqual(late?.price);
    expect(world.sandbox.reservedInstances()).toHaveLength(1);
    expect(instance?.tags).toMatchObject({ "cudly-idempotency-token": next?.token });
  });

  proofTest("the window that remains: EC2, for more than five minutes, buys twice, as the README says", async () => {
    await using world = await startWorld(ec2);
    const zombie = await world.startZombie();
    world.moveClock(6 * 60_000);
    const heir = await world.drive("heir");
    expect(heir?.status).toBe("purchased");
    const late = await goOn(zombie);
    expect(world.sandbox.reservedInstances()).toHaveLength(2);
    // Both say what they bought, and both carry the token: it is there to be seen.
    expect(late?.commitment?.id).not.toBe(heir?.commitment?.id);
    expect(late?.warnings).toEqual([expect.stringContaining("Another driver took token")]);
    for (const { tags } of world.sandbox.reservedInstances()) {
      expect(tags["cudly-idempotency-token"]).toBe(heir?.token);
    }
  });
});

async function startWorld(
  recommendation: AnyRecommendation,
  options: Omit<Parameters<typeof startCloudSandbox>[0] & object, "clock"> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-zombie-"));
  const executionFile = join(folder, "execution.json");
  const clock = createMovableClock(folder);
  writeFileSync(executionFile, JSON.stringify(executionOf(recommendation)));
  const sandbox = await startCloudSandbox({ ...options, clock });
  const started: ChaosDriver[] = [];
  const start = (name: string, stopBeforeSend: boolean, onLine?: Parameters<typeof startDriver>[2]) => {
    const order = {
      ledger: join(folder, "ledger.db"),
      url: sandbox.url,
      executionFile,
      clockFile: clock.file,
      leaseLength: longLease,
      concurrency: 1,
      patience: 20 * 60_000,
      haste: 40,
      requestTimeout: 30_000,
      stopBeforeSend,
    };
    const driver = startDriver(name, order, onLine);
    started.push(driver);
    return driver;
  };
  return {
    sandbox,
    moveClock: clock.move,
    /** Resolves when the driver has stood still for longer than its lease. */
    startZombie: async () => {
      const stopping = Promise.withResolvers<void>();
      const zombie = start("zombie", true, ({ kind }) => {
        if (kind === "stopping") stopping.resolve();
      });
      await Promise.race([
        stopping.promise,
        zombie.ended.then(({ stderr }) => {
          throw new Error(`The zombie ended before its send: ${stderr} ${JSON.stringify(zombie.lines)}`);
        }),
      ]);
      clock.move(afterLease);
      return zombie;
    },
    drive: async (name: string) => outcomeOf(start(name, false)),
    [Symbol.asyncDispose]: async () => {
      for (const driver of started) driver.signal("SIGKILL");
      await Promise.all(started.map(({ ended }) => ended));
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function goOn(zombie: ChaosDriver) {
  expect(zombie.running).toBe(true);
  zombie.signal("SIGCONT");
  return outcomeOf(zombie);
}

async function outcomeOf(driver: ChaosDriver) {
  const { stderr } = await driver.ended;
  const report = driver.lines.find((line) => line.kind === "report")?.report;
  if (report === undefined)
    throw new Error(`${driver.name} reported nothing: ${stderr} ${JSON.stringify(driver.lines)}`);
  return report.outcomes[0];
}

function count(sandbox: CloudSandbox, action: string): number {
  return sandbox.requests.filter((request) => request.action === action).length;
}
