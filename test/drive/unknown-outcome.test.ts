import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { dyingCall, execution, setup, token } from "./setup.ts";

const minutes = 60_000;

describe("an unknown outcome where the provider refuses a second purchase under one handle", () => {
  test("bought, answer lost: found under its handle, reported as purchased", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["lost-after"];
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", price: { amount: "10" } });
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    expect(cloud.orders).toHaveLength(1);
  });

  test("not bought, answer lost: after two empty answers the same handle is sent again, without a new quote", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["lost-before"];
    const events: DriveEvent[] = [];
    const report = await purchaser.drive(execution(), { onEvent: (event) => events.push(event) });
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", commitment: { id: "minted-1" } });
    expect(cloud.counts).toMatchObject({ sends: 2, quotes: 1, resolves: 2 });
    expect(events.flatMap((event) => (event.type === "sending" ? [event.sentBefore] : []))).toEqual([false, true]);
  });

  test("A1: the first send is said to have expired: unknown, and quoted anew only five minutes later", async () => {
    const { purchaser, cloud, environment } = setup();
    cloud.faults.sends = ["expired"];
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect(cloud.counts.quotes).toBe(1);
    environment.advance(5 * minutes);
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", commitment: { id: "minted-2" } });
    expect(cloud.counts.quotes).toBe(2);
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("A1: the first send is carried out and said to have expired, and the listing lags: one order", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected-as-expired"];
    cloud.faults.listing = "empty";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", commitment: { id: "minted-1" } });
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    expect(cloud.orders).toHaveLength(1);
  });

  /** The first answer was lost, and from then on the handle is expired. */
  async function expiredAfterSend() {
    const parts = setup();
    parts.cloud.faults.sends = ["lost-before", "expired"];
    const first = await parts.purchaser.drive(execution());
    return { ...parts, first };
  }

  test("the handle expires soon after a send: that send may be what used it up, so there is no new quote yet", async () => {
    const { first, cloud, purchaser } = await expiredAfterSend();
    expect(first.outcomes[0]).toMatchObject({ status: "unresolved", error: { retryAfter: 300_000 } });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect(cloud.counts.quotes).toBe(1);
  });

  test("the handle expired 5 minutes after a send: a new quote, once it is absent and a fresh listing lacks the token", async () => {
    const { purchaser, cloud, environment } = await expiredAfterSend();
    environment.advance(5 * minutes);
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", commitment: { id: "minted-2" } });
    expect(cloud.counts).toMatchObject({ quotes: 2, listings: 6 });
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("the handle expired because the first send used it up, and its order shows at the second look: no new quote", async () => {
    const { purchaser, cloud, environment } = await expiredAfterSend();
    environment.advance(5 * minutes);
    // The provider says that the handle is expired, and only then shows what was bought under it.
    cloud.faults.sends = ["rejected-as-expired"];
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    expect(cloud.counts.quotes).toBe(1);
    expect(cloud.orders).toHaveLength(1);
  });

  test.each(["throws", "works"] as const)(
    "the handle expired, and the second look %s: dead only if it agrees",
    async (look) => {
      const { purchaser, cloud, environment, ledger } = await expiredAfterSend();
      environment.advance(5 * minutes);
      cloud.faults.resolves = ["works", "works", look];
      cloud.faults.resolve = look === "throws" ? "throws" : undefined;
      const report = await purchaser.drive(execution());
      expect(report.outcomes[0]?.status).toBe(look === "throws" ? "unresolved" : "purchased");
      expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ generation: 0 });
      expect(cloud.counts.quotes).toBe(look === "throws" ? 1 : 2);
    },
  );

  test("the handle expired, but a fresh listing shows the token: adopted, not bought again", async () => {
    const { purchaser, cloud, environment } = await expiredAfterSend();
    environment.advance(5 * minutes);
    cloud.add({ id: "from elsewhere", token: token() });
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { id: "from elsewhere" },
    });
    expect(cloud.counts.quotes).toBe(1);
  });

  test("the handle expired, and the fresh listing fails: unresolved, the submission is kept", async () => {
    const { purchaser, cloud, environment, ledger } = await expiredAfterSend();
    environment.advance(5 * minutes);
    cloud.faults.listing = "throws";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "unresolved" });
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ state: "unknown", submission: { attempt: 1 } });
    expect(cloud.counts.quotes).toBe(1);
    cloud.faults.listing = undefined;
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("a refusal of the second send says nothing about the first: unresolved, not rejected", async () => {
    const { purchaser, cloud, ledger } = setup();
    cloud.faults.sends = ["lost-before", "rejected", "rejected"];
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown" } });
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ state: "unknown" });
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ status: "purchased" });
    expect(cloud.orders).toHaveLength(1);
  });

  test("nor does it 5 minutes later: only an expired handle is a proof", async () => {
    const { purchaser, cloud, environment } = setup();
    cloud.faults.sends = ["lost-before", "rejected", "rejected"];
    await purchaser.drive(execution());
    environment.advance(5 * minutes);
    cloud.faults.sends = ["rejected", "rejected"];
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect(cloud.counts.quotes).toBe(1);
  });

  test("what was bought under the handle came to nothing: bought anew, as a new generation", async () => {
    const { purchaser, cloud, ledger } = setup();
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    cloud.faults.resolve = undefined;
    for (const order of cloud.orders) order.state = "BillingFailed";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", commitment: { id: "minted-2" } });
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ generation: 1 });
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("the same handle is not sent again with the deadline too near for a send", async () => {
    const { purchaser, cloud, environment } = setup();
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    cloud.faults.resolve = undefined;
    const report = await purchaser.drive(execution(), { deadline: environment.now() + 50_000 });
    expect(report.outcomes[0]?.status).toBe("unresolved");
    expect(cloud.counts.sends).toBe(1);
  });

  test("while the look-up of the handle fails, nothing is sent again: unresolved, reconciled by the next drive", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    const first = await purchaser.drive(execution());
    expect(first.outcomes[0]).toMatchObject({ status: "unresolved", error: { retryable: true } });
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    cloud.faults.resolve = undefined;
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ status: "already-purchased" });
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
  });

  test("an answer that fails between two empty ones starts the count again", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolves = ["works", "throws", "works", "works"];
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.counts).toMatchObject({ resolves: 4, sends: 2 });
  });

  test("an executor that throws something unexpected after the send leaves an unknown outcome, never a failure", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["throws"];
    cloud.faults.resolve = "throws";
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
  });
});

