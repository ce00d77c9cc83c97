import { describe, expect, test } from "vitest";
import type { Ledger } from "../../src/contract/ledger.ts";
import { search } from "../../src/testing/search/search.ts";
import { standingForAll } from "../standing-for-all.ts";
import { outdatedPlanWorld, planWorlds, twoPlansWorld } from "./plan-worlds.ts";
import { budget, createProof, singly } from "./prove.ts";

const prove = createProof();

/** The other kinds, and what goes wrong together, are walked by `search.proof.ts`. */
describe("what is driven from a plan, while at any moment", { timeout: 600_000 }, () => {
  test.each(standingForAll(Object.entries(planWorlds), (_world, position) => position === 0))(
    "%s",
    async (name, make) => {
      for (const limits of standingForAll(singly, ({ budget: { faults } }) => faults > 0))
        await prove(`minted, ${name}`, { world: make("minted"), ...limits }, 5);
    },
  );
});

/** Records the limits of whatever is driven, as a drive would that takes the last plan for the one that holds. */
function lastPlanHolds(ledger: Ledger): Ledger {
  return {
    ...ledger,
    recordExecution: async (execution) => {
      const answer = await ledger.recordExecution(execution);
      if (answer.isNew) return answer;
      const maxPrices = Object.fromEntries(
        execution.places.map(({ recIndex, recommendation: { maxPrice } }) => [recIndex, maxPrice ?? null]),
      );
      const word = { person: "nobody", reason: "broken on purpose" };
      return { ...answer, ...(await ledger.amend(execution.executionId, { kind: "limits", ...word, maxPrices })) };
    },
  };
}

test.each([
  ["another plan", twoPlansWorld("minted")],
  ["an outdated plan", outdatedPlanWorld("minted")],
])("a drive that records the limits of %s is caught", async (_which, world) => {
  const { violation } = await search({
    world,
    drivers: 2,
    budget: budget(0, 0, 1),
    sabotage: { ledger: lastPlanHolds },
  });
  expect(violation?.message).toMatch(/^a drive raised the limit of #[01]$/);
});
