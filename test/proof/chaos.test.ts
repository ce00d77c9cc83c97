import { describe, expect, test } from "vitest";
import { plannedFaults } from "./chaos-plan.ts";
import { runBrokenChaos } from "./chaos-run.ts";
import { chaosSeed, checkedChaos } from "./checked-chaos.ts";

/** What is counted here is planned, so that it happens on every machine. `npm run proof` goes on for longer, by chance too. */
describe("chaos", { timeout: 1_200_000 }, () => {
  test("2 drivers on one SQLite file, killed 4 times, 6 requests that fail: 18 are bought once", async () => {
    await checkedChaos({
      ledger: "sqlite",
      drivers: 2,
      recommendations: 18,
      ec2: 3,
      redshift: 1,
      latency: 5,
      plan: { kills: [2, 6, 9, 13], restarts: [], faults: plannedFaults },
    });
  });

  test("2 drivers on one PostgreSQL, killed 3 times and restarted twice: 30 are bought once", async () => {
    await checkedChaos({
      ledger: "postgres",
      drivers: 2,
      recommendations: 30,
      ec2: 0,
      redshift: 1,
      latency: 5,
      plan: { kills: [3, 12, 25], restarts: [8, 18], faults: plannedFaults.slice(0, 5) },
    });
  });

  test("a ledger for each driver and listings that lag: the checker sees the double purchases", async () => {
    const { violations } = await runBrokenChaos(chaosSeed);
    expect(violations.map(({ rule }) => rule)).toContain("bought twice");
  });
});