describe("an unknown outcome where there is no handle", () => {
  test("bought, answer lost: the single new one only fits, so it is adopted and marked from the minimum age on", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-after"];
    const first = await purchaser.drive(execution());
    expect(first.outcomes[0]).toMatchObject({ status: "unresolved", price: { amount: "10" } });
    expect(first.outcomes[0]?.error?.message).toContain("order-1 fits, but one that somebody else bought would too");
    environment.advance(5 * minutes);
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "already-purchased", price: { amount: "10" } });
    expect(cloud.orders).toMatchObject([{ token: token() }]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("several new ones: a person decides", async () => {
    const { purchaser, cloud } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-after"];
    cloud.faults.onSend = () => void cloud.add({ id: "bought by hand" });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect(cloud.orders.every((order) => order.token === undefined)).toBe(true);
  });

  test("nothing there: not bought again within 5 minutes, however often it is driven", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-before"];
    const first = await purchaser.drive(execution());
    expect(first.outcomes[0]).toMatchObject({ status: "unresolved", error: { retryAfter: 300_000 } });
    environment.advance(2 * minutes);
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect(cloud.counts.sends).toBe(1);
  });

  test("nothing there after 5 minutes, several answers in a row and a fresh listing: bought again", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-before"];
    await purchaser.drive(execution());
    environment.advance(5 * minutes);
    const before = cloud.counts.resolves;
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ status: "purchased" });
    expect(cloud.counts.resolves - before).toBeGreaterThanOrEqual(2);
    expect(cloud.counts.listings).toBe(3);
    expect(cloud.orders).toHaveLength(1);
  });

  test("an empty listing is no part of a proof: what the ledger knows must be in it, or nothing is bought again", async () => {
    const { purchaser, cloud, environment, ledger } = setup({ identity: "stamped" });
    await purchaser.drive({ ...execution(disk({ size: "large" })), executionId: "an older one" });
    environment.advance(60 * minutes);
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    environment.advance(10 * minutes);
    // For a moment the provider shows nothing at all, with status 200: not what was bought, nor the older one.
    cloud.faults.resolve = undefined;
    cloud.faults.listing = "empty";
    cloud.faults.listingHidesFromResolve = true;
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ state: "unknown" });
    cloud.faults.listing = undefined;
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("already-purchased");
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("it shows up late: adopted, bought once", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-after"];
    cloud.faults.lag = 10 * minutes;
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    environment.advance(4 * minutes);
    cloud.show();
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("already-purchased");
    expect(cloud.orders).toMatchObject([{ token: token() }]);
  });

  test("while it is open, the same kind is not bought for another recommendation", async () => {
    const { purchaser, cloud } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-before"];
    const report = await purchaser.drive(execution(disk(), disk(), disk({ size: "large" })));
    expect(report.outcomes.map(({ status }) => status)).toEqual(["unresolved", "in-progress", "purchased"]);
    expect(report.outcomes[1]?.error?.code).toBe("identical-purchase-open");
  });

  test("while one is bought but not marked, its id may not be the final one: the next of its kind waits", async () => {
    const { purchaser, cloud } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    const report = await purchaser.drive(execution(disk(), disk()), { concurrency: 1 });
    expect(report.outcomes.map(({ status }) => status)).toEqual(["purchased", "in-progress"]);
    expect(report.outcomes[1]?.error?.code).toBe("identical-purchase-open");
    cloud.faults.mark = undefined;
    // It waits, so it is work: no person has to ask for it.
    const [again] = await purchaser.redriveUnfinished({ concurrency: 1 });
    expect(again?.outcomes.map(({ status }) => status)).toEqual(["already-purchased", "purchased"]);
    expect(cloud.orders.map((order) => order.token)).toEqual([token(0), token(1)]);
  });
});

