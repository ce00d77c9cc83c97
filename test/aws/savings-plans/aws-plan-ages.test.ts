// When a savings plan may be sent again: docs/decisions/0007-savings-plans-are-sent-again-after-a-look.md
import { describe, expect, test } from "vitest";
import { compute } from "./aws-plan-answers.ts";
import { create, leaveUnknown, minute, startWorld } from "./aws-plan-world.ts";
import { standingForAll } from "../../standing-for-all.ts";

/** A client token that is forgotten just after the five minutes that are assumed, and a listing that lags just below fifteen. */
const worst = { clientTokenMemory: 5 * minute, visibilityLag: { milliseconds: 14.5 * minute } };

describe("assumption: a client token is remembered for 5 minutes, a plan is listed within 15", () => {
  test.each(
    standingForAll([0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 15, 16, 30, 1500], (age) =>
      [0, 5, 6, 14, 15, 16].includes(age),
    ),
  )(
    "bought, and its driver died: driven again after %i minutes, and every minute from then on, one plan",
    async (minutes) => {
      const world = await startWorld(worst);
      await leaveUnknown(world, "after");
      // The clock goes on by itself too: exactly on the minute would be after it.
      world.later(minutes * minute - 1000);
      for (let drive = 0; drive < 17; drive++) {
        await world.drive(compute);
        expect(world.sandbox.savingsPlans()).toHaveLength(1);
        world.later(minute);
      }
      expect(await world.drive(compute)).toMatchObject([{ status: "already-purchased" }]);
    },
  );

  test.each(standingForAll([0, 3, 5, 10, 14, 16, 1500], (age) => [0, 5, 14, 16].includes(age)))(
    "never carried out, and its driver died: driven again after %i minutes, one plan in the end",
    async (minutes) => {
      const world = await startWorld(worst);
      await leaveUnknown(world, "before");
      world.later(minutes * minute);
      const [outcome] = await world.drive(compute);
      expect(outcome?.status).toBe(minutes > 4 && minutes < 15 ? "unresolved" : "purchased");
      world.later(16 * minute);
      await world.drive(compute);
      world.later(16 * minute);
      expect(await world.drive(compute)).toMatchObject([{ status: "already-purchased" }]);
      expect(world.sandbox.savingsPlans()).toHaveLength(1);
    },
  );

  test.each([8, 12])(
    "A22: %i minutes old, and the clock was set back: it is not young again, one plan",
    async (minutes) => {
      const world = await startWorld(worst);
      await leaveUnknown(world, "after");
      world.later(minutes * minute);
      // By the wall clock a minute has passed.
      world.step((1 - minutes) * minute);
      expect(await world.drive(compute)).toMatchObject([{ status: "unresolved" }]);
      world.step(-365 * 24 * 60 * minute);
      expect(await world.drive(compute)).toMatchObject([{ status: "unresolved" }]);
      expect(world.sandbox.savingsPlans()).toHaveLength(1);
      world.later(15 * minute);
      expect(await world.drive(compute)).toMatchObject([{ status: "already-purchased" }]);
      expect(world.sandbox.savingsPlans()).toHaveLength(1);
    },
  );

  test("A22: a minute old, and the clock was set forward by an hour: nothing is called dead, one plan", async () => {
    const world = await startWorld(worst);
    await leaveUnknown(world, "after");
    world.later(6 * minute);
    world.step(60 * minute);
    expect(await world.drive(compute)).toMatchObject([{ status: "unresolved" }]);
    expect(world.sandbox.savingsPlans()).toHaveLength(1);
  });

  test("in between, nothing is sent, and the outcome says how long to wait", async () => {
    const world = await startWorld(worst);
    await leaveUnknown(world, "before");
    world.later(6 * minute);
    expect(await world.drive(compute)).toMatchObject([
      { status: "unresolved", error: { code: "outcome-unknown", message: expect.stringContaining("in 9 minutes") } },
    ]);
    expect(world.sends()).toBe(1);
  });

  test.each([
    [5, "purchased"],
    [60, "purchased"],
    [300, "refused"],
    [420, "refused"],
    [840, "refused"],
    [900, "already-purchased"],
  ])(
    "refused for too many requests, yet carried out, and begun anew after %i s: %s, and one plan",
    async (seconds, status) => {
      const world = await startWorld(worst);
      world.waitsTake(seconds * 1000);
      const code = "ThrottlingException";
      world.sandbox.addFault({ match: create, fault: { kind: "status", status: 400, code, when: "after" } });
      expect(await world.drive(compute)).toMatchObject([{ status }]);
      for (let drive = 0; drive < 4; drive++) {
        expect(world.sandbox.savingsPlans()).toHaveLength(1);
        world.later(5 * minute);
        await world.drive(compute);
      }
      expect(await world.drive(compute)).toMatchObject([{ status: "already-purchased" }]);
      expect(world.sandbox.savingsPlans()).toHaveLength(1);
    },
  );

  test("what is not promised: a client token that is forgotten at once while the listing lags buys a second one", async () => {
    const world = await startWorld({ clientTokenMemory: 1, visibilityLag: { milliseconds: 10 * minute } });
    await leaveUnknown(world, "after");
    world.later(minute);
    await world.drive(compute);
    expect(world.sandbox.savingsPlans()).toHaveLength(2);
  });
});
