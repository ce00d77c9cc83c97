import { describe, expect, test } from "vitest";
import { plannedFaults } from "./chaos-plan.ts";
import { runBrokenChaos, runUnguardedChaos } from "./chaos-run.ts";
import { chaosSeed, checkedChaos } from "./checked-chaos.ts";

/** What is counted here is planned, so that it happens on every machine. `npm run proof` goes on for longer, by chance too. */
describe("chaos", { timeout: 1_200_000 }, () => {
  test("2 drivers on one SQLite file, killed twice, 6 requests that fail, cancelled, limited: 18 are bought once", async () => {
    await checkedChaos({
      ledger: "sqlite",
      drivers: 2,
      recommendations: 19,
      ec2: 3,
      redshift: 1,
      latency: 5,
      haste: 20,
      plan: {
        kills: [2, 5],
        restarts: [],
        faults: plannedFaults,
        acts: [
          { at: 0, act: "skip" },
          { at: 3, act: "price" },
          // The driver dies whose purchase was on its way when it was cancelled.
          { at: 5, act: "cancel" },
          { at: 7, act: "totals" },
        ],
      },
    });
  });

  test("2 drivers on one PostgreSQL, killed once and restarted once, cancelled: 12 are bought once", async () => {
    await checkedChaos({
      ledger: "postgres",
      drivers: 2,
      recommendations: 12,
      ec2: 0,
      redshift: 0,
      latency: 5,
      haste: 20,
      plan: {
        kills: [3],
        restarts: [6],
        faults: plannedFaults.slice(0, 2),
        // The server is restarted while it is being cancelled.
        acts: [{ at: 6, act: "cancel" }],
      },
    });
  });

  test("2 drivers on one SQLite file, cancelled for good: what had not passed is not bought, and reported so", async () => {
    await checkedChaos({
      ledger: "sqlite",
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
  });

  test("a driver whose guard is left out: the checker sees what was bought while cancelled", async () => {
    const { violations } = await runUnguardedChaos(chaosSeed, "cancel");
    expect(violations.map(({ rule }) => rule)).toContain("bought while cancelled");
  });

  test("a ledger for each driver and listings that lag: the checker sees the double purchases", async () => {
    const { violations } = await runBrokenChaos(chaosSeed);
    expect(violations.map(({ rule }) => rule)).toContain("bought twice");
  });
});