describe("the marker that comes after the purchase", () => {
  test("missing, it is a warning on a purchase and repaired by the next drive", async () => {
    const { purchaser, cloud, ledger } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    const first = await purchaser.drive(execution());
    expect(first.outcomes[0]).toMatchObject({ status: "purchased", warnings: [expect.stringContaining("marker")] });
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({
      state: "purchased",
      commitment: { marked: false },
    });
    cloud.faults.mark = undefined;
    const second = await purchaser.drive(execution());
    expect(second.outcomes[0]?.warnings).toBeUndefined();
    expect(cloud.orders).toMatchObject([{ token: token() }]);
    expect(cloud.counts.sends).toBe(1);
  });
});

describe("the marker, when its driver died before it was stamped", () => {
  async function bought() {
    const parts = setup({ identity: "stamped" });
    const { options, ledger, cloud } = parts;
    // Bought and recorded; then the process dies.
    const { die, reached } = dyingCall();
    const ownedByOthers: Ledger["ownedByOthers"] = (...asked) =>
      cloud.counts.sends > 0 ? die() : ledger.ownedByOthers(...asked);
    const dying: Ledger = { ...ledger, ownedByOthers };
    const environment = { ...options.environment, ...parts.environment, every: () => () => undefined };
    void createPurchaser({ ...options, ledger: dying, environment }).drive(execution());
    await reached;
    expect(cloud.orders).toMatchObject([{ token: undefined }]);
    return parts;
  }

  test("is reported as missing while the dead driver's lease lasts", async () => {
    const { purchaser, cloud } = await bought();
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({
      status: "already-purchased",
      warnings: [expect.stringContaining("marker is still missing")],
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("is stamped by a driver that waits", async () => {
    const { purchaser, cloud } = await bought();
    const report = await purchaser.drive(execution(), { wait: true });
    expect(report.outcomes[0]).toMatchObject({ status: "already-purchased" });
    expect(report.outcomes[0]?.warnings).toBeUndefined();
    expect(cloud.orders).toMatchObject([{ token: token() }]);
    expect(cloud.counts.sends).toBe(1);
  });
});

describe("a purchase that is pending", () => {
  test("is settled by a later drive", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "Succeeded";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ commitment: { state: "Succeeded", settled: true } });
  });

  test("whose billing failed does not suppress: it is bought again, as a new generation", async () => {
    const { purchaser, cloud, ledger } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "BillingFailed";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", commitment: { id: "minted-2" } });
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ generation: 1, attempt: 2 });
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("that only the listing calls failed stays bought: the order itself is the proof", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    cloud.faults.listedState = "BillingFailed";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { state: "Creating" } });
    expect(cloud.counts.sends).toBe(1);
  });

  test("beside another live one with its token: both are named", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    cloud.add({ id: "one too many", token: token(), boughtFor: "by hand" });
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { id: "minted-1" },
      warnings: [expect.stringContaining("one too many is live")],
    });
  });

  test("and was cancelled since stays bought: the ledger knows this very order", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "Cancelled";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { state: "Cancelled" } });
    expect(cloud.counts.sends).toBe(1);
  });

  test("stays bought while the look-up fails, with a warning", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    cloud.faults.listing = "throws";
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { state: "Creating", settled: false },
      warnings: [expect.stringContaining("could not be looked up")],
    });
  });
});
