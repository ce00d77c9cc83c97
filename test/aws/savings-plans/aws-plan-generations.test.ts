import { describe, expect, test } from "vitest";
import { compute } from "./aws-plan-answers.ts";
import { create, list, minute, startWorld } from "./aws-plan-world.ts";

describe("a savings plan whose payment failed", () => {
  test("lesson 1930: it is bought again as a new generation, under another client token: exactly one is live", async () => {
    const { sandbox, drive, live } = await startWorld({ readsUntilActive: 3 });
    const [first] = await drive(compute);
    sandbox.setSavingsPlanState(first?.commitment?.id ?? "", "payment-failed");
    const [second] = await drive(compute);
    expect(second).toMatchObject({ status: "purchased" });
    expect(second?.commitment?.id).not.toBe(first?.commitment?.id);
    expect(sandbox.savingsPlans()).toHaveLength(2);
    expect(new Set(sandbox.savingsPlans().map(({ clientToken }) => clientToken)).size).toBe(2);
    expect(live()).toMatchObject([{ id: second?.commitment?.id }]);
    expect(await drive(compute)).toMatchObject([{ status: "already-purchased" }]);
    expect(live()).toHaveLength(1);
  });

  test("one that failed before its answer was understood: a new generation, in the same drive", async () => {
    const { sandbox, drive, live } = await startWorld();
    sandbox.addFault({ match: create, fault: { kind: "reset", when: "after" } });
    sandbox.onRequest = ({ action }) => {
      const [bought, ...more] = sandbox.savingsPlans();
      if (action === create.action && bought && more.length === 0)
        sandbox.setSavingsPlanState(bought.id, "payment-failed");
    };
    expect(await drive(compute)).toMatchObject([{ status: "purchased" }]);
    expect(sandbox.savingsPlans()).toHaveLength(2);
    expect(live()).toHaveLength(1);
  });

  test("the second generation's answer is lost and it is not listed yet: the failed first one is not taken for it", async () => {
    const { sandbox, drive, live, later } = await startWorld({ visibilityLag: { milliseconds: 2 * minute } });
    const [first] = await drive(compute);
    later(3 * minute);
    sandbox.setSavingsPlanState(first?.commitment?.id ?? "", "payment-failed");
    sandbox.addFault({ match: create, fault: { kind: "reset", when: "after" } });
    expect(await drive(compute)).toMatchObject([{ status: "purchased" }]);
    expect(sandbox.savingsPlans()).toHaveLength(2);
    expect(live()).toHaveLength(1);
    later(10 * minute);
    expect(await drive(compute)).toMatchObject([{ status: "already-purchased" }]);
    expect(live()).toHaveLength(1);
  });

  test("a listing fault in between changes nothing", async () => {
    const { sandbox, drive, live } = await startWorld({ readsUntilActive: 3 });
    const [first] = await drive(compute);
    sandbox.setSavingsPlanState(first?.commitment?.id ?? "", "payment-failed");
    sandbox.addFault([
      { match: create, fault: { kind: "reset", when: "after" } },
      { match: list, skip: 4, times: 4, fault: { kind: "listing", listing: "stale" } },
    ]);
    expect(await drive(compute)).toMatchObject([{ status: "purchased" }]);
    expect(live()).toHaveLength(1);
  });

  test("the ledger is lost, the failed one is listed, and the answer is lost: what was bought meanwhile is not hidden by it", async () => {
    const lag = { visibilityLag: { milliseconds: 2 * minute }, clientTokenMemory: 5 * minute };
    const { sandbox, drive, live, later, withNewLedger } = await startWorld(lag);
    const [first] = await drive(compute);
    sandbox.setSavingsPlanState(first?.commitment?.id ?? "", "payment-failed");
    // Its client token is forgotten: the same one buys again.
    later(60 * minute);
    sandbox.addFault({ match: create, fault: { kind: "reset", when: "after" } });
    const again = withNewLedger();
    expect(await again.drive(compute)).toMatchObject([{ status: "purchased" }]);
    expect(live()).toHaveLength(1);
    later(20 * minute);
    expect(await again.drive(compute)).toMatchObject([{ status: "already-purchased" }]);
    expect(live()).toHaveLength(1);
  });
});
