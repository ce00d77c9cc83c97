import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { proofTest } from "../standing-for-all.ts";
import { startDriver } from "./chaos-driver.ts";
import type { DriverOrder } from "./history-checker.ts";
import { createMovableClock, longLease } from "./movable-clock.ts";

const minutes = 60_000;

/** Makes a database; its address. */
type NewDatabase = () => Promise<string>;
/** Real drivers in processes of their own, one after the other, with a wall clock that is set between them. */
async function startWorld(newDatabase: NewDatabase | undefined) {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-clock-"));
  const clock = createMovableClock(folder);
  const executionFile = join(folder, "execution.json");
  writeFileSync(executionFile, JSON.stringify(executionOf(ec2)));
  const address = (await newDatabase?.()) ?? join(folder, "ledger.db");
  const aws = { visibilityLag: { milliseconds: 4 * minutes } };
  const sandbox = await startCloudSandbox({ aws, clock });
  const buys = { action: "PurchaseReservedInstancesOffering" };
  sandbox.addFault({ match: buys, fault: { kind: "reset", when: "after" } });
  let started = 0;
  return {
    bought: () => sandbox.reservedInstances().map(({ id }) => id),
    later: clock.move,
    drive: async (how: Pick<DriverOrder, "set" | "boot"> = {}) => {
      const order = {
        ledger: address,
        url: sandbox.url,
        executionFile,
        clockFile: clock.file,
        leaseLength: longLease,
        concurrency: 1,
        patience: 20 * minutes,
        haste: 100,
        requestTimeout: 30_000,
        ...how,
      };
      const driver = startDriver(`driver ${(started += 1)}`, order);
      const { stderr } = await driver.ended;
      const report = driver.lines.find((line) => line.kind === "report")?.report;
      if (report === undefined) throw new Error(`${stderr} ${JSON.stringify(driver.lines)}`);
      return report.outcomes;
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Declares the tests of drivers of one machine, over PostgreSQL where there is a way to a new database, else over SQLite. */
export function declareClockTests(newDatabase?: NewDatabase): void {
  describe(`A22: drivers in processes of one machine, ${newDatabase ? "PostgreSQL" : "SQLite"} ledger`, () => {
    test("the clock is set forward by six minutes between two drivers, and EC2 hides what was bought: not bought again", async () => {
      await using world = await startWorld(newDatabase);
      expect(await world.drive()).toMatchObject([{ status: "unresolved" }]);
      expect(await world.drive({ set: 6 * minutes })).toMatchObject([{ status: "unresolved" }]);
      expect(world.bought()).toHaveLength(1);
      world.later(6 * minutes);
      expect(await world.drive({ set: 6 * minutes })).toMatchObject([
        { status: "already-purchased", commitment: { id: world.bought()[0] } },
      ]);
      expect(world.bought()).toHaveLength(1);
    });

    proofTest(
      "the machine was started again with a slow clock, which is put right later: not bought again, and found in the end",
      async () => {
        await using world = await startWorld(newDatabase);
        expect(await world.drive()).toMatchObject([{ status: "unresolved" }]);
        const boot = "started again";
        expect(await world.drive({ boot, set: -120 * minutes })).toMatchObject([{ status: "unresolved" }]);
        expect(await world.drive({ boot, set: 6 * minutes })).toMatchObject([{ status: "unresolved" }]);
        expect(world.bought()).toHaveLength(1);
        world.later(6 * minutes);
        expect(await world.drive({ boot })).toMatchObject([{ status: "already-purchased" }]);
        expect(world.bought()).toHaveLength(1);
      },
    );
  });
}
