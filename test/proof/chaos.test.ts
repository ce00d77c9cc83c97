import { describe, expect, test } from "vitest";
import { plannedFaults } from "./chaos-plan.ts";
import { runBrokenChaos } from "./chaos-run.ts";
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

  test("a ledger for each driver and listings that lag: the checker sees the double purchases", async () => {
    const { violations } = await runBrokenChaos(chaosSeed);
    expect(violations.map(({ rule }) => rule)).toContain("bought twice");
  });
});
