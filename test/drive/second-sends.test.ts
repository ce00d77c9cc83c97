// The search for what became of a send: what each look and each answer to a second send proves, and what they do not.
import { describe, expect, test } from "vitest";
import type { Listed } from "../../src/contract/listed.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { changed, execution, recordOf, setup, shownAs, token } from "./setup.ts";

const minutes = 60_000;
const chosenId = `${token().slice(0, 32)}-0`;

function parts(identity: ImitationIdentity = "minted") {
  const all = setup({ identity });
  const drive = async () => (await all.purchaser.drive(execution())).outcomes[0];
  const history = async () => (await all.ledger.history(token())).map(({ event }) => event);
  return { ...all, drive, history };
}

/** Sent, and nobody could see what became of it. */
async function unresolved(identity: ImitationIdentity = "minted") {
  const all = parts(identity);
  const { faults } = all.cloud;
  [faults.sends, faults.resolve] = [["lost-before"], "throws"];
  expect((await all.drive())?.status).toBe("unresolved");
  faults.resolve = undefined;
  return all;
}

describe("the look at the handle", () => {
  test("what is there and may not have been paid is for a person: not bought, and not sent again", async () => {
    const { cloud, drive } = parts();
    cloud.faults.sends = ["lost-after"];
    cloud.faults.onSend = () => void cloud.add({ id: "minted-1", token: token(), state: "retired" });
    cloud.faults.listing = "empty";
    expect(await drive()).toMatchObject({
      status: "unresolved",
      error: { code: "outcome-unknown", message: expect.stringContaining("it cannot be told whether it was paid") },
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("what is another's there says so, and nothing about the send", async () => {
    const { cloud, drive } = parts("chosen");
    cloud.faults.sends = ["lost-before"];
    cloud.faults.onSend = () => void cloud.add({ id: chosenId, token: token(1) });
    expect(await drive()).toMatchObject({
      status: "unresolved",
      error: { code: "outcome-unknown", message: expect.stringMatching(/another recommendation's token\. Nothing is/) },
    });
  });

  test("nothing else is read for it", async () => {
    const { cloud, drive } = parts();
    cloud.faults.sends = ["lost-before"];
    expect((await drive())?.status).toBe("purchased");
    expect(cloud.counts).toMatchObject({ resolves: 2, reads: 0, facts: 0 });
  });
});

describe("before the same handle is sent again", () => {
  test("the list shows what the handle did not yet: it is this drive's purchase, not another's", async () => {
    const all = parts();
    const { cloud } = all;
    cloud.faults.sends = ["lost-after"];
    let looks = 0;
    const purchaser = changed(all, {
      resolve: (...asked) => {
        looks += 1;
        return looks <= 2
          ? Promise.resolve({ kind: "absent", reason: "not yet" } as const)
          : cloud.executor.resolve(...asked);
      },
    });
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "purchased",
      commitment: { id: "minted-1" },
    });
    expect((await recordOf(all))?.former).toBeUndefined();
    expect(cloud.counts.sends).toBe(1);
  });

  test("the list shows another with the token, while ours shows under the handle: the listed one is the purchase", async () => {
    const all = await unresolved();
    const { cloud } = all;
    cloud.add({ id: "elsewhere", token: token() });
    let looks = 0;
    const purchaser = changed(all, {
      resolve: (...asked) => {
        looks += 1;
        if (looks === 3) cloud.add({ id: "minted-1" });
        return cloud.executor.resolve(...asked);
      },
    });
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: "elsewhere" } });
    expect((await all.drive())?.warnings?.join()).toContain("minted-1 is live");
  });

  test.each([
    ["sent just now: it may be bought as well, so nothing is known yet", 0, 1],
    ["sent long ago and not seen since: dead", 5 * minutes, 0],
  ])("the list shows one that is over, and ours was %s", async (_what, age, open) => {
    const all = await unresolved("chosen");
    const { cloud, environment } = all;
    cloud.add({ id: "over", token: token(), state: "Cancelled" });
    environment.advance(age);
    const [outcome] = (await changed(all, { inventory: { endedCounts: true } }).drive(execution())).outcomes;
    expect([outcome?.status, outcome?.error?.code]).toEqual(
      open ? ["unresolved", "outcome-unknown"] : ["rejected", "purchase-over"],
    );
    expect((await recordOf(all))?.state).toBe(open ? "unknown" : "purchased");
    expect(cloud.counts.sends).toBe(1);
  });

  test("what an earlier send bought is over: it is not sent again", async () => {
    const all = await unresolved("chosen");
    const { cloud, purchaser, drive, environment } = all;
    environment.advance(5 * 60_000);
    const finding = {
      executionId: "execution-1",
      recIndex: 0,
      finding: "not-bought",
      person: "Ada",
      reason: "r",
    } as const;
    await purchaser.resolveByPerson(finding);
    [cloud.faults.sends, cloud.faults.resolve] = [["lost-before"], "throws"];
    cloud.faults.resolves = ["works"];
    expect((await drive())?.status).toBe("unresolved");
    cloud.faults.resolve = undefined;
    cloud.add({ id: chosenId, token: token(), state: "Cancelled" });
    expect(await drive()).toMatchObject({
      status: "unresolved",
      error: { message: expect.stringContaining(`It was bought as ${chosenId} and is over`) },
    });
    expect(cloud.counts.sends).toBe(2);
  });

  test("what an earlier send bought is there: it is the purchase, and ours is still looked for", async () => {
    const { cloud, drive } = parts();
    await drive();
    cloud.fail("minted-1");
    [cloud.faults.sends, cloud.faults.resolve] = [["lost-before"], "throws"];
    await drive();
    cloud.faults.resolve = undefined;
    for (const order of cloud.orders) order.state = "Succeeded";
    cloud.faults.listing = "empty";
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    cloud.faults.listing = undefined;
    cloud.add({ id: "minted-2", state: "Succeeded" });
    expect((await drive())?.warnings?.join()).toContain("minted-2 is live");
  });

  test("without time for a send, it is not written down as sent", async () => {
    const { cloud, purchaser, environment, history } = await unresolved();
    await purchaser.drive(execution(), { deadline: environment.now() + 50_000 });
    expect(await history()).not.toContain("resend");
    expect(cloud.counts.sends).toBe(1);
  });

  test("the claim is lost while that is written down: not sent", async () => {
    const all = await unresolved();
    const { cloud, environment, ledger, history } = all;
    const resend: typeof ledger.resend = async (...parameters) => {
      const submission = await ledger.resend(...parameters);
      environment.jump(31_000);
      return submission;
    };
    expect((await changed(all, {}, { resend }).drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect(await history()).toContain("resend");
    expect(cloud.counts.sends).toBe(1);
  });

  test("an answer that named an id reached another driver meanwhile: that is judged first, and nothing is sent", async () => {
    const all = await unresolved();
    const { cloud, ledger, drive } = all;
    const resend: typeof ledger.resend = async (claim, ...more) => {
      await ledger.evidence(claim, 1, ["named"]);
      return ledger.resend(claim, ...more);
    };
    expect((await changed(all, {}, { resend }).drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect(cloud.counts.sends).toBe(1);
    cloud.add({ id: "named", token: token() });
    cloud.faults.listing = "empty";
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "named" } });
  });
});

describe("the answer to a second send", () => {
  /** The first send is lost; this is the answer to the second one. */
  function answering(
    all: ReturnType<typeof parts>,
    second: (bought: PurchaseAnswer) => PurchaseAnswer,
    members: Parameters<typeof changed>[1] = {},
  ) {
    const { send } = all.cloud.executor;
    all.cloud.faults.sends = ["lost-before"];
    return changed(all, {
      ...members,
      send: async (submission, context) => {
        const answer = await send(submission, context);
        return context.sentBefore ? second(answer) : answer;
      },
    });
  }

  test("names an id that nobody can judge: it is recorded, and nothing more is sent", async () => {
    const all = parts();
    const { cloud, drive } = all;
    cloud.faults.sends = ["lost-before", "other-order"];
    // Bought at the second send, and shown an hour later.
    cloud.faults.lag = 60 * minutes;
    expect((await drive())?.status).toBe("unresolved");
    expect((await recordOf(all))?.submission?.evidence).toEqual(["other-2"]);
    expect((await drive())?.status).toBe("unresolved");
    expect(cloud.counts.sends).toBe(2);
  });

  test("says that it is there, and shows it: it is believed, though no look sees it yet", async () => {
    const all = parts("chosen");
    const found: Listed = {
      commitment: { id: chosenId, state: "Creating", standing: "live", settled: false, marked: true },
      marks: [{ text: token(), whole: true }],
      facts: { size: "small", quantity: "1" },
    };
    all.cloud.faults.listing = "empty";
    all.cloud.faults.lag = 60 * minutes;
    const purchaser = answering(all, () => ({ kind: "exists", reason: "The id is used.", found }));
    const before = all.environment.now();
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "purchased",
      commitment: { id: chosenId },
    });
    // No further wait: two looks, a second apart.
    expect(all.environment.now() - before).toBe(1000);
  });

  test("says that it is there, without showing it: it is asked for at once", async () => {
    const all = parts("chosen");
    all.cloud.faults.listing = "empty";
    const purchaser = answering(all, () => ({ kind: "exists", reason: "The id is used." }));
    const before = all.environment.now();
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(all.environment.now() - before).toBe(1000);
  });

  test("says that it came to nothing, and a look shows that it did not: bought", async () => {
    const all = parts();
    const purchaser = answering(all, (bought) => shownAs(bought, { state: "Failed", standing: "failed" }));
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      commitment: { id: "minted-1", state: "Creating" },
    });
    expect(await all.history()).not.toContain("dead");
    expect(all.cloud.counts).toMatchObject({ quotes: 1, sends: 2 });
  });

  test("says that it came to nothing, and nothing is shown yet: not bought anew", async () => {
    const all = parts();
    const { cloud, drive } = all;
    cloud.faults.listing = "empty";
    const failed = (bought: PurchaseAnswer) => shownAs(bought, { state: "Failed", standing: "failed" });
    const hidden = { resolve: async () => ({ kind: "absent", reason: "none" }) as const };
    const [first] = (await answering(all, failed, hidden).drive(execution())).outcomes;
    expect(first).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown", providerCode: "Failed" } });
    expect(await drive()).toMatchObject({ commitment: { id: "minted-1", state: "Creating" } });
    expect([cloud.counts.quotes, cloud.orders.length]).toEqual([1, 1]);
  });

  test("says that it came to nothing, and so it did: bought anew", async () => {
    const all = parts();
    all.cloud.faults.sends = ["lost-before", "failed"];
    expect(await all.drive()).toMatchObject({ status: "purchased", commitment: { id: "minted-2" } });
    expect(await recordOf(all)).toMatchObject({ generation: 1, attempt: 2 });
  });

  test("the handle is said to be over, and what is seen under it cannot be told: not dead", async () => {
    const all = await unresolved();
    const { cloud, environment, drive } = all;
    environment.advance(5 * minutes);
    cloud.faults.sends = ["expired"];
    cloud.faults.resolves = ["works", "works", "throws"];
    cloud.faults.resolve = "throws";
    expect(await drive()).toMatchObject({
      status: "unresolved",
      error: { code: "outcome-unknown", message: expect.stringContaining("503 from the look-up") },
    });
    expect(await recordOf(all)).toMatchObject({ state: "unknown", attempt: 1 });
  });

  test("it is refused, and what is seen under the handle then is another's: not dead", async () => {
    const all = await unresolved("chosen");
    const { cloud, environment, drive } = all;
    environment.advance(5 * minutes);
    cloud.faults.sends = ["rejected"];
    cloud.faults.onSend = () => void cloud.add({ id: chosenId, token: token(1) });
    expect(await drive()).toMatchObject({
      status: "unresolved",
      error: { code: "outcome-unknown", message: expect.stringContaining("another recommendation's token") },
    });
    expect(cloud.counts.quotes).toBe(1);
  });

  test("it is said to be over because the first send used it up, and the list lags: no new quote", async () => {
    const { cloud, environment, drive } = await unresolved();
    environment.advance(5 * minutes);
    cloud.faults.sends = ["rejected-as-expired"];
    cloud.faults.listing = "empty";
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    expect(cloud.counts.quotes).toBe(1);
  });
});

test("the first send meets something there, and only a second one may have bought: what is another's then is no refusal", async () => {
  const all = parts("chosen");
  const { cloud } = all;
  const purchaser = changed(all, {
    send: async (_submission, { sentBefore }) => {
      if (!sentBefore) return { kind: "exists", reason: "The id is used." };
      cloud.add({ id: chosenId, token: token(1) });
      return { kind: "unknown", reason: "connection reset" };
    },
  });
  expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
    status: "unresolved",
    error: { message: expect.stringContaining("another recommendation's token") },
  });
});

test("how long nothing is proven is said in seconds below a minute, in minutes from there", async () => {
  for (const [minimumAge, words] of [
    [45_000, "before 45 seconds have passed"],
    [300_000, "before 5 minutes have passed"],
  ] as const) {
    const all = parts();
    all.cloud.faults.resolve = "throws";
    all.cloud.faults.sends = ["lost-before"];
    const recovery = { kind: "resend", handle: "minted", minimumAge, parkAfter: 86_400_000 } as const;
    const [outcome] = (await changed(all, { recovery }).drive(execution())).outcomes;
    expect(outcome?.error?.message).toContain(words);
  }
});
