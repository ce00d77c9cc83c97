import { describe, expect, test } from "vitest";
import { plannedFaults } from "./chaos-plan.ts";
import { runUnguardedChaos, type UnguardedAct } from "./chaos-run.ts";
import { chaosSeed, checkedChaos } from "./checked-chaos.ts";

/** Longer than in `npm test`, and chance adds to what is planned. */
describe("chaos", { timeout: 2_400_000 }, () => {
  test("2 drivers on one SQLite file, killed 4 times, 6 requests that fail, cancelled, limited: 18 are bought once", async () => {
    await checkedChaos({
      ledger: "sqlite",
      drivers: 2,
      recommendations: 19,
      ec2: 3,
      redshift: 1,
      latency: 5,
      haste: 20,
      plan: {
        kills: [2, 6, 9, 13],
        restarts: [],
        faults: plannedFaults,
        acts: [
          { at: 0, act: "skip" },
          { at: 4, act: "price" },
          // The driver dies whose purchase was on its way when it was cancelled.
          { at: 6, act: "cancel" },
          { at: 8, act: "totals" },
        ],
      },
    });
  });

  test("2 drivers on one PostgreSQL, killed 3 times and restarted twice, cancelled, limited: 30 are bought once", async () => {
    await checkedChaos({
      ledger: "postgres",
      drivers: 2,
      recommendations: 30,
      ec2: 0,
      redshift: 1,
      latency: 5,
      haste: 20,
      plan: {
        kills: [3, 12, 25],
        restarts: [8, 18],
        faults: plannedFaults.slice(0, 5),
        // The server is restarted while it is being cancelled.
        acts: [
          { at: 8, act: "cancel" },
          { at: 10, act: "totals" },
        ],
      },
    });
  });

  test.each(["sqlite", "postgres"] as const)(
    "2 drivers, %s, cancelled for good: what had not passed is not bought, and reported so",
    async (ledger) => {
      await checkedChaos({
        ledger,
        drivers: 2,
        recommendations: 24,
        ec2: 0,
        redshift: 1,
        // So that further purchases are on their way when it is cancelled.
        latency: 200,
        haste: 20,
        // One driver has claimed all, and drives at most eight at a time.
        plan: { kills: [2], restarts: [], faults: [], acts: [{ at: 2, act: "cancel for good" }] },
      });
    },
  );

  test.each<[UnguardedAct, string]>([
    ["cancel", "bought while cancelled"],
    ["totals", "bought above the totals"],
    ["price", "bought above its maxPrice"],
    ["unapproved", "bought without approval"],
  ])("a driver whose guard is left out, %s: the checker sees what was %s", async (act, rule) => {
    const { violations } = await runUnguardedChaos(chaosSeed, act);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
  });

  test("3 drivers on one SQLite file, killed and failed, buy 20 once, while a person speaks", async () => {
    await checkedChaos({
      ledger: "sqlite",
      drivers: 3,
      recommendations: 20,
      ec2: 4,
      redshift: 2,
      latency: 40,
      plan: {
        kills: [2, 5, 8, 11],
        restarts: [],
        faults: plannedFaults,
        acts: [
          { at: 3, act: "cancel" },
          { at: 5, act: "totals" },
          { at: 7, act: "price" },
        ],
      },
      chance: { length: 30_000, killEvery: 800, faults: 0.12, actEvery: 3000 },
    });
  });

  test("4 drivers on one PostgreSQL, one killed every second, buy 200 once, while a person speaks", async () => {
    await checkedChaos({
      ledger: "postgres",
      realClock: true,
      drivers: 4,
      recommendations: 200,
      ec2: 0,
      redshift: 3,
      latency: 30,
      plan: {
        kills: [5, 40, 80, 120, 160],
        restarts: [20, 100, 180],
        faults: plannedFaults.slice(0, 5),
        acts: [
          { at: 0, act: "skip" },
          { at: 20, act: "cancel" },
          { at: 60, act: "price" },
          { at: 100, act: "cancel" },
          { at: 140, act: "totals" },
        ],
      },
      chance: { length: 40_000, killEvery: 1000, faults: 0.05, restartEvery: 6000, actEvery: 5000 },
    });
  });
});
