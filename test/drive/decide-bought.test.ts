import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { describe, expect, test } from "vitest";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

const minutes = 60_000;
const who = { executionId, recIndex: 0, person: "Ada", reason: "on the bill" };
const identities: readonly ImitationIdentity[] = ["minted", "chosen", "stamped", "none"];

function world(identity: ImitationIdentity) {
  const parts = setup({ identity });
  const record = async () => (await parts.ledger.recordsOf(executionId))[0];
  const drive = async () => (await parts.purchaser.drive(execution())).outcomes[0];
  const decide = (bought: string) => parts.purchaser.resolveByPerson({ ...who, finding: { bought } });
  /** Its answer is lost, and every look at it fails meanwhile. */
  const lose = async (fault: "lost-before" | "lost-after") => {
    parts.cloud.faults.sends = [fault, fault, fault];
    parts.cloud.faults.resolve = "throws";
    expect((await drive())?.status).toBe("unresolved");
    parts.cloud.faults.sends = [];
    parts.cloud.faults.resolve = undefined;
  };
  return { ...parts, record, drive, decide, lose };
}

describe.each(identities)("A30: called bought under an id that is not it (%s)", (identity) => {
  test("A30: it was there before the send: refused, named, and nothing is recorded", async () => {
    const { cloud, environment, decide, lose, record } = world(identity);
    cloud.add({ id: "an older one" });
    environment.advance(6 * minutes);
    await lose("lost-before");
    await expect(decide("an older one")).rejects.toMatchObject({
      code: "there-before",
      message:
        "an older one was there before the purchase was sent (it began at 2026-11-22T00:00:00.000Z), so it is not what was bought. Nothing was recorded. Check the id.",
    });
    expect(await record()).toMatchObject({ state: "unknown" });
    expect(await record()).not.toHaveProperty("decision");
  });

  test("A30: it carries another recommendation's token, in whole or in part: refused", async () => {
    const { cloud, decide, lose, record, ...parts } = world(identity);
    await lose("lost-before");
    cloud.add({ id: "theirs", token: token(7) });
    const message =
      "theirs carries another recommendation's token, so it was bought for that one. Nothing was recorded. Check the id.";
    await expect(decide("theirs")).rejects.toMatchObject({ code: "commitment-taken", message });
    const { read } = cloud.executor.inventory;
    const part = changed(
      { cloud, options: parts.options },
      {
        inventory: {
          read: async (...given) => {
            const shown = await read(...given);
            return shown && { ...shown, marks: [{ text: token(7).slice(0, 32), whole: false }] };
          },
        },
      },
    );
    const decision = part.resolveByPerson({ ...who, finding: { bought: "theirs" } });
    await expect(decision).rejects.toMatchObject({ code: "commitment-taken", message });
    expect(await record()).toMatchObject({ state: "unknown" });
  });

  test("A30: the ledger counts it for another recommendation: refused", async () => {
    const { cloud, environment, purchaser, decide, lose } = world(identity);
    await lose("lost-before");
    environment.advance(6 * minutes);
    // Of another size, for what is open occupies the lane of this one.
    const other = { executionId: "execution-2", source: "test", recommendations: [disk({ size: "large" })] };
    await purchaser.drive(other);
    const id = cloud.orders[0]?.id ?? "";
    await expect(decide(id)).rejects.toMatchObject({
      code: "commitment-taken",
      message: `The ledger holds ${id} as bought for another recommendation: one commitment cannot count for two. Nothing was recorded. Check the id.`,
    });
  });

  test("A30: its own is live under another id: refused, and that one is named", async () => {
    const { cloud, decide, lose, drive, environment } = world(identity);
    await lose("lost-after");
    const own = cloud.orders[0]?.id ?? "";
    cloud.add({ id: "by hand", size: "small" });
    // With no handle the two look alike: then a person says which one it is.
    if (identity === "minted" || identity === "chosen") {
      await expect(decide("by hand")).rejects.toMatchObject({
        code: "still-shown",
        message: `The provider shows ${own} (Creating) for it, so it cannot be called bought as by hand. To have it recorded as bought, drive again, or say so (\`--bought ${own}\`).`,
      });
    }
    expect(await decide(own)).toMatchObject({ status: "already-purchased", commitment: { id: own } });
    environment.advance(6 * minutes);
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: own } });
  });

  test("A30: something else is live with its token: refused, and that one is named", async () => {
    const { cloud, decide, lose } = world(identity);
    await lose("lost-before");
    cloud.add({ id: "with the token", token: token() });
    cloud.add({ id: "by hand" });
    await expect(decide("by hand")).rejects.toMatchObject({
      code: "still-shown",
      message: expect.stringContaining("The provider shows with the token (Creating)"),
    });
    // What carries the token is it, whatever else fits.
    expect(await decide("with the token")).toMatchObject({ status: "already-purchased" });
  });

  test("A30: while a look for its own fails: refused, for it may be live", async () => {
    const { cloud, decide, lose } = world(identity);
    await lose("lost-before");
    cloud.add({ id: "by hand" });
    cloud.faults.resolve = "throws";
    await expect(decide("by hand")).rejects.toMatchObject({ code: "answer-unclear", retryable: true });
    cloud.faults.resolve = undefined;
    cloud.faults.listing = "throws";
    await expect(decide("by hand")).rejects.toMatchObject({ code: "lookup-failed" });
    cloud.faults.listing = undefined;
    expect(await decide("by hand")).toMatchObject({ status: "already-purchased", commitment: { id: "by hand" } });
  });
});

