import { describe, expect, test } from "vitest";
import { compute } from "./aws-plan-answers.ts";
import { create, list, minute, startWorld, type World } from "./aws-plan-world.ts";

const day = 24 * 60 * minute;

/** It was bought and is over: said as it is, with the way to buy anew. */
const over = (id: string, state = "returned") => ({
  status: "rejected",
  error: {
    code: "purchase-over",
    providerCode: state,
    message: expect.stringMatching(new RegExp(`${id} and is over: its state is ${state}.*executionId`)),
  },
});

/** Buys `compute`, and gives it back; `later` is how long ago that was. */
async function giveBack({ sandbox, drive, later }: World, state = "returned", since = day): Promise<string> {
  const [first] = await drive(compute);
  const id = first?.commitment?.id ?? "";
  expect(first).toMatchObject({ status: "purchased" });
  sandbox.setSavingsPlanState(id, state);
  later(since);
  return id;
}

/** The next look at the account's plans, which is two requests, shows none. */
function hideAll({ sandbox }: World): void {
  sandbox.addFault({ match: list, times: 2, fault: { kind: "listing", listing: "empty" } });
}

describe("A29: a savings plan that was given back, and the ledger is lost", () => {
  test.each([
    ["remembered", Infinity, "returned"],
    ["remembered", Infinity, "retired"],
    ["forgotten", minute, "returned"],
    ["forgotten", minute, "retired"],
  ])("client token %s (%d ms), %s: the list shows it, nothing is sent", async (_what, clientTokenMemory, state) => {
    const world = await startWorld({ clientTokenMemory });
    const id = await giveBack(world, state);
    const { drive } = world.withNewLedger();
    expect(await drive(compute)).toMatchObject([over(id, state)]);
    // Recorded: every later drive says the same.
    expect(await drive(compute)).toMatchObject([over(id, state)]);
    expect(world.sends()).toBe(1);
    expect(world.sandbox.savingsPlans()).toHaveLength(1);
  });

  test("client token remembered, a stale list: the answer names it, it is read, and not called purchased", async () => {
    const world = await startWorld();
    const id = await giveBack(world);
    hideAll(world);
    const { drive } = world.withNewLedger();
    expect(await drive(compute)).toMatchObject([over(id)]);
    expect(await drive(compute)).toMatchObject([over(id)]);
    expect(world.sends()).toBe(2);
    expect(world.sandbox.savingsPlans()).toHaveLength(1);
  });

  test("client token forgotten, a stale list, and the answer is lost: the live one is reported, not the ended one", async () => {
    const world = await startWorld({ clientTokenMemory: minute, visibilityLag: { milliseconds: 2 * minute } });
    const id = await giveBack(world);
    hideAll(world);
    world.sandbox.addFault({ match: create, fault: { kind: "reset", when: "after" } });
    const { drive } = world.withNewLedger();
    // The live one is not listed yet.
    expect(await drive(compute)).toMatchObject([{ status: "unresolved" }]);
    world.later(3 * minute);
    const live = world.sandbox.savingsPlans().find((plan) => plan.id !== id)?.id;
    expect(await drive(compute)).toMatchObject([{ status: "already-purchased", commitment: { id: live } }]);
    expect(world.sandbox.savingsPlans()).toHaveLength(2);
    expect(world.sends()).toBe(2);
  });

  test("the same, and the live one is listed at once: reported as bought by this drive", async () => {
    const world = await startWorld({ clientTokenMemory: minute });
    const id = await giveBack(world);
    hideAll(world);
    world.sandbox.addFault({ match: create, fault: { kind: "reset", when: "after" } });
    const [outcome] = await world.withNewLedger().drive(compute);
    const live = world.sandbox.savingsPlans().find((plan) => plan.id !== id)?.id;
    expect(outcome).toMatchObject({ status: "purchased", commitment: { id: live } });
    expect(world.sandbox.savingsPlans()).toHaveLength(2);
  });

  test("a stale list, and the request is lost: never sent again beside the ended one; once that proves it, rejected", async () => {
    const world = await startWorld({ clientTokenMemory: minute });
    const id = await giveBack(world);
    hideAll(world);
    world.sandbox.addFault({ match: create, fault: { kind: "reset", when: "before" } });
    const { drive } = world.withNewLedger();
    expect(await drive(compute)).toMatchObject([
      { status: "unresolved", error: { message: expect.stringContaining("is over") } },
    ]);
    world.later(20 * minute);
    expect(await drive(compute)).toMatchObject([over(id)]);
    expect(world.sends()).toBe(2);
    expect(world.sandbox.savingsPlans()).toHaveLength(1);
  });

  test("given back a minute after it was bought: what a lost answer bought meanwhile may hide behind it", async () => {
    const world = await startWorld({ clientTokenMemory: 1, visibilityLag: { milliseconds: 30_000 } });
    const id = await giveBack(world, "returned", minute);
    hideAll(world);
    world.sandbox.addFault({ match: create, fault: { kind: "reset", when: "after" } });
    const { drive } = world.withNewLedger();
    expect(await drive(compute)).toMatchObject([
      { status: "unresolved", error: { message: expect.stringContaining("a later one may not be listed yet") } },
    ]);
    world.later(minute);
    const live = world.sandbox.savingsPlans().find((plan) => plan.id !== id)?.id;
    expect(await drive(compute)).toMatchObject([{ status: "already-purchased", commitment: { id: live } }]);
  });

  test("an executionId of its own buys anew", async () => {
    const world = await startWorld();
    await giveBack(world);
    expect(await world.driveAnother(compute)).toMatchObject([{ status: "purchased" }]);
    expect(world.live().filter(({ state }) => state !== "returned")).toHaveLength(1);
  });

  test("one whose payment failed came to nothing: it does not stand in the way", async () => {
    const world = await startWorld({ readsUntilActive: 9 });
    await giveBack(world, "payment-failed");
    const { drive } = world.withNewLedger();
    // The client token is remembered: the answer names it, so its generation is used up. The drive, which is told that it was
    // there before, buys under the next one at once; it was `rejected` first when an answer could not say so.
    expect(await drive(compute)).toMatchObject([{ status: "purchased" }]);
    expect(await drive(compute)).toMatchObject([{ status: "already-purchased" }]);
    expect(world.sends()).toBe(3);
    expect(world.live()).toHaveLength(1);
  });

  test("a person's plan is told that it will be refused", async () => {
    const world = await startWorld();
    const id = await giveBack(world);
    expect(await world.withNewLedger().quote(compute)).toMatchObject([
      { verdict: "refuse", error: { message: expect.stringContaining(`${id} and is over`) } },
    ]);
  });
});

describe("B2: bought by an earlier drive, the ledger is empty and the list stale", () => {
  async function driveTwice() {
    const world = await startWorld();
    const [first] = await world.drive(compute);
    world.later(day);
    hideAll(world);
    const [second] = await world.withNewLedger().drive(compute);
    return { ...world, first, second };
  }

  test("B2: one plan, under the id of the first drive", async () => {
    const { sandbox, first, second } = await driveTwice();
    expect(second?.commitment?.id).toBe(first?.commitment?.id);
    expect(sandbox.savingsPlans()).toHaveLength(1);
  });

  test("B2: a drive that bought nothing says already-purchased", async () => {
    const { second } = await driveTwice();
    expect(second).toMatchObject({ status: "already-purchased" });
  });
});
