import { describe, expect, test } from "vitest";
import type { Inventory } from "../../src/contract/inventory.ts";
import type { Purchaser } from "../../src/purchaser.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

const minutes = 60_000;
const word = { person: "Ada", reason: "looked into the console" };
const gbp = (amount: string) => ({ amount, currency: "GBP" });

/** Plans, then drives: the first place of both, and what the plan sent. */
async function both(
  purchaser: Purchaser<unknown>,
  { cloud }: Pick<ReturnType<typeof setup>, "cloud">,
  asked = execution(),
) {
  const { sends } = cloud.counts;
  const { recommendations } = await purchaser.plan(asked);
  expect(cloud.counts.sends).toBe(sends);
  const { outcomes } = await purchaser.drive(asked);
  return { planned: recommendations[0], driven: outcomes[0] };
}

/** A cloud in which orders that begin with `own` carry the token, by a stamp that no listing shows. */
function stamped(identity: ImitationIdentity = "none") {
  const parts = setup({ identity });
  const readMarks: Inventory["readMarks"] = async (_scope, listed) => {
    if (!listed.commitment.id.startsWith("own")) return listed;
    return { ...listed, marks: [{ text: token(), whole: true }], commitment: { ...listed.commitment, marked: true } };
  };
  return { ...parts, purchaser: changed(parts, { inventory: { readMarks } }) };
}

describe("a quote says what a drive would do, by the drive's own looks", () => {
  test("a look-alike: refused by both, in the same words, before a price is asked for", async () => {
    const parts = setup({ identity: "chosen" });
    const { list } = parts.cloud.executor.inventory;
    const purchaser = changed(parts, {
      inventory: {
        list: async function* (...asked) {
          for await (const page of list(...asked)) yield page.map((listed) => ({ ...listed, resembles: "is tagged" }));
        },
      },
    });
    parts.cloud.add({ id: "plan-1" });
    const { planned, driven } = await both(purchaser, parts);
    expect(planned).toMatchObject({ verdict: "refuse", error: { code: "look-alike" } });
    expect(planned?.error).toEqual(driven?.error);
    expect(parts.cloud.counts.quotes).toBe(0);
    // Recorded by now, the same.
    expect((await purchaser.plan(execution())).recommendations[0]).toEqual(planned);
  });

  test("the token is stamped where the listing does not show it: adopted by both", async () => {
    const { purchaser, ...parts } = stamped();
    parts.cloud.add({ id: "own" });
    parts.cloud.add({ id: "by hand" });
    const { planned, driven } = await both(purchaser, parts);
    expect(planned).toMatchObject({ verdict: "adopt", commitment: { id: "own" } });
    expect(driven).toMatchObject({ status: "already-purchased", commitment: { id: "own" } });
  });

  test("stamped on two, or not to be read: refused by both", async () => {
    const { purchaser, ...parts } = stamped();
    parts.cloud.add({ id: "own-1" });
    parts.cloud.add({ id: "own-2" });
    const { planned, driven } = await both(purchaser, parts);
    expect([planned?.verdict, planned?.error?.code]).toEqual(["refuse", "several-commitments"]);
    expect(driven?.error).toEqual(planned?.error);
    const unread = changed(parts, { inventory: { readMarks: () => Promise.reject(new Error("403")) } });
    const again = await both(unread, parts);
    expect([again.planned?.verdict, again.planned?.error?.code]).toEqual(["refuse", "lookup-failed"]);
    expect(again.driven?.error).toEqual(again.planned?.error);
  });

  test.each([true, false])("forgotten by a restored ledger, recorded there: %s", async (isRecorded) => {
    const parts = setup({ identity: "none" });
    const { cloud, environment, ledger, purchaser } = parts;
    cloud.add({ id: "forgotten", boughtAt: environment.now() - minutes });
    if (isRecorded) await purchaser.submit(execution());
    await ledger.markRestored();
    if (isRecorded) await purchaser.confirm(executionId, word);
    environment.advance(minutes);
    const { planned, driven } = await both(purchaser, parts);
    expect([planned?.verdict, planned?.error?.code]).toEqual(["refuse", "look-alike"]);
    expect(driven?.error).toEqual(planned?.error);
  });

  test("another engine says that it bought it: refused by both, and its limit counts towards the total", async () => {
    const parts = setup();
    const { ledger, purchaser } = parts;
    const two = { ...execution(disk({ maxPrice: gbp("15") }), disk()), maxTotals: [gbp("24")] };
    await purchaser.submit(two);
    await ledger.amend(executionId, { kind: "elsewhere", recIndex: 0, id: "theirs", ...word });
    const { planned } = await both(purchaser, parts, two);
    expect(planned).toMatchObject({ verdict: "refuse", error: { code: "bought-elsewhere" } });
    const plan = await purchaser.plan(two);
    expect(plan.recommendations[1]?.verdict).toBe("buy");
    expect(plan.error?.code).toBe("total-above-limit");
    expect((await purchaser.drive(two)).outcomes.map(({ error }) => error?.code)).toEqual([
      "bought-elsewhere",
      "total-above-limit",
    ]);
  });

  test("refused although it was bought, which shows only after the price: adopted by both", async () => {
    const parts = setup({ identity: "chosen" });
    const { cloud } = parts;
    cloud.faults.sends = ["refused-although-bought"];
    cloud.faults.resolve = "throws";
    await parts.purchaser.drive(execution());
    cloud.faults.resolve = undefined;
    const hidden = changed(parts, { inventory: { list: async function* () {} } });
    const { planned, driven } = await both(hidden, parts);
    expect(planned).toMatchObject({ verdict: "adopt", price: gbp("10"), commitment: { id: cloud.orders[0]?.id } });
    expect(driven).toMatchObject({ status: "already-purchased", commitment: { id: cloud.orders[0]?.id } });
    expect(cloud.orders).toHaveLength(1);
  });

  test("bought, and it came to nothing: what the listing shows by now is adopted by both", async () => {
    const { cloud, purchaser, ledger } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "BillingFailed";
    cloud.add({ id: "from elsewhere", token: token() });
    const { planned, driven } = await both(purchaser, { cloud });
    expect(planned).toMatchObject({ verdict: "adopt", commitment: { id: "from elsewhere" } });
    expect(driven).toMatchObject({ status: "already-purchased", commitment: { id: "from elsewhere" } });
    expect((await ledger.recordsOf(executionId))[0]?.generation).toBe(1);
  });
});

