import { describe, test } from "vitest";
import { plannedFaults } from "./chaos-plan.ts";
import { checkedChaos } from "./checked-chaos.ts";

/** Longer than in `npm test`, and chance adds to what is planned. */
describe("chaos", { timeout: 2_400_000 }, () => {
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