test.each(["stamped", "none"] as const)(
  "A30: another one fits (%s): refused until a person says what that is; who erred in that can say so",
  async (identity) => {
    const { cloud, decide, lose, purchaser, record } = world(identity);
    await lose("lost-before");
    cloud.add({ id: "by hand" });
    await purchaser.resolveByPerson({ ...who, finding: { notThis: "by hand" } });
    cloud.add({ id: "another" });
    await expect(decide("by hand")).rejects.toMatchObject({
      code: "still-shown",
      message: expect.stringContaining("if it is another purchase, say that first (`--not-this another`)"),
    });
    await purchaser.resolveByPerson({ ...who, finding: { notThis: "another" } });
    expect(await decide("by hand")).toMatchObject({ status: "already-purchased", commitment: { id: "by hand" } });
    expect(await record()).toMatchObject({ decision: { kind: "bought", id: "by hand" }, former: [{ attempt: 1 }] });
  },
);

describe("a place that was refused, and never sent from here", () => {
  test("several carry its token: a person says which one counts, and the other one is named", async () => {
    const { cloud, decide, drive, record } = world("minted");
    cloud.add({ id: "one", token: token() });
    cloud.add({ id: "two", token: token() });
    expect(await drive()).toMatchObject({ status: "refused", error: { code: "several-commitments" } });
    expect(await decide("two")).toMatchObject({
      status: "already-purchased",
      commitment: { id: "two" },
      warnings: ["one is live and carries the same token: it may be a purchase too many. Compare the two."],
      decision: { kind: "bought", id: "two", person: "Ada", reason: "on the bill" },
    });
    expect(await record()).toMatchObject({ state: "purchased", attempt: 0 });
    expect(await drive()).toMatchObject({ status: "already-purchased", decision: { id: "two" } });
    expect(cloud.counts.sends).toBe(0);
  });

  test.each([
    ["commitment-mismatch", { size: "huge" }, "is not what was asked for (size: asked small, found huge)."],
    ["commitment-unverifiable", {}, "does not say enough to be compared with what was asked for (size, quantity)."],
  ])(
    "it carries the token, and is refused as %s: a person says that it is this one all the same",
    async (code, changes, said) => {
      const parts = world("stamped");
      const { cloud, record } = parts;
      cloud.add({ id: "exchanged", token: token(), ...changes });
      const { list, read } = cloud.executor.inventory;
      const hide = <T extends { facts: object } | undefined>(listed: T) =>
        code === "commitment-unverifiable" && listed ? { ...listed, facts: {} } : listed;
      const purchaser = changed(parts, {
        inventory: {
          list: async function* (...given) {
            for await (const page of list(...given)) yield page.map(hide);
          },
          read: async (...given) => hide(await read(...given)),
        },
      });
      expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "refused", error: { code } }]);
      const decided = await purchaser.resolveByPerson({ ...who, finding: { bought: "exchanged" } });
      expect(decided).toMatchObject({
        status: "already-purchased",
        warnings: [expect.stringMatching(/^A person says that it is this one all the same: exchanged /)],
      });
      expect(decided.warnings?.[0]?.endsWith(said)).toBe(true);
      expect(await record()).toMatchObject({ state: "purchased", commitment: { id: "exchanged", marked: true } });
      expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "already-purchased" }]);
      expect(cloud.counts.sends).toBe(0);
    },
  );

  test.each(identities)(
    "bought by hand (%s): recorded, stamped where that can be, and waited for no longer than any",
    async (identity) => {
      const { cloud, decide, record, purchaser, environment, drive } = world(identity);
      cloud.faults.price = "1000";
      const limited = execution(disk({ maxPrice: { amount: "10", currency: "GBP" } }));
      expect((await purchaser.drive(limited)).outcomes).toMatchObject([{ error: { code: "price-above-limit" } }]);
      cloud.add({ id: "by hand", state: "Succeeded" });
      expect(await decide("by hand")).toMatchObject({ status: "already-purchased", commitment: { id: "by hand" } });
      expect(cloud.orders[0]?.token).toBe(identity === "stamped" ? token() : undefined);
      expect((await record())?.commitment?.marked).toBe(identity === "stamped" ? true : "waived");
      environment.advance(6 * minutes);
      expect(await purchaser.redriveUnfinished()).toEqual([]);
      expect((await drive())?.status).toBe("already-purchased");
      expect(cloud.counts.sends).toBe(0);
    },
  );

  test("a decision that is refused leaves it refused: no timer drives it", async () => {
    const { cloud, decide, record, purchaser, environment } = world("minted");
    cloud.faults.price = "0";
    await purchaser.drive(execution());
    await expect(decide("nothing")).rejects.toMatchObject({ code: "commitment-unverifiable" });
    expect(await record()).toMatchObject({ state: "refused", error: { code: "quote-failed" } });
    environment.advance(6 * minutes);
    expect(await purchaser.redriveUnfinished()).toEqual([]);
  });
});

test("another driver records the id first: refused, and nothing is recorded", async () => {
  const parts = world("stamped");
  const { cloud, ledger, lose, record } = parts;
  await lose("lost-after");
  const id = cloud.orders[0]?.id ?? "";
  const racing = changed(
    parts,
    {},
    {
      purchase: async (...given) => {
        const other = { ...(await record())!, token: token(1), executionId: "execution-2", recIndex: 0 };
        const [answer] = await claimPlaces(ledger, [other], "another driver", 30_000);
        if (answer?.kind !== "granted") throw new Error("granted");
        await ledger.purchase(answer.claim, { ...given[1], marked: true });
        return ledger.purchase(...given);
      },
    },
  );
  await expect(racing.resolveByPerson({ ...who, finding: { bought: id } })).rejects.toMatchObject({
    name: "RefusedError",
    code: "commitment-taken",
  });
  expect(await record()).toMatchObject({ state: "unknown" });
});
