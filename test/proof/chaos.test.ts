import { describe, expect, test } from "vitest";
import { proofTest } from "../standing-for-all.ts";
import { plannedFaults } from "./chaos-plan.ts";
import { runBrokenChaos } from "./chaos-run.ts";
import { chaosSeed, checkedChaos } from "./checked-chaos.ts";

/** A listing that lies, and a purchase of each kind whose answer is lost. */
const fewFaults = plannedFaults.filter(({ fault }) => fault.kind === "listing" || fault.kind === "reset");

/** What is counted here is planned, so that it happens on every machine. `npm run proof` goes on for longer, by chance too. */
describe("chaos", { timeout: 1_200_000 }, () => {
  test("2 drivers on one SQLite file, killed once, 3 requests that fail, cancelled: 9 are bought once", async () => {
    await checkedChaos({
      ledger: "sqlite",
      drivers: 2,
      recommendations: 10,
      ec2: 2,
      redshift: 0,
      latency: 5,
      haste: 20,
      plan: {
        kills: [2],
        restarts: [],
        faults: fewFaults,
        acts: [
          { at: 0, act: "skip" },
          // The driver dies whose purchase was on its way when it was cancelled.
          { at: 4, act: "cancel" },
        ],
      },
    });
  });

  proofTest("a ledger for each driver and listings that lag: the checker sees the double purchases", async () => {
    const { violations } = await runBrokenChaos(chaosSeed);
    expect(violations.map(({ rule }) => rule)).toContain("bought twice");
  });
});
