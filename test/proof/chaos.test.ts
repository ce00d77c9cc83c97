import { describe, expect, test } from "vitest";
import { plannedFaults } from "./chaos-plan.ts";
import { runBrokenChaos } from "./chaos-run.ts";
import { chaosSeed, checkedChaos } from "./checked-chaos.ts";

/** What is counted here is planned, so that it happens on every machine. `npm run proof` buys more, limited too, for longer, and by chance. */
describe("chaos", { timeout: 1_200_000 }, () => {
  test("2 drivers on one SQLite file, killed twice, 5 requests that fail, cancelled: 10 are bought once", async () => {
    await checkedChaos({
      ledger: "sqlite",
      drivers: 2,
      // What was to be sent by whoever is killed would be sent only after minutes, and the faults with it.
      concurrency: 1,
      recommendations: 10,
      ec2: 1,
      redshift: 0,
      latency: 5,
      haste: 20,
      plan: {
        kills: [2, 4],
        restarts: [],
        faults: plannedFaults.filter(({ fault: { kind } }) => kind !== "cut"),
        // The driver dies whose purchase was on its way when it was cancelled.
        acts: [{ at: 4, act: "cancel" }],
      },
    });
  });

  test("a ledger for each driver and listings that lag: the checker sees the double purchases", async () => {
    const { violations } = await runBrokenChaos(chaosSeed);
    expect(violations.map(({ rule }) => rule)).toContain("bought twice");
  });
});
