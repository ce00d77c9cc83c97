import { describe, expect, test } from "vitest";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

const minutes = 60_000;
const who = { executionId, recIndex: 0, person: "Ada", reason: "bought by hand" };

function world(identity: ImitationIdentity) {
  const parts = setup({ identity });
  const record = async () => (await parts.ledger.recordsOf(executionId))[0];
  const drive = async () => (await parts.purchaser.drive(execution())).outcomes[0];
  const decide = (notThis: string) => parts.purchaser.resolveByPerson({ ...who, finding: { notThis } });
  const isBought = (bought: string) => parts.purchaser.resolveByPerson({ ...who, finding: { bought } });
  return { ...parts, record, drive, decide, isBought };
}

describe("what may be an open submission's, and only fits", () => {
  test("it counts no more: the drive proves the submission dead, and buys; the history says who and why", async () => {
    const { cloud, environment, decide, drive, record, ledger } = world("stamped");
    cloud.faults.sends = ["lost-before"];
    await drive();
    cloud.add({ id: "by hand" });
    expect(await decide("by hand")).toMatchObject({
      status: "unresolved",
      price: { amount: "10" },
      error: {
        code: "resolved-as-not-this",
        retryable: true,
        message:
          "Decided not to be by hand by Ada: bought by hand. Whether it was bought is not known yet: drive again to find out, or say what became of it.",
      },
      decision: { kind: "not-this", id: "by hand", person: "Ada", reason: "bought by hand" },
    });
    // The provider's words stay.
    expect(await record()).toMatchObject({
      state: "unknown",
      notThis: ["by hand"],
      error: { code: "outcome-unknown" },
    });
    const { event, detail } = (await ledger.history(token())).at(-1) ?? {};
    expect([event, detail]).toEqual(["decide", "decided not to be by hand by Ada: bought by hand"]);
    environment.advance(6 * minutes);
    expect(await drive()).toMatchObject({ status: "purchased", commitment: { id: "order-1" } });
    // It is not named as one too many either.
    expect(await drive()).not.toHaveProperty("warnings");
    expect(await record()).not.toHaveProperty("decision");
  });

  test("of two, the other one is adopted then", async () => {
    const { cloud, environment, decide, drive } = world("none");
    cloud.faults.sends = ["lost-after"];
    cloud.faults.onSend = () => void cloud.add({ id: "by hand" });
    await drive();
    environment.advance(6 * minutes);
    expect((await drive())?.status).toBe("unresolved");
    await decide("by hand");
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "order-1" } });
    expect(cloud.counts.sends).toBe(1);
  });

  test("an outcome that stays unresolved says what was decided", async () => {
    const { cloud, environment, decide, drive } = world("none");
    cloud.faults.sends = ["lost-before"];
    await drive();
    cloud.add({ id: "by hand" });
    await decide("by hand");
    environment.advance(1 * minutes);
    expect(await drive()).toMatchObject({ status: "unresolved", decision: { kind: "not-this", id: "by hand" } });
  });
});

