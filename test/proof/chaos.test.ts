import { describe, expect, test } from "vitest";
import { plannedFaults } from "./chaos-plan.ts";
import { runBrokenChaos, runUnguardedChaos, type UnguardedAct } from "./chaos-run.ts";
import { chaosSeed, checkedChaos } from "./checked-chaos.ts";

/** What is counted here is planned, so that it happens on every machine. `npm run proof` goes on for longer, by chance too. */
describe("chaos", { timeout: 1_200_000 }, () => {
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
    "2 drivers on one %s ledger, cancelled for good: what had not passed is not bought, and reported so",
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

  test("a ledger for each driver and listings that lag: the checker sees the double purchases", async () => {
    const { violations } = await runBrokenChaos(chaosSeed);
    expect(violations.map(({ rule }) => rule)).toContain("bought twice");
  });
});
