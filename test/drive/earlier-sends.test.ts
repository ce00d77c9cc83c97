// What an earlier send of a recommendation bought after all, though it was called dead.
import { describe, expect, test } from "vitest";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { changed, execution, executionId, recordOf, setup, token } from "./setup.ts";

const minutes = 60_000;
const notBought = { executionId, recIndex: 0, finding: "not-bought", person: "Ada", reason: "no bill" } as const;

function parts(identity: ImitationIdentity) {
  const all = setup({ identity });
  const drive = async () => (await all.purchaser.drive(execution())).outcomes[0];
  return { ...all, drive };
}

/** Sent, and called not bought by a person as soon as that may be. */
async function calledNotBought(identity: ImitationIdentity) {
  const all = parts(identity);
  const { faults } = all.cloud;
  [faults.sends, faults.resolve] = [["lost-before"], "throws"];
  expect((await all.drive())?.status).toBe("unresolved");
  faults.resolve = undefined;
  all.environment.advance(5 * 60_000);
  await all.purchaser.resolveByPerson(notBought);
  return all;
}

/** The first send is proven dead; then the provider refuses a second quote. */
async function provenDead() {
  const all = parts("stamped");
  const { cloud, environment, drive } = all;
  cloud.faults.sends = ["lost-before", "rejected"];
  expect((await drive())?.status).toBe("unresolved");
  environment.advance(5 * minutes);
  expect((await drive())?.status).toBe("rejected");
  return all;
}

describe("before a further one is sent", () => {
  test("one that fits what was called not bought is taken for it: nothing is sent beside it", async () => {
    const { cloud, drive } = await calledNotBought("none");
    cloud.add({ id: "new" });
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "new" } });
    expect(cloud.counts.sends).toBe(1);
  });

  test("one that fits and is not live is nothing too many: it holds nothing up", async () => {
    const { cloud, drive } = await calledNotBought("none");
    cloud.add({ id: "theirs", state: "Failed" });
    expect(await drive()).toMatchObject({ status: "purchased", commitment: { id: "order-1" } });
  });

  test("another recommendation's commitment under the handle: a person looks first", async () => {
    const { cloud, drive } = await calledNotBought("chosen");
    cloud.add({ id: `${token().slice(0, 32)}-0`, token: token(1) });
    expect(await drive()).toMatchObject({
      status: "refused",
      error: { code: "commitment-unclear", message: expect.stringContaining("another recommendation's token") },
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("what failed first and left no trace holds nothing up", async () => {
    const { cloud, drive } = parts("minted");
    cloud.faults.sends = ["failed", "rejected"];
    expect((await drive())?.status).toBe("rejected");
    cloud.orders.splice(0);
    expect((await drive())?.status).toBe("rejected");
    expect(await drive()).toMatchObject({ status: "purchased", commitment: { id: "minted-3" } });
  });

  test("what carries the token is its own, whatever else of its kind is on its way", async () => {
    const all = await provenDead();
    const { cloud, purchaser, drive } = all;
    const another = { executionId: "another", source: "test", recommendations: [disk()] };
    cloud.faults.sends = ["lost-before"];
    expect((await purchaser.drive(another)).outcomes[0]?.status).toBe("unresolved");
    cloud.add({ id: "late", token: token() });
    cloud.faults.listing = "empty";
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "late" } });
  });

  test("it has the price that it was sent at, and the one that the provider says where it says one", async () => {
    for (const said of [undefined, { amount: "12", currency: "GBP" }]) {
      const all = await provenDead();
      all.cloud.add({ id: "late", token: token() });
      all.cloud.faults.listing = "empty";
      all.cloud.faults.price = "99";
      const purchaser = changed(all, {
        resolve: async (...asked) => {
          const answer = await all.cloud.executor.resolve(...asked);
          if (answer.kind !== "found") return answer;
          return { ...answer, found: { ...answer.found, commitment: { ...answer.found.commitment, price: said } } };
        },
      });
      const [outcome] = (await purchaser.drive(execution())).outcomes;
      expect(outcome?.price?.amount).toBe(said?.amount ?? "10");
    }
  });

  test("stopped while it is asked about: the work is not refused, and goes on with the next drive", async () => {
    const all = await provenDead();
    const stop = new AbortController();
    const purchaser = changed(all, {
      resolve: async () => {
        stop.abort();
        throw new Error("the read was ended");
      },
    });
    await expect(purchaser.drive(execution(), { signal: stop.signal })).rejects.toMatchObject({ code: "aborted" });
    const [again] = await all.purchaser.redriveUnfinished();
    expect(again?.outcomes[0]).toMatchObject({ status: "purchased" });
  });
});

