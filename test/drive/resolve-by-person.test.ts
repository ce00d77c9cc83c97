import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

const who = { executionId, recIndex: 0, person: "operator on duty", reason: "seen in the portal" };
const notBought = { ...who, finding: "not-bought" } as const;
const minutes = 60_000;

/** One that was sent, with every look-up failing meanwhile. */
async function unresolved(identity: "minted" | "stamped", bought: boolean) {
  const parts = setup({ identity });
  parts.cloud.faults.sends = [bought ? "lost-after" : "lost-before"];
  parts.cloud.faults.resolve = "throws";
  await parts.purchaser.drive(execution());
  parts.cloud.faults.resolve = undefined;
  const record = async () => (await parts.ledger.recordsOf(executionId))[0];
  return { ...parts, record };
}

describe("what is asked for is checked first, and every problem named", () => {
  test.each(["person", "reason"])("%s must not be empty", async (path) => {
    const { purchaser } = await unresolved("minted", false);
    await expect(purchaser.resolveByPerson({ ...notBought, [path]: " \t" })).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ path, message: "must not be empty" }],
    });
  });

  test("a recommendation that the ledger does not know", async () => {
    const { purchaser } = await unresolved("minted", false);
    await expect(purchaser.resolveByPerson({ ...notBought, recIndex: 7 })).rejects.toMatchObject({
      problems: [{ path: "execution-1 #7", message: "is not in the ledger" }],
    });
  });
});

describe("there is nothing to decide about", () => {
  test("what another driver holds: it is named, retryable, and nothing is written", async () => {
    const { purchaser, ledger, record } = await unresolved("minted", false);
    const held = await record();
    await claimPlaces(ledger, [held!], "a live driver", 30_000);
    await expect(purchaser.resolveByPerson(notBought)).rejects.toMatchObject({
      code: "held-by-another-driver",
      retryable: true,
      message: expect.stringContaining("(a live driver)"),
    });
    expect(await record()).toMatchObject({ state: "unknown", holder: "a live driver" });
  });

  test("what is bought: the message says so, and the claim is given up at once", async () => {
    const { purchaser, record } = setupBought(await pending());
    await expect(purchaser.resolveByPerson(notBought)).rejects.toMatchObject({
      code: "nothing-to-resolve",
      message: expect.stringContaining("It is purchased:"),
    });
    expect((await record())?.holder).toBeUndefined();
  });

  test("what was refused: it stays so, and no timer drives it", async () => {
    const { purchaser, cloud, ledger } = setup();
    cloud.faults.price = "0";
    await purchaser.drive(execution());
    await expect(purchaser.resolveByPerson(notBought)).rejects.toMatchObject({
      code: "nothing-to-resolve",
      message: expect.stringContaining("It is refused:"),
    });
    expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ state: "refused", epoch: 1 });
    expect(await purchaser.redriveUnfinished()).toEqual([]);
  });

  test("what is settled, for which no claim is granted", async () => {
    const { purchaser, cloud, record } = setupBought(await pending());
    for (const order of cloud.orders) order.state = "Succeeded";
    await purchaser.drive(execution());
    expect((await record())?.commitment?.settled).toBe(true);
    await expect(purchaser.resolveByPerson(notBought)).rejects.toMatchObject({ code: "nothing-to-resolve" });
  });

  async function pending() {
    const parts = setup();
    await parts.purchaser.drive(execution());
    return parts;
  }
  function setupBought(parts: ReturnType<typeof setup>) {
    return { ...parts, record: async () => (await parts.ledger.recordsOf(executionId))[0] };
  }
});

test("a ledger that does not answer the claim: thrown, and no timer is left behind", async () => {
  const { options, ledger, environment } = await unresolved("minted", false);
  environment.advance(5 * minutes);
  const running = new Set<symbol>();
  const counted = {
    ...environment,
    every: () => {
      const timer = Symbol("timer");
      running.add(timer);
      return () => void running.delete(timer);
    },
  };
  const silent = createPurchaser({ ...options, environment: counted, ledger: { ...ledger, claim: async () => [] } });
  await expect(silent.resolveByPerson(notBought)).rejects.toThrow(new TypeError("The ledger answers every claim."));
  await createPurchaser({ ...options, environment: counted }).resolveByPerson(notBought);
  expect(running.size).toBe(0);
});

