import { describe, expect, test } from "vitest";
import type { Inventory } from "../../src/contract/inventory.ts";
import type { Listed } from "../../src/contract/listed.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

const minutes = 60_000;
const who = { executionId, recIndex: 0, person: "Ada", reason: "looked into the console" };
const why = "is tagged Tool = CUDly";

/** A cloud whose listing says of orders without a token why they may be ours. */
function world(identity: ImitationIdentity = "chosen", inventory: Partial<Inventory> = {}) {
  const parts = setup({ identity });
  const { list, read } = parts.cloud.executor.inventory;
  const resembling = (listed: Listed): Listed => (listed.marks.length > 0 ? listed : { ...listed, resembles: why });
  const purchaser = changed(parts, {
    inventory: {
      list: async function* (...asked) {
        for await (const page of list(...asked)) yield page.map(resembling);
      },
      read: async (...asked) => {
        const shown = await read(...asked);
        return shown && resembling(shown);
      },
      ...inventory,
    },
  });
  const drive = async () => (await purchaser.drive(execution())).outcomes[0];
  const resolve = (finding: { bought: string } | { notThis: string }) => purchaser.resolveByPerson({ ...who, finding });
  return { ...parts, purchaser, drive, resolve };
}

describe("A14: what may be one of ours and carries no token", () => {
  test("it stops the purchase before a price is asked for; a person is told what it is and what to say", async () => {
    const { cloud, drive } = world();
    cloud.add({ id: "plan-1" });
    expect(await drive()).toMatchObject({
      status: "refused",
      error: {
        code: "look-alike",
        message: `account a shows what was asked for without a token, and it may have been bought for this recommendation: plan-1 (Creating, since 2026-11-22T00:00:00.000Z) ${why}. It is not in the ledger. Nothing was sent. If it is this one, say so (\`--bought plan-1\`); if it is another purchase, say that (\`--not-this plan-1\`).`,
      },
    });
    expect([cloud.counts.quotes, cloud.counts.sends]).toEqual([0, 0]);
    // No timer takes it up.
    expect(await drive()).toMatchObject({ status: "refused", error: { code: "look-alike" } });
  });

  test("in a state that nobody knows, it may be paid: refused, too", async () => {
    const parts = world();
    const { list } = parts.cloud.executor.inventory;
    const purchaser = changed(parts, {
      inventory: {
        list: async function* (...asked) {
          for await (const page of list(...asked)) {
            yield page.map((listed) => ({
              ...listed,
              resembles: why,
              commitment: { ...listed.commitment, standing: "unclear" as const },
            }));
          }
        },
      },
    });
    parts.cloud.add({ id: "plan-1" });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ error: { code: "look-alike" } }]);
    expect(parts.cloud.counts.sends).toBe(0);
  });

  test("a person says that it is this one: bought", async () => {
    const { cloud, drive, resolve } = world();
    cloud.add({ id: "plan-1" });
    await drive();
    expect(await resolve({ bought: "plan-1" })).toMatchObject({ status: "already-purchased" });
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "plan-1" } });
    expect(cloud.counts.sends).toBe(0);
  });

  test("a person says that it is another purchase: bought, and the other one is not asked about again", async () => {
    const { cloud, drive, resolve } = world();
    cloud.add({ id: "plan-1" });
    cloud.add({ id: "plan-2" });
    await drive();
    expect(await resolve({ notThis: "plan-1" })).toMatchObject({ error: { code: "resolved-as-not-this" } });
    expect(await drive()).toMatchObject({
      error: { code: "look-alike", message: expect.not.stringContaining("plan-1") },
    });
    await resolve({ notThis: "plan-2" });
    expect(await drive()).toMatchObject({ status: "purchased" });
  });

  test("the ledger knows it under another token: it stands in nobody's way", async () => {
    const { cloud, purchaser, resolve, drive } = world();
    cloud.add({ id: "plan-1" });
    await drive();
    await resolve({ bought: "plan-1" });
    const other = { ...execution(), executionId: "execution-2" };
    expect((await purchaser.drive(other)).outcomes).toMatchObject([{ status: "purchased" }]);
  });

  test.each([
    ["something else", { size: "large" }],
    ["another count", { quantity: 2 }],
    ["failed", { state: "Failed" }],
    ["over", { state: "Cancelled" }],
    ["another token's", { token: token(7) }],
  ])("%s: it is none", async (_what, order) => {
    const { cloud, drive } = world();
    cloud.add({ id: "plan-1", ...order });
    expect(await drive()).toMatchObject({ status: "purchased" });
  });

  test("without a reason to think so, it is none: somebody bought it by hand", async () => {
    const { cloud, purchaser } = setup({ identity: "chosen" });
    cloud.add({ id: "by hand" });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "purchased" }]);
  });

  test("what the listing leaves out is asked for, once for a drive", async () => {
    const { cloud, purchaser, drive } = world("minted");
    cloud.add({ id: "large", size: "large" });
    expect(await drive()).toMatchObject({ status: "purchased" });
    expect(cloud.counts.facts).toBe(1);
    cloud.add({ id: "small" });
    const many = { executionId: "many", source: "test", recommendations: [disk(), disk(), disk()] };
    const codes = (await purchaser.drive(many)).outcomes.map(({ error }) => error?.code);
    expect(codes).toEqual(["look-alike", "look-alike", "look-alike"]);
    expect(cloud.counts.facts).toBe(3);
  });

  test("what it is cannot be read: nothing is bought", async () => {
    const facts = () => Promise.reject(new Error("503"));
    const { cloud, drive } = world("minted", { facts });
    cloud.add({ id: "small" });
    expect(await drive()).toMatchObject({ error: { code: "lookup-failed" } });
    expect(cloud.counts.sends).toBe(0);
  });

  test("one that came after the first send stops the second", async () => {
    const { cloud, drive } = world();
    cloud.faults.sends = ["lost-before"];
    cloud.faults.onSend = () => void (cloud.orders.length === 0 && cloud.add({ id: "plan-1" }));
    expect(await drive()).toMatchObject({
      status: "unresolved",
      error: { message: expect.stringContaining("plan-1 (Creating") },
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("more than a hundred that fit are for a person, and are not looked at one by one", async () => {
    const { cloud, drive } = world();
    for (let count = 0; count <= 100; count += 1) cloud.add({ id: `plan-${count}` });
    expect(await drive()).toMatchObject({
      error: { code: "look-alike", message: expect.stringMatching(/shows 101 that fit it.*more than the 100/) },
    });
  });
});

describe("A13: marks that a listing does not show", () => {
  /** The token is on orders that end with it. */
  function stamped(own = token()) {
    const asked: string[] = [];
    const readMarks: Inventory["readMarks"] = async (_scope, listed) => {
      const { id } = listed.commitment;
      asked.push(id);
      const text = id.startsWith("own") ? own : id.startsWith("other") ? token(9) : undefined;
      if (text === undefined) return listed;
      return { ...listed, marks: [{ text, whole: true }], commitment: { ...listed.commitment, marked: true } };
    };
    const parts = setup({ identity: "none" });
    const purchaser = changed(parts, { inventory: { readMarks } });
    return { ...parts, asked, purchaser };
  }

  test("what fits is asked for them, and adopted", async () => {
    const { cloud, purchaser, asked } = stamped();
    cloud.add({ id: "own" });
    cloud.add({ id: "other" });
    cloud.add({ id: "large", size: "large" });
    cloud.add({ id: "ended", state: "Cancelled" });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([
      { status: "already-purchased", commitment: { id: "own" } },
    ]);
    expect(asked).toEqual(["own", "other"]);
    expect(cloud.counts.sends).toBe(0);
  });

  test("two that carry it: refused, naming both", async () => {
    const { cloud, purchaser } = stamped();
    cloud.add({ id: "own-1" });
    cloud.add({ id: "own-2" });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ error: { code: "several-commitments" } }]);
  });

  test("one listing is asked about once, for all recommendations that it fits", async () => {
    const { cloud, purchaser, asked } = stamped();
    cloud.add({ id: "by hand" });
    const recommendations = [disk(), disk(), disk()];
    const { outcomes } = await purchaser.drive({ executionId: "many", source: "test", recommendations });
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased", "purchased"]);
    expect(asked.filter((id) => id === "by hand")).toHaveLength(1);
  });

  test("more than a hundred that fit: a person can say all the same which one it is", async () => {
    const { cloud, purchaser } = stamped();
    for (let count = 0; count <= 100; count += 1) cloud.add({ id: `plan-${count}` });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ error: { code: "look-alike" } }]);
    expect(await purchaser.resolveByPerson({ ...who, finding: { bought: "plan-3" } })).toMatchObject({
      status: "already-purchased",
    });
  });

  test("they cannot be read: nothing is bought", async () => {
    const parts = setup({ identity: "none" });
    const purchaser = changed(parts, { inventory: { readMarks: () => Promise.reject(new Error("403")) } });
    parts.cloud.add({ id: "own" });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ error: { code: "lookup-failed" } }]);
    expect(parts.cloud.counts.sends).toBe(0);
  });

  test("a person's word is held against them: another's is not this one, and this one is no other", async () => {
    const { cloud, purchaser } = stamped();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution());
    cloud.add({ id: "own" });
    cloud.add({ id: "other" });
    cloud.add({ id: "by hand" });
    const decide = (finding: { bought: string } | { notThis: string }) =>
      purchaser.resolveByPerson({ ...who, finding });
    await expect(decide({ bought: "other" })).rejects.toMatchObject({ code: "commitment-taken" });
    await expect(decide({ notThis: "own" })).rejects.toMatchObject({ code: "still-shown" });
    await expect(decide({ bought: "by hand" })).rejects.toMatchObject({ code: "still-shown" });
    expect(await decide({ bought: "own" })).toMatchObject({ status: "already-purchased" });
  });
});