describe("what carries the token", () => {
  test.each(["minted", "chosen", "stamped", "none"] as const)(
    "live it is never another one (%s): refused, and what to do about a wrong mark is said",
    async (identity) => {
      const { cloud, decide, drive, record } = world(identity);
      cloud.add({ id: "marked", token: token(), size: "huge" });
      expect(await drive()).toMatchObject({ status: "refused", error: { code: "commitment-mismatch" } });
      await expect(decide("marked")).rejects.toMatchObject({
        code: "still-shown",
        message:
          "marked (Creating) carries this recommendation's token and is live, so it was bought for it and cannot be called another purchase. If it is the right one, say so (`--bought marked`). If its mark is wrong, take that off at the provider, then drive again; if it cannot be taken off, put what is to be bought into a new execution with an executionId of its own.",
      });
      expect(await record()).toMatchObject({ state: "refused", error: { code: "commitment-mismatch" } });
      // Its mark was wrong, and is taken off.
      for (const order of cloud.orders) order.token = undefined;
      expect((await drive())?.status).toBe("purchased");
    },
  );

  test.each(["bought", "notThis"] as const)(
    "of which it cannot be told whether it was paid, and nothing was ever sent: a person says what it is (%s)",
    async (finding) => {
      const { cloud, decide, isBought, drive, record, purchaser, environment } = world("stamped");
      cloud.add({ id: "retired one", token: token(), state: "retired" });
      expect(await drive()).toMatchObject({ status: "refused", error: { code: "commitment-unclear" } });
      if (finding === "bought") {
        expect(await isBought("retired one")).toMatchObject({ status: "already-purchased" });
        expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "retired one" } });
        expect(cloud.counts.sends).toBe(0);
        return;
      }
      expect(await decide("retired one")).toMatchObject({
        status: "refused",
        error: {
          code: "resolved-as-not-this",
          message: "Decided not to be retired one by Ada: bought by hand. To go on, drive again.",
        },
      });
      const error = { code: "resolved-as-not-this", message: "decided not to be retired one by Ada: bought by hand" };
      expect(await record()).toMatchObject({ state: "refused", error, notThis: ["retired one"] });
      // A person said what it is not, and not that it is to be bought: no timer does that.
      environment.advance(6 * minutes);
      expect(await purchaser.redriveUnfinished()).toEqual([]);
      expect(await purchaser.plan(execution())).toMatchObject({ recommendations: [{ verdict: "buy" }] });
      expect((await drive())?.status).toBe("purchased");
    },
  );

  test("ended, where the ended count: it was bought for it and is over, so it is not bought again", async () => {
    const parts = world("chosen");
    const { cloud, record } = parts;
    cloud.add({ id: "over", token: token(), state: "Cancelled" });
    const purchaser = changed(parts, { inventory: { endedCounts: true } });
    parts.cloud.faults.price = "1000";
    await parts.purchaser.drive({
      ...execution(),
      recommendations: execution().recommendations.map((one) => ({
        ...one,
        maxPrice: { amount: "1", currency: "GBP" },
      })),
    });
    await expect(purchaser.resolveByPerson({ ...who, finding: { notThis: "over" } })).rejects.toMatchObject({
      code: "purchase-over",
      message: expect.stringContaining("It is not bought again."),
    });
    expect(await record()).toMatchObject({ state: "refused" });
  });

  test("called another one while it carried nothing: once it carries the token and is live, it counts again", async () => {
    const { cloud, environment, decide, drive } = world("stamped");
    cloud.faults.sends = ["lost-before"];
    await drive();
    const order = cloud.add({ id: "by hand" });
    await decide("by hand");
    // Somebody finds out that it was ours, and marks it.
    order.token = token();
    environment.advance(6 * minutes);
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "by hand" } });
    expect(cloud.counts.sends).toBe(1);
  });
});

test("what was bought under its own handle is never another one, also while it does not show its token", async () => {
  const { cloud, decide, drive } = world("minted");
  cloud.faults.sends = ["lost-after"];
  cloud.faults.resolve = "throws";
  await drive();
  cloud.faults.resolve = undefined;
  for (const order of cloud.orders) order.token = undefined;
  await expect(decide("minted-1")).rejects.toMatchObject({
    code: "still-shown",
    message: expect.stringContaining("shows minted-1 (Creating) for it, so it cannot be called another purchase"),
  });
});

test("an id that is not there is refused, and one that cannot be read too; the state stays", async () => {
  const parts = world("stamped");
  const { cloud, decide, drive, record } = parts;
  cloud.faults.sends = ["lost-before"];
  await drive();
  await expect(decide("order-9")).rejects.toMatchObject({
    code: "commitment-unverifiable",
    message: "account a shows nothing under order-9. Check the id.",
  });
  const failing = changed(parts, { inventory: { read: () => Promise.reject(new Error("500")) } });
  const unread = failing.resolveByPerson({ ...who, finding: { notThis: "order-9" } });
  await expect(unread).rejects.toMatchObject({ code: "lookup-failed", message: expect.stringContaining("500") });
  expect(await record()).toMatchObject({ state: "unknown" });
  expect(await record()).not.toHaveProperty("notThis");
});

test("an id that an answer named, and that is not there, only from the minimum age on", async () => {
  const { cloud, environment, decide, drive, record } = world("chosen");
  cloud.faults.sends = ["other-order"];
  cloud.faults.lag = 60 * minutes;
  await drive();
  const [id = ""] = (await record())?.submission?.evidence ?? [];
  cloud.vanish(id);
  await expect(decide(id)).rejects.toMatchObject({ code: "too-early" });
  environment.advance(5 * minutes);
  expect(await decide(id)).toMatchObject({ status: "unresolved", decision: { kind: "not-this", id } });
  cloud.faults.lag = 0;
  expect((await drive())?.status).toBe("purchased");
});

test("of what is bought, or written off, there is nothing to say", async () => {
  const { cloud, decide, drive } = world("minted");
  cloud.add({ id: "by hand" });
  await drive();
  await expect(decide("by hand")).rejects.toMatchObject({ code: "nothing-to-resolve" });
});
