// A second send that is refused: docs/decisions/0007-savings-plans-are-sent-again-after-a-look.md
import { describe, expect, test } from "vitest";
import { compute } from "./aws-plan-answers.ts";
import { create, leaveUnknown, list, minute, startWorld, type World } from "./aws-plan-world.ts";
import { standingForAll } from "../../standing-for-all.ts";

/** A client token that is forgotten just after the five minutes that are assumed, and a listing that lags just below fifteen. */
const worst = { clientTokenMemory: 5 * minute, visibilityLag: { milliseconds: 14.5 * minute } };

const refusal = { kind: "status", status: 402, code: "ServiceQuotaExceededException", when: "before" } as const;
const lost = { kind: "reset", when: "after" } as const;
const noLook = { match: list, times: 100, fault: { kind: "status", status: 400, when: "before" } } as const;

/** How often a price was asked for. */
const quotes = ({ sandbox }: World) =>
  sandbox.requests.filter(({ action }) => action === "DescribeSavingsPlansOfferings").length;

describe("nothing was carried out, and the second send is refused", () => {
  test("from 15 minutes on there is a new quote under the same client token: one plan", async () => {
    const world = await startWorld(worst);
    await leaveUnknown(world, "before");
    world.later(15 * minute);
    world.sandbox.addFault({ match: create, fault: refusal });
    const [outcome] = await world.drive(compute);
    expect(outcome).toMatchObject({ status: "purchased", price: { amount: "10950" } });
    expect([quotes(world), world.sends()]).toEqual([2, 3]);
    const clientToken = outcome?.token;
    expect(world.sandbox.savingsPlans()).toMatchObject([{ id: outcome?.commitment?.id, clientToken }]);
  });

  test("earlier there is none: it stays unresolved, with the words of the refusal", async () => {
    const world = await startWorld(worst);
    await leaveUnknown(world, "before");
    world.later(3 * minute);
    world.sandbox.addFault({ match: create, times: 9, fault: refusal });
    expect(await world.drive(compute)).toMatchObject([
      { status: "unresolved", error: { message: expect.stringContaining("ServiceQuotaExceededException") } },
    ]);
    expect(quotes(world)).toBe(1);
    expect(world.sandbox.savingsPlans()).toEqual([]);
  });

  test("refused once more under the new quote, it is rejected; the next drive buys one", async () => {
    const world = await startWorld(worst);
    await leaveUnknown(world, "before");
    world.later(15 * minute);
    world.sandbox.addFault({ match: create, times: 2, fault: refusal });
    expect(await world.drive(compute)).toMatchObject([
      { status: "rejected", error: { providerCode: "ServiceQuotaExceededException" } },
    ]);
    expect(await world.drive(compute)).toMatchObject([{ status: "purchased" }]);
    expect(world.sandbox.savingsPlans()).toHaveLength(1);
  });

  test.each(standingForAll([0, 1, 3, 5, 8, 12, 14, 16, 30], (minutes) => [0, 5, 14, 16].includes(minutes)))(
    "the new one has silent minutes of its own: bought, its answer lost, driven again after %i minutes, one plan",
    async (minutes) => {
      const world = await startWorld(worst);
      await leaveUnknown(world, "before");
      world.later(15 * minute);
      world.sandbox.addFault([
        { match: create, fault: refusal },
        { match: create, fault: lost },
      ]);
      // Its driver dies there.
      world.sandbox.onRequest = () => {
        if (world.sandbox.savingsPlans().length === 1) world.sandbox.addFault(noLook);
      };
      expect(await world.drive(compute)).toMatchObject([{ status: "unresolved" }]);
      world.sandbox.onRequest = undefined;
      world.sandbox.clearFaults();
      expect(world.sandbox.savingsPlans()).toHaveLength(1);
      world.later(minutes * minute - 1000);
      for (let drive = 0; drive < 17; drive++) {
        await world.drive(compute);
        expect(world.sandbox.savingsPlans()).toHaveLength(1);
        world.later(minute);
      }
      expect(await world.drive(compute)).toMatchObject([{ status: "already-purchased" }]);
    },
  );
});

test("bought by the second send, whose answer is lost, and refused after that: nothing of it is called rejected", async () => {
  const world = await startWorld(worst);
  await leaveUnknown(world, "before");
  world.later(15 * minute);
  world.sandbox.addFault([
    { match: create, fault: lost },
    { match: create, times: 9, fault: refusal },
  ]);
  expect(await world.drive(compute)).toMatchObject([{ status: "unresolved" }]);
  expect(quotes(world)).toBe(1);
  world.sandbox.clearFaults();
  world.later(15 * minute);
  expect(await world.drive(compute)).toMatchObject([{ status: "already-purchased" }]);
  expect(world.sandbox.savingsPlans()).toHaveLength(1);
});