describe("what is sold without a token that shows", () => {
  const month = 31 * 86_400_000;

  function tokenless() {
    const parts = setup({ identity: "none" });
    const purchaser = changed(parts, { tokenless: "shows no token" });
    const add = (id: string, ago: number) => parts.cloud.add({ id, boughtAt: parts.environment.now() - ago });
    return { ...parts, purchaser, add };
  }

  test("and is recent may be what a ledger that was lost bought: a person says", async () => {
    const { cloud, purchaser, add } = tokenless();
    add("theirs", month - 1000);
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "refused", error: { code: "look-alike" } });
    expect(outcome?.error?.message).toContain(
      "began within the 31 days before this was recorded, or since, or does not say when, and shows no token",
    );
    await purchaser.resolveByPerson({ ...who, finding: { notThis: "theirs" } });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "purchased" }]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("and began before is not", async () => {
    const { purchaser, add } = tokenless();
    add("theirs", month + 1000);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "purchased" }]);
  });

  test("a refusal that lied: what shows before the next drive is for a person", async () => {
    const { cloud, purchaser, add } = tokenless();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution());
    add("carried out all the same", 0);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ error: { code: "look-alike" } }]);
  });

  test("after an unknown outcome, what is new is told by what there was before it", async () => {
    const { cloud, purchaser, add, environment } = tokenless();
    cloud.faults.sends = ["lost-before"];
    await purchaser.drive(execution());
    environment.advance(10 * minutes);
    await purchaser.resolveByPerson({ ...who, finding: "not-bought" });
    add("late", 5 * minutes);
    environment.advance(10 * minutes);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([
      { status: "already-purchased", commitment: { id: "late" } },
    ]);
  });
});