describe("of a cancelled execution a quote says what a drive would find, and nothing is bought", () => {
  test("what came to nothing since is not bought anew", async () => {
    const parts = setup();
    await parts.purchaser.drive(execution());
    await parts.purchaser.cancel(executionId, word);
    for (const order of parts.cloud.orders) order.state = "BillingFailed";
    const { planned, driven } = await both(parts.purchaser, parts);
    expect(planned).toMatchObject({ verdict: "refuse", error: { code: "execution-cancelled" } });
    expect(driven).toMatchObject({ status: "refused", error: { code: "execution-cancelled" } });
  });

  test("what was refused unseen is looked at: bought all the same, not bought, or nobody can look", async () => {
    for (const [send, resolve, expected, status] of [
      ["refused-although-bought", undefined, "adopt", "already-purchased"],
      ["rejected", undefined, "execution-cancelled", "refused"],
      ["rejected", "throws", "purchase-rejected", "rejected"],
    ] as const) {
      const parts = setup({ identity: "chosen" });
      parts.cloud.faults.sends = [send];
      parts.cloud.faults.resolve = "throws";
      await parts.purchaser.drive(execution());
      await parts.purchaser.cancel(executionId, word);
      parts.cloud.faults.resolve = resolve;
      const { planned, driven } = await both(parts.purchaser, parts);
      expect(planned?.error?.code ?? planned?.verdict).toBe(expected);
      expect(driven?.status).toBe(status);
    }
  });

  test("one that is another execution's by its file: what is bought stays as it is recorded", async () => {
    const { cloud, purchaser } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "BillingFailed";
    const { planned, driven } = await both(purchaser, { cloud }, execution(disk(), disk()));
    expect(planned?.verdict).toBe("bought");
    expect(driven?.status).toBe("already-purchased");
  });
});