describe("bought", () => {
  test.each([
    ["nothing", "order-9", "shows nothing under order-9"],
    ["what came to nothing", "failed", "shows Failed under failed"],
  ])("%s cannot be recorded as bought, and the claim is given up", async (_what, id, said) => {
    const { purchaser, cloud, record } = await unresolved("stamped", false);
    cloud.add({ id: "failed", state: "Failed" });
    const decision = purchaser.resolveByPerson({ ...who, finding: { bought: id } });
    await expect(decision).rejects.toMatchObject({
      code: "commitment-unverifiable",
      message: expect.stringContaining(said),
    });
    expect(await record()).toMatchObject({ state: "unknown" });
    expect((await record())?.holder).toBeUndefined();
  });

  test("what counts for another recommendation is refused, and no decision is recorded", async () => {
    const { purchaser, ledger, cloud, record } = await unresolved("stamped", false);
    const other = { executionId: "execution-2", source: "test", recommendations: [disk({ size: "large" })] };
    await purchaser.drive(other);
    const [taken] = cloud.orders;
    Object.assign(taken!, { size: "small" });
    const before = await record();
    const decision = purchaser.resolveByPerson({ ...who, finding: { bought: taken!.id } });
    await expect(decision).rejects.toMatchObject({
      code: "commitment-taken",
      message: expect.stringContaining(`The ledger holds ${taken!.id} as bought for another recommendation`),
    });
    expect(await record()).toMatchObject({ state: "unknown", error: before?.error });
    expect((await record())?.holder).toBeUndefined();
    const { token } = before!;
    expect((await ledger.history(token)).filter(({ detail }) => detail?.includes("says"))).toEqual([]);
    expect((await ledger.recordsOf("execution-2"))[0]).toMatchObject({ state: "purchased" });
  });
});

test("bought under the handle itself: nothing else is watched for afterwards", async () => {
  const { purchaser, record } = await unresolved("minted", true);
  await purchaser.resolveByPerson({ ...who, finding: { bought: "minted-1" } });
  expect((await record())?.former).toBeUndefined();
});

test("not bought, though the handle is used for something else: the next drive buys under another one", async () => {
  const parts = setup({ identity: "chosen" });
  parts.cloud.faults.sends = ["lost-before"];
  parts.cloud.faults.onSend = () =>
    void (parts.cloud.orders.length === 0 && parts.cloud.add({ id: `${token().slice(0, 32)}-0`, size: "huge" }));
  await parts.purchaser.drive(execution());
  parts.environment.advance(5 * minutes);
  await parts.purchaser.resolveByPerson(notBought);
  expect((await parts.purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
});

test("what is bought stays so, though a later id of it turns out to count for another", async () => {
  const parts = setup({ identity: "stamped" });
  await parts.purchaser.drive({ executionId: "another", source: "test", recommendations: [disk({ size: "large" })] });
  parts.cloud.faults.mark = "throws";
  await parts.purchaser.drive(execution());
  const wrong = changed(parts, { mark: async (one) => ({ ...one, furtherIds: ["order-1"], marked: true }) });
  const [outcome] = (await wrong.drive(execution())).outcomes;
  expect(outcome).toMatchObject({ status: "already-purchased", warnings: [expect.stringContaining("order-1")] });
});

describe("not bought", () => {
  test("A33: is recorded for a new generation, since the name may be used up, and says that driving again helps", async () => {
    const { purchaser, environment, record } = await unresolved("stamped", false);
    environment.advance(5 * minutes);
    expect(await purchaser.resolveByPerson(notBought)).toMatchObject({
      recIndex: 0,
      token: token(),
      status: "refused",
      error: {
        code: "resolved-as-not-bought",
        retryable: true,
        message: "Decided not bought by operator on duty: seen in the portal. To buy it, drive again.",
      },
      decision: { kind: "not-bought", person: "operator on duty", reason: "seen in the portal" },
    });
    expect(await record()).toMatchObject({ state: "claimed", generation: 1 });
    expect((await record())?.submission).toBeUndefined();
    expect((await record())?.holder).toBeUndefined();
  });

  test("a purchase that came to nothing does not stand in the way", async () => {
    const { purchaser, cloud, environment, record } = await unresolved("minted", true);
    for (const { id } of cloud.orders) cloud.fail(id);
    environment.advance(5 * minutes);
    expect(await purchaser.resolveByPerson(notBought)).toMatchObject({ error: { code: "resolved-as-not-bought" } });
    expect(await record()).toMatchObject({ state: "claimed" });
  });

  test("what is shown is named, with its state", async () => {
    const { purchaser } = await unresolved("minted", true);
    await expect(purchaser.resolveByPerson(notBought)).rejects.toMatchObject({
      code: "still-shown",
      message: expect.stringContaining("shows minted-1 (Creating)"),
    });
  });

  test("what only its submission finds is shown too: its marker is not there yet", async () => {
    const { purchaser } = await unresolved("stamped", true);
    await expect(purchaser.resolveByPerson(notBought)).rejects.toMatchObject({
      code: "still-shown",
      message: expect.stringContaining("shows order-1 (Creating)"),
    });
  });

  test("what is shown belongs to another recommendation: it does not stand in the way", async () => {
    const { purchaser, environment } = await unresolved("stamped", false);
    environment.advance(10 * minutes);
    const other = { executionId: "execution-2", source: "test", recommendations: [disk({ size: "large" })] };
    await purchaser.drive(other);
    expect(await purchaser.resolveByPerson(notBought)).toMatchObject({ error: { code: "resolved-as-not-bought" } });
  });

  test.each([
    ["in another count", { quantity: 2 }, "quantity: asked 1, found 2"],
    ["and does not say how many it is", undefined, "does not say all that was asked for (quantity)"],
  ])("one that is new and fits, %s, is no purchase of it: a person says that first", async (_what, changes, reason) => {
    const parts = await unresolved("stamped", false);
    const { cloud, environment, ledger } = parts;
    cloud.add({ id: "by hand", ...changes });
    const resolve: typeof cloud.executor.resolve = async (...parameters) => {
      const resolution = await cloud.executor.resolve(...parameters);
      if (resolution.kind !== "found" || changes !== undefined) return resolution;
      const { quantity: _left, ...facts } = resolution.found.facts;
      return { ...resolution, found: { ...resolution.found, facts } };
    };
    const purchaser = changed(parts, { resolve });
    environment.advance(600_000);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([
      { status: "unresolved", error: { message: expect.stringContaining(reason) } },
    ]);
    await expect(purchaser.resolveByPerson(notBought)).rejects.toMatchObject({
      code: "answer-unclear",
      message: expect.stringContaining("Say first of by hand what it is"),
    });
    await purchaser.resolveByPerson({ ...who, finding: { notThis: "by hand" } });
    expect(await purchaser.resolveByPerson(notBought)).toMatchObject({ error: { code: "resolved-as-not-bought" } });
    // Said to be none of it, it is not asked about again, and not named as one too many.
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "purchased", commitment: { id: "order-1" } });
    expect((await purchaser.drive(execution())).outcomes[0]).not.toHaveProperty("warnings");
    expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ notThis: ["by hand"] });
  });

  test("a person who stops it: nothing is recorded, and the claim is given up", async () => {
    const { options, cloud, record } = await unresolved("minted", true);
    const controller = new AbortController();
    controller.abort();
    const decision = createPurchaser(options).resolveByPerson(notBought, { signal: controller.signal });
    await expect(decision).rejects.toMatchObject({ code: "aborted" });
    expect(await record()).toMatchObject({ state: "unknown" });
    expect((await record())?.holder).toBeUndefined();
    expect(cloud.counts.sends).toBe(1);
  });
});

