import { describe, expect, test } from "vitest";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { findTwins } from "../../src/drive/find-twins.ts";
import { newExecutionOf } from "../../src/drive/new-execution.ts";
import { setup } from "./setup.ts";

const day = 86_400_000;

const batch = (executionId: string, recommendations: AnyRecommendation[] = [disk()], more: object = {}) => {
  return { executionId, source: "test", recommendations, ...more };
};

/** A cloud and a ledger in which execution `night-1` bought one small disk. */
async function world(identity: ImitationIdentity = "chosen") {
  const parts = setup({ identity });
  const [first] = (await parts.purchaser.drive(batch("night-1"))).outcomes;
  const id = first?.commitment?.id ?? "";
  const bought = `The same was bought for #0 of execution night-1 at 2026-11-22T00:00:00.000Z: ${id}.`;
  const { sends, listings, reads, facts } = parts.cloud.counts;
  const asked = () => ({
    sends: parts.cloud.counts.sends - sends,
    looks: parts.cloud.counts.listings + parts.cloud.counts.reads + parts.cloud.counts.facts - listings - reads - facts,
  });
  return { ...parts, id, bought, asked };
}

describe("what was bought a short time ago under another execution", () => {
  test.each(["minted", "chosen", "stamped"] as const)(
    "is said by quote and drive, and asks for nothing more: %s",
    async (identity) => {
      const { purchaser, environment, bought, asked } = await world(identity);
      await environment.sleep(3 * day);
      const plan = await purchaser.plan(batch("night-2"));
      expect(plan.recommendations).toMatchObject([{ verdict: "buy", warnings: [bought] }]);
      // The one listing that a quote makes anyhow.
      expect(asked()).toEqual({ sends: 0, looks: 1 });
      const events: DriveEvent[] = [];
      const { outcomes } = await purchaser.drive(batch("night-2"), { onEvent: (event) => events.push(event) });
      expect(outcomes).toMatchObject([{ status: "purchased", warnings: [bought] }]);
      expect(events.filter(({ type }) => type === "twin")).toMatchObject([{ recIndex: 0, detail: bought }]);
      expect(asked()).toEqual({ sends: 1, looks: 2 });
      // What is bought is not thought about again.
      const again = await purchaser.drive(batch("night-2"), { onEvent: (event) => events.push(event) });
      expect(again.outcomes).toMatchObject([{ status: "already-purchased" }]);
      expect(again.outcomes[0]).not.toHaveProperty("warnings");
      expect(events.filter(({ type }) => type === "twin")).toHaveLength(1);
    },
  );

  test("is nothing to say once it is longer ago, nor of another thing, nor of what is over", async () => {
    const { purchaser, environment, cloud, id } = await world("minted");
    const warningsOf = async (recommendation = disk(), within?: string) => {
      const { recommendations } = await purchaser.plan(
        batch("night-2", [recommendation]),
        within ? { twins: { within } } : {},
      );
      return recommendations.flatMap((planned) =>
        planned.verdict === "buy" ? (planned.warnings ?? []) : [planned.verdict],
      );
    };
    expect(await warningsOf(disk({ quantity: 2 }))).toEqual([]);
    expect(await warningsOf(disk({ size: "large" }))).toEqual([]);
    expect(await warningsOf(disk({ account: "b" }))).toEqual([]);
    expect(await warningsOf(disk({ term: "P3Y" }))).toEqual([]);
    await environment.sleep(7 * day + 1);
    expect(await warningsOf()).toEqual([]);
    expect(await warningsOf(disk(), "P8D")).toHaveLength(1);
    const order = cloud.orders.find((each) => each.id === id);
    if (order) order.state = "Cancelled";
    await purchaser.watchPending({ executionId: "night-1" });
    expect(await warningsOf(disk(), "P8D")).toEqual([]);
  });

  test("is said of what was sent and may be bought", async () => {
    const { cloud, purchaser } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    const other = batch("night-1", [disk({ account: "b" })]);
    expect((await purchaser.drive(other)).outcomes).toMatchObject([{ status: "unresolved" }]);
    const plan = await purchaser.plan(batch("night-2", [disk({ account: "b" })]));
    expect(plan.recommendations).toMatchObject([
      {
        warnings: [expect.stringMatching(/^The same was sent for #0 of execution night-1 at .+, and may be bought\.$/)],
      },
    ]);
  });

  test("is not named where it is another caller's", async () => {
    const { purchaser, options } = setup();
    await purchaser.submit(batch("of ann"), { submitter: { caller: "ann" } });
    await purchaser.redrive("of ann");
    await purchaser.submit(batch("of bob"), { submitter: { caller: "bob" } });
    const [outcome] = (await purchaser.redrive("of bob")).outcomes;
    expect(outcome?.warnings).toEqual([
      expect.stringMatching(/^The same was bought for another recommendation \(token \S{8}…\) at \S+\.$/),
    ]);
    const seenBy = async (caller: string) => {
      const { recommendations } = await createPurchaser(options).plan(batch("new"), { caller });
      return JSON.stringify(recommendations);
    };
    expect(await seenBy("ann")).toMatch(/execution of ann/);
    expect(await seenBy("ann")).not.toMatch(/execution of bob/);
  });
});

describe("what the provider shows and this ledger does not know", () => {
  test("is said where the listing says all that decides, also where it carries another token", async () => {
    const { environment, cloud, options } = await world();
    cloud.add({ id: "by hand" });
    await environment.sleep(day);
    const purchaser = createPurchaser({ ...options, ledger: createMemoryLedger({ clock: environment.now }) });
    const { recommendations } = await purchaser.plan(batch("night-2"));
    const [planned] = recommendations;
    expect(planned).toMatchObject({ verdict: "buy" });
    expect(JSON.stringify(planned)).toMatch(
      /account a shows the same, bought for something else at 2026-11-22T00:00:00\.000Z: by hand \(Creating\)\./,
    );
    const [outcome] = (await purchaser.drive(batch("night-2"))).outcomes;
    expect(outcome).toMatchObject({ status: "purchased" });
    expect(outcome?.warnings).toHaveLength(2);
  });

  test("is refused where twins are forbidden, before a price is asked for, until a person says that it is another purchase", async () => {
    const { environment, cloud, options } = setup({ identity: "chosen" });
    cloud.add({ id: "by hand" });
    await environment.sleep(day);
    const purchaser = createPurchaser(options);
    const drive = async () => (await purchaser.drive(batch("night-2"), { twins: { forbid: true } })).outcomes;
    expect(await drive()).toMatchObject([
      {
        status: "refused",
        error: {
          code: "twin-forbidden",
          message: expect.stringMatching(/by hand \(Creating\)\. A second one within 7 days/),
        },
      },
    ]);
    expect(cloud.counts).toMatchObject({ quotes: 0, sends: 0 });
    const by = { executionId: "night-2", recIndex: 0, person: "ann", reason: "for another team" };
    await purchaser.resolveByPerson({ ...by, finding: { notThis: "by hand" } });
    expect(await drive()).toMatchObject([{ status: "purchased" }]);
  });

  test("is not looked for where the listing does not say all of it: that would be further requests", async () => {
    const { environment, cloud, options } = await world("minted");
    await environment.sleep(day);
    const purchaser = createPurchaser({ ...options, ledger: createMemoryLedger({ clock: environment.now }) });
    const { facts, reads } = cloud.counts;
    const { recommendations } = await purchaser.plan(batch("night-2"));
    expect(recommendations[0]).not.toHaveProperty("warnings");
    expect(cloud.counts).toMatchObject({ facts, reads });
  });
});

describe("the same twice in one file", () => {
  const twice = [disk(), disk({ size: "large" }), disk()];

  test("is said for each by the quote, and as a step of the drive; both are bought", async () => {
    const { purchaser } = setup();
    const plan = await purchaser.plan(batch("night-1", twice));
    expect(plan.recommendations).toMatchObject([
      { warnings: ["The same is asked for in this execution as #2."] },
      {},
      { warnings: ["The same is asked for in this execution as #0."] },
    ]);
    expect(plan.recommendations[1]).not.toHaveProperty("warnings");
    const events: DriveEvent[] = [];
    const { outcomes } = await purchaser.drive(batch("night-1", twice), { onEvent: (event) => events.push(event) });
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased", "purchased"]);
    expect(outcomes.every(({ warnings }) => warnings === undefined)).toBe(true);
    const said = events.flatMap((event) => (event.type === "twin" ? [event.recIndex] : []));
    expect(said.toSorted()).toEqual([0, 2]);
  });

  test("what is bought of them is no twin in the listing, marked yet or not, and a place that a person skipped is none", async () => {
    for (const mark of ["throws", undefined] as const) {
      const { purchaser, cloud } = setup({ identity: "stamped" });
      cloud.faults.mark = mark;
      cloud.faults.onSend = () => void (cloud.faults.price = "11");
      const limit = { maxPrice: { amount: "10", currency: "GBP" } };
      const file = batch("night-1", [disk(limit), disk({ ...limit, quantity: 1 })]);
      const first = await purchaser.drive(file);
      expect(first.outcomes.map(({ status }) => status)).toContain("purchased");
      cloud.faults.price = "10";
      const [left] = first.outcomes.filter(({ status }) => status !== "purchased");
      const plan = await purchaser.plan(file);
      const said = JSON.stringify(plan.recommendations[left?.recIndex ?? 0]);
      expect(said).not.toMatch(/shows the same/);
    }
    const { purchaser } = setup();
    await purchaser.submit(batch("night-1", twice));
    await purchaser.skip("night-1", 2, { person: "ann", reason: "one is enough" });
    const { recommendations } = await purchaser.plan(batch("night-1", twice));
    expect(recommendations[0]).not.toHaveProperty("warnings");
  });

  test("what carries the token of another place is none either, where the ledger forgot it", async () => {
    const { purchaser, cloud } = setup({ identity: "chosen" });
    cloud.add({ id: "bought for #0", token: deriveIdempotencyToken("night-1", 0) });
    const { recommendations } = await purchaser.plan(batch("night-1", twice));
    expect(recommendations).toMatchObject([
      { verdict: "adopt" },
      { verdict: "buy" },
      { verdict: "buy", warnings: ["The same is asked for in this execution as #0."] },
    ]);
  });

  test("is refused by path where twins are forbidden, and nothing is recorded or asked", async () => {
    const { purchaser, ledger, cloud } = setup();
    const forbid = { twins: { forbid: true } };
    const inFile = batch("night-1", twice, { forbidTwinsWithin: "P7D" });
    const problems = [
      { path: "recommendations[2]", message: "is the same as recommendations[0], and twins are forbidden" },
    ];
    for (const refused of [
      () => purchaser.drive(batch("night-1", twice), forbid),
      () => purchaser.plan(batch("night-1", twice), forbid),
      () => purchaser.drive(inFile),
      () => purchaser.plan(inFile),
      () => purchaser.submit(inFile),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: "invalid-execution", problems });
    }
    expect(await ledger.executions({ limit: 9 })).toEqual([]);
    expect(cloud.counts).toMatchObject({ listings: 0, quotes: 0, sends: 0 });
  });
});

test("a second look in one drive tells nothing twice", async () => {
  const { ledger, environment, cloud } = setup();
  const { places } = newExecutionOf(batch("night-1", [disk(), disk()]), () => cloud.executor);
  const told: string[] = [];
  const twins = await findTwins(
    { ledger, environment, emit: ({ type }) => told.push(type) },
    { executionId: "night-1", forbidTwinsWithin: undefined, caller: undefined, places, at: 0, options: undefined },
  );
  const [record] = places;
  if (record === undefined) throw new Error("there are two");
  const listing = { byToken: new Map(), byId: new Map() };
  for (const task of [
    { executor: cloud.executor, record },
    { executor: cloud.executor, record },
  ])
    twins.look(task, listing);
  expect(told).toEqual(["twin"]);
});

describe("where twins are forbidden", () => {
  test("quote and drive refuse, with what is there; what has no twin is bought", async () => {
    const { purchaser, bought, asked } = await world();
    const both = batch("night-2", [disk(), disk({ size: "large" })]);
    const forbid = { twins: { forbid: true } };
    const { recommendations } = await purchaser.plan(both, forbid);
    const refusal = { code: "twin-forbidden", message: expect.stringContaining(bought), retryable: false };
    expect(recommendations).toMatchObject([{ verdict: "refuse", error: refusal }, { verdict: "buy" }]);
    const { outcomes } = await purchaser.drive(both, forbid);
    expect(outcomes).toMatchObject([{ status: "refused", error: refusal }, { status: "purchased" }]);
    expect(asked()).toMatchObject({ sends: 1 });
  });

  test("it is recorded, so that a timer's drive refuses as well, until a person allows it", async () => {
    const { purchaser, ledger } = await world();
    await purchaser.drive(batch("night-2"), { twins: { forbid: true, within: "P14D" } });
    expect(await ledger.execution("night-2")).toMatchObject({ forbidTwinsWithin: "P14D", termsVersion: 1 });
    // A file or a call that says nothing, or less, about it changes nothing.
    const refused = [{ status: "refused", error: { code: "twin-forbidden" } }];
    expect((await purchaser.drive(batch("night-2"))).outcomes).toMatchObject(refused);
    expect((await purchaser.drive(batch("night-2"), { twins: { forbid: true } })).outcomes).toMatchObject(refused);
    const [again] = await purchaser.redriveUnfinished({ executionId: "night-2", retryRefused: true });
    expect(again?.outcomes).toMatchObject(refused);
    const less = await purchaser.drive(batch("night-2", [disk()], { forbidTwinsWithin: "P1D" }));
    expect(less.outcomes).toMatchObject([{ status: "refused", error: { code: "limits-differ" } }]);
    await purchaser.setLimits("night-2", { person: "ann", reason: "a second one is wanted", forbidTwinsWithin: null });
    expect((await purchaser.redrive("night-2")).outcomes).toMatchObject([{ status: "purchased" }]);
  });

  test("an execution that is recorded without it forbids them from the drive on that says so", async () => {
    const { purchaser, ledger } = await world();
    await purchaser.submit(batch("night-2"));
    const file = batch("night-2", [disk()], { forbidTwinsWithin: "P7D" });
    expect((await purchaser.drive(file)).outcomes).toMatchObject([{ error: { code: "twin-forbidden" } }]);
    expect(await ledger.execution("night-2")).toMatchObject({ forbidTwinsWithin: "P7D", termsVersion: 2 });
  });

  test("so does a call that says so, for longer than is recorded, and never for less", async () => {
    const { purchaser, ledger } = await world();
    await purchaser.submit(batch("night-2", [disk()], { forbidTwinsWithin: "P3D" }));
    const drive = (within: string) => purchaser.drive(batch("night-2"), { twins: { within, forbid: true } });
    expect((await drive("P2D")).outcomes).toMatchObject([{ error: { code: "twin-forbidden" } }]);
    expect(await ledger.execution("night-2")).toMatchObject({ forbidTwinsWithin: "P3D" });
    expect((await drive("P9D")).outcomes).toMatchObject([{ error: { code: "twin-forbidden" } }]);
    expect(await ledger.execution("night-2")).toMatchObject({ forbidTwinsWithin: "P9D" });
  });

  test("it is part of what is approved, and of what a caller submits", async () => {
    const { purchaser } = setup();
    const submit = (executionId: string, limits: object) =>
      purchaser.submit(batch(executionId, [disk()], limits), { submitter: { caller: "ann" }, requireApproval: true });
    const [none, week] = [await submit("one", {}), await submit("other", { forbidTwinsWithin: "P7D" })];
    expect(none.termsHash).not.toBe(week.termsHash);
    await expect(submit("other", {})).rejects.toMatchObject({
      code: "execution-changed",
      message: expect.stringContaining("forbidTwinsWithin from P7D to none"),
    });
    const by = { person: "bob", reason: "agreed" };
    await purchaser.approve("other", { ...by, termsHash: week.termsHash });
    const longer = await purchaser.setLimits("other", { ...by, forbidTwinsWithin: "P8D" });
    expect(longer.execution.approval).toBeDefined();
    const shorter = await purchaser.setLimits("other", { ...by, forbidTwinsWithin: "P1D" });
    expect(shorter.execution.approval).toBeUndefined();
    await expect(purchaser.setLimits("other", { ...by, forbidTwinsWithin: "7" })).rejects.toMatchObject({
      problems: [{ path: "forbidTwinsWithin" }],
    });
  });

  test("two executions that are driven at the same moment buy it once", async () => {
    for (const identity of ["minted", "chosen"] as const) {
      const { cloud, options } = setup({ identity });
      const drives = ["left", "right"].map((id) =>
        createPurchaser(options).drive(batch(id), { twins: { forbid: true } }),
      );
      const outcomes = (await Promise.all(drives)).flatMap((report) => report.outcomes);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["purchased", "refused"]);
      expect(outcomes.find(({ status }) => status === "refused")?.error?.code).toBe("twin-forbidden");
      expect(cloud.orders).toHaveLength(1);
    }
  });

  test.each(["7", "P0D", "P1W", "P7", "P1000D", ""])(
    "a time that is none is refused before anything is asked: %j",
    async (within) => {
      const { purchaser, cloud } = setup();
      const refused = { code: "invalid-configuration", message: expect.stringContaining('such as "P7D"') };
      await expect(purchaser.drive(batch("night-1"), { twins: { within } })).rejects.toMatchObject(refused);
      await expect(purchaser.plan(batch("night-1"), { twins: { within, forbid: true } })).rejects.toMatchObject(
        refused,
      );
      await expect(purchaser.drive(batch("night-1", [disk()], { forbidTwinsWithin: within }))).rejects.toMatchObject({
        problems: [{ path: "forbidTwinsWithin" }],
      });
      expect(cloud.counts.listings).toBe(0);
    },
  );
});