describe("beside what is bought", () => {
  /** Bought anew by another engine, while this one's own send was open. */
  async function passedBy() {
    const all = parts("minted");
    const { cloud, drive } = all;
    cloud.faults.sends = ["lost-before"];
    cloud.faults.onSend = () => void cloud.add({ id: "elsewhere", token: token(), state: "Succeeded" });
    expect(await drive()).toMatchObject({ commitment: { id: "elsewhere" } });
    return all;
  }

  test("what comes of its handle is named as such, though the list does not show the token on it", async () => {
    const { cloud, drive } = await passedBy();
    cloud.add({ id: "minted-1", state: "Succeeded" });
    expect((await drive())?.warnings).toEqual([
      "minted-1 is live too and comes from an earlier send for this recommendation: it may be a purchase too many. Compare the two.",
    ]);
  });

  test("what is recorded came to nothing: the one that lives is the purchase, and nothing is sent", async () => {
    const { cloud, drive } = await passedBy();
    cloud.add({ id: "minted-1", state: "Succeeded" });
    cloud.fail("elsewhere");
    const outcome = await drive();
    expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    expect(outcome?.warnings).toBeUndefined();
    expect(cloud.counts.sends).toBe(1);
  });

  test("what is recorded is over: the one that lives is no purchase too many", async () => {
    const { cloud, drive } = await passedBy();
    cloud.add({ id: "minted-1", state: "Succeeded" });
    for (const order of cloud.orders) if (order.id === "elsewhere") order.state = "Cancelled";
    const outcome = await drive();
    expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: "elsewhere", state: "Cancelled" } });
    expect(outcome?.warnings).toEqual([
      "minted-1 is live and comes from an earlier send for this recommendation, while what is recorded as bought, elsewhere, is Cancelled: it may be the only one left. Compare the two.",
      "It was bought and is over: it was last seen as Cancelled.",
    ]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("what carries another recommendation's token is said to be something else, not a purchase too many", async () => {
    const { cloud, drive } = await calledNotBought("chosen");
    expect(await drive()).toMatchObject({ status: "purchased" });
    cloud.add({ id: `${token().slice(0, 32)}-0`, token: token(1), state: "Succeeded" });
    expect((await drive())?.warnings).toEqual([
      expect.stringMatching(/^Under the handle of an earlier send .* carries another recommendation's token/),
    ]);
  });

  test("what the ledger knows as bought for another recommendation is not named", async () => {
    const { cloud, drive, purchaser } = await passedBy();
    const another = { executionId: "another", source: "test", recommendations: [disk()] };
    [cloud.faults.sends, cloud.faults.resolve] = [["lost-before"], "throws"];
    expect((await purchaser.drive(another)).outcomes[0]?.status).toBe("unresolved");
    cloud.faults.resolve = undefined;
    cloud.add({ id: "minted-1", state: "Succeeded" });
    expect((await drive())?.warnings).toHaveLength(1);
    const finding = { bought: "minted-1" };
    await purchaser.resolveByPerson({ ...notBought, executionId: "another", finding });
    expect((await drive())?.warnings).toBeUndefined();
  });

  test.each(["Cancelled", "Failed", "retired"])("what is %s is none too many", async (state) => {
    const { cloud, drive } = await passedBy();
    cloud.add({ id: "minted-1", state });
    expect((await drive())?.warnings).toBeUndefined();
  });

  test("what only fits is named as what it may be", async () => {
    const { cloud, drive } = await provenDead();
    expect(await drive()).toMatchObject({ status: "purchased" });
    cloud.add({ id: "by hand" });
    expect((await drive())?.warnings).toEqual([
      expect.stringContaining("by hand is live too and may come from an earlier send"),
    ]);
  });

  test("what was sent first and taken for the purchase in the end is not named beside itself", async () => {
    const all = parts("minted");
    const { cloud, drive } = all;
    await drive();
    cloud.fail("minted-1");
    cloud.faults.sends = ["rejected"];
    await drive();
    for (const order of cloud.orders) order.state = "Succeeded";
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    expect((await recordOf(all))?.former).toHaveLength(1);
    expect((await drive())?.warnings).toBeUndefined();
  });
});