test.each([
  ["bought", { bought: "by hand" }],
  ["not-this", { notThis: "by hand" }],
] as const)(
  "skipped by somebody while it is looked at, it cannot be called %s, and is told so",
  async (_what, finding) => {
    const parts = setup({ identity: "chosen" });
    await parts.purchaser.submit(execution());
    parts.cloud.add({ id: "by hand" });
    const by = { person: "Ada", reason: "on the bill" };
    const { read } = parts.cloud.executor.inventory;
    const purchaser = changed(parts, {
      inventory: {
        read: async (...asked) => {
          await parts.purchaser.skip(executionId, 0, { ...by, person: "Bob" }).catch(() => undefined);
          return read(...asked);
        },
      },
    });
    await expect(purchaser.resolveByPerson({ executionId, recIndex: 0, finding, ...by })).rejects.toMatchObject({
      code: "nothing-to-resolve",
      message: expect.stringContaining("Somebody skipped #0 meanwhile"),
    });
    const [record] = await parts.ledger.recordsOf(executionId);
    expect(record).toMatchObject({ state: "skipped" });
    expect(record?.holder).toBeUndefined();
  },
);

test.each(["not-bought", "bought"])(
  "%s: terms that move on while the provider is asked leave nothing decided under those that were seen",
  async (what) => {
    const parts = await unresolved("minted", what === "bought");
    const { cloud, environment, ledger, purchaser, record } = parts;
    environment.advance(600 * minutes);
    const { termsVersion: expectedVersion } = (await ledger.execution(executionId))!;
    const moveOn = async () => {
      const { termsVersion } = (await ledger.execution(executionId))!;
      if (termsVersion > expectedVersion) return;
      await purchaser.cancel(executionId, { person: "ann", reason: "because" });
    };
    const { resolve, inventory } = cloud.executor;
    const slow = changed(parts, {
      resolve: async (...given) => {
        await moveOn();
        return resolve(...given);
      },
      inventory: {
        read: async (...given) => {
          await moveOn();
          return inventory.read(...given);
        },
      },
    });
    const finding = what === "bought" ? { bought: "minted-1" } : "not-bought";
    await expect(slow.resolveByPerson({ ...who, finding, expectedVersion })).rejects.toMatchObject({
      code: "terms-changed",
    });
    expect(await record()).toMatchObject({ state: "unknown" });
    expect(await record()).not.toMatchObject({ decision: {} });
    const now = { expectedVersion: expectedVersion + 1 };
    expect((await slow.resolveByPerson({ ...who, finding, ...now })).decision).toMatchObject({ person: who.person });
  },
);