describe("a ledger that was restored from a backup has forgotten what was bought since", () => {
  async function restored(identity: ImitationIdentity) {
    const parts = setup({ identity });
    const { cloud, environment, ledger, purchaser } = parts;
    cloud.add({ id: "years ago", boughtAt: environment.now() - 6 * minutes });
    await purchaser.submit(execution());
    environment.advance(10 * minutes);
    await ledger.markRestored();
    await purchaser.confirm(executionId, { person: "Ada", reason: "audited" });
    const drive = async () => (await purchaser.drive(execution())).outcomes[0];
    return { ...parts, drive };
  }

  test.each(["stamped", "none"] as const)(
    "%s: an equal one without a token, begun since the execution was recorded, waits for a person",
    async (identity) => {
      const { cloud, environment, drive, purchaser } = await restored(identity);
      cloud.add({ id: "forgotten", boughtAt: environment.now() - 9 * minutes });
      expect(await drive()).toMatchObject({
        status: "refused",
        error: {
          code: "look-alike",
          message: expect.stringMatching(/forgotten \(.*\) may be a purchase that this ledger has forgotten/),
        },
      });
      expect(cloud.counts.sends).toBe(0);
      await purchaser.resolveByPerson({ ...who, finding: { notThis: "forgotten" } });
      expect(await drive()).toMatchObject({ status: "purchased" });
    },
  );

  test("what began before it was recorded is none", async () => {
    const { drive } = await restored("none");
    expect(await drive()).toMatchObject({ status: "purchased" });
  });

  test("where the handle tells, nothing is asked", async () => {
    const { cloud, drive } = await restored("chosen");
    cloud.add({ id: "by hand" });
    expect(await drive()).toMatchObject({ status: "purchased" });
  });

  test.each([
    ["began after the restore", -6, "purchased"],
    ["began long before it", 32 * 24 * 60, "purchased"],
    ["began in the month before it", 10, "look-alike"],
    ["began in the minutes in which the clocks may differ", 1, "look-alike"],
  ])("an execution that the ledger may have forgotten whole: an equal one that %s", async (_what, before, expected) => {
    const { cloud, ledger, purchaser, environment } = setup({ identity: "none" });
    cloud.add({ id: "equal", boughtAt: environment.now() - before * minutes });
    await ledger.markRestored();
    environment.advance(10 * minutes);
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes.map(({ status, error }) => error?.code ?? status)).toEqual([expected]);
  });

  test.each(["stamped", "none"] as const)(
    "%s: bought, forgotten whole and driven again: not bought twice",
    async (identity) => {
      const { cloud, purchaser, environment, options } = setup({ identity });
      cloud.faults.mark = "throws";
      await purchaser.drive(execution());
      environment.advance(10 * minutes);
      const ledger = createMemoryLedger({ clock: environment.now });
      await ledger.markRestored();
      environment.advance(10 * minutes);
      const again = createPurchaser({ ...options, ledger });
      expect((await again.drive(execution())).outcomes).toMatchObject([{ error: { code: "look-alike" } }]);
      expect(cloud.orders).toHaveLength(1);
    },
  );
});
