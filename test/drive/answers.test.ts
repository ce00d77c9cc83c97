// Answers that say less, or something else, than what happened.
import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { Report } from "../../src/contract/report.ts";
import type { ImitationIdentity, SendFault } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, executionId, setup, token, shownAs } from "./setup.ts";

const minutes = 60_000;
const handles = ["minted", "chosen"] as const;
const outcomeOf = async (parts: ReturnType<typeof setup>) => (await parts.purchaser.drive(execution())).outcomes[0];

describe("bought, and refused", () => {
  test.each(handles)("A1 (%s): the handle is read before a refusal is believed", async (identity) => {
    const parts = setup({ identity });
    parts.cloud.faults.sends = ["refused-although-bought"];
    parts.cloud.faults.listing = "empty";
    expect(await outcomeOf(parts)).toMatchObject({ status: "purchased", price: { amount: "10" } });
    parts.cloud.faults.listing = undefined;
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased" });
    expect(parts.cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    expect(parts.cloud.orders).toHaveLength(1);
  });

  test("a refusal of what never left this machine is believed without a question", async () => {
    const parts = setup();
    const purchaser = changed(parts, {
      send: async () => ({
        kind: "rejected",
        reason: "No connection.",
        providerCode: "ECONNREFUSED",
        left: false,
        expired: false,
        retryable: true,
      }),
    });
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "rejected",
      error: { providerCode: "ECONNREFUSED" },
    });
    expect(parts.cloud.counts.resolves).toBe(0);
  });

  test("a handle that cannot be read leaves the provider's refusal standing", async () => {
    const parts = setup();
    parts.cloud.faults.sends = ["rejected"];
    parts.cloud.faults.resolve = "throws";
    expect(await outcomeOf(parts)).toMatchObject({ status: "rejected", error: { providerCode: "CardDeclined" } });
  });
});

describe("A1: bought, refused, and nobody could look", () => {
  test("stopped meanwhile: the next drive looks before it sends", async () => {
    const parts = setup();
    const { cloud, purchaser } = parts;
    const stop = new AbortController();
    cloud.faults.sends = ["refused-although-bought"];
    cloud.faults.onSend = () => stop.abort();
    const first = await purchaser.drive(execution(), { signal: stop.signal });
    expect(first.outcomes[0]?.status).toBe("rejected");
    cloud.faults.listing = "empty";
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", price: { amount: "10" } });
    expect(cloud.orders).toHaveLength(1);
  });

  test("the look failed: the same; one that fails again does not hold up what was refused", async () => {
    const parts = setup();
    const { cloud } = parts;
    cloud.faults.sends = ["rejected"];
    cloud.faults.resolve = "throws";
    await outcomeOf(parts);
    cloud.faults.sends = ["refused-although-bought"];
    expect((await outcomeOf(parts))?.status).toBe("rejected");
    cloud.faults.resolve = undefined;
    cloud.faults.listing = "empty";
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", commitment: { id: "minted-2" } });
    expect(cloud.orders).toHaveLength(1);
  });
});

describe("A18: our handle is taken, and what is there carries another token", () => {
  const another = "c".repeat(64);
  const taken = (identity: ImitationIdentity, id: string) => {
    const parts = setup({ identity });
    parts.cloud.add({ id, token: another });
    return parts;
  };

  test("it is not ours, though it is what was asked for: rejected, by every drive, and nothing is bought", async () => {
    const parts = taken("chosen", `${token().slice(0, 32)}-0`);
    for (let drive = 0; drive < 2; drive += 1) {
      expect(await outcomeOf(parts)).toMatchObject({
        status: "rejected",
        error: { providerCode: "AlreadyExists", message: expect.stringContaining("another recommendation's token") },
      });
    }
    expect(parts.cloud.counts.sends).toBe(2);
    expect(parts.cloud.orders).toHaveLength(1);
  });

  test("a send of unknown outcome stays unresolved: what is there says nothing about it", async () => {
    const parts = setup({ identity: "chosen" });
    const { cloud, environment } = parts;
    cloud.faults.sends = ["lost-before"];
    cloud.faults.onSend = () => void cloud.add({ id: `${token().slice(0, 32)}-0`, token: another });
    expect(await outcomeOf(parts)).toMatchObject({ status: "unresolved" });
    environment.advance(10 * minutes);
    expect(await outcomeOf(parts)).toMatchObject({ status: "unresolved" });
    expect(cloud.counts.sends).toBe(1);
  });

  test.each([
    ["no token", undefined],
    ["a text that is none", "mine"],
  ])("with %s, it is its handle that says whose it is", async (_what, text) => {
    const parts = taken("chosen", `${token().slice(0, 32)}-0`);
    for (const order of parts.cloud.orders) order.token = text;
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased" });
  });

  test("a minted handle is nobody else's, whatever is written on what was bought under it", async () => {
    const parts = setup();
    parts.cloud.faults.sends = ["lost-after"];
    parts.cloud.faults.listing = "empty";
    parts.cloud.faults.resolve = "throws";
    await outcomeOf(parts);
    for (const order of parts.cloud.orders) order.token = another;
    parts.cloud.faults.resolve = undefined;
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
  });
});

describe("A2: another order in the answer", () => {
  test.each(handles)("%s: it carries the token, so it is the purchase; nothing is sent again", async (identity) => {
    const parts = setup({ identity });
    parts.cloud.faults.sends = ["other-order"];
    parts.cloud.faults.listing = "empty";
    const outcome = await outcomeOf(parts);
    expect(outcome).toMatchObject({ status: "purchased", commitment: { id: parts.cloud.orders[0]?.id } });
    expect(parts.cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    expect(parts.cloud.orders).toHaveLength(1);
  });

  test("while nobody can judge it, no driver sends or quotes again, however late; a person decides", async () => {
    const parts = setup();
    const { cloud, environment, ledger, purchaser } = parts;
    cloud.faults.sends = ["other-order"];
    cloud.faults.lag = 30 * minutes;
    expect(await outcomeOf(parts)).toMatchObject({ status: "unresolved", price: { amount: "10" } });
    expect((await ledger.recordsOf(executionId))[0]?.submission?.evidence).toEqual(["other-2"]);
    for (let round = 0; round < 3; round += 1) {
      environment.advance(6 * minutes);
      expect((await outcomeOf(parts))?.status).toBe("unresolved");
    }
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    environment.advance(15 * minutes);
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", commitment: { id: "other-2" } });
    expect(cloud.orders).toHaveLength(1);
    expect((await purchaser.drive(execution())).outcomes[0]?.commitment?.id).toBe("other-2");
  });

  test.each(handles)(
    "%s: the ledger fails as its id is recorded: it is recorded with the outcome",
    async (identity) => {
      const parts = setup({ identity });
      const { cloud, environment, ledger } = parts;
      cloud.faults.sends = ["other-order"];
      cloud.faults.lag = 30 * minutes;
      const evidence = () =>
        Promise.reject(new LedgerError({ code: "ledger-unavailable", message: "connection reset", retryable: true }));
      const purchaser = changed(parts, {}, { evidence });
      expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
      expect((await ledger.recordsOf(executionId))[0]?.submission?.evidence).toEqual([cloud.orders[0]?.id]);
      environment.advance(6 * minutes);
      expect((await outcomeOf(parts))?.status).toBe("unresolved");
      expect(cloud.orders).toHaveLength(1);
    },
  );

  test.each(handles)(
    "%s: a person who takes it for another purchase, or for none, is contradicted",
    async (identity) => {
      const parts = setup({ identity });
      const { cloud, environment, purchaser } = parts;
      cloud.faults.sends = ["other-order"];
      cloud.faults.lag = 60 * minutes;
      await outcomeOf(parts);
      environment.advance(10 * minutes);
      const who = { executionId, recIndex: 0, person: "operator", reason: "not on the bill" };
      const [id = ""] = cloud.orders.map((order) => order.id);
      await expect(purchaser.resolveByPerson({ ...who, finding: "not-bought" })).rejects.toMatchObject({
        code: "answer-unclear",
        message: expect.stringContaining(id),
      });
      await expect(purchaser.resolveByPerson({ ...who, finding: { notThis: id } })).rejects.toMatchObject({
        code: "still-shown",
      });
      // Seen by everybody in the end, it is adopted.
      environment.advance(51 * minutes);
      expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", price: { amount: "10" } });
      expect(cloud.orders).toHaveLength(1);
    },
  );

  test.each(handles)("%s: gone without a trace, it is bought after a person's decision", async (identity) => {
    const parts = setup({ identity });
    const { cloud, environment, purchaser } = parts;
    cloud.faults.sends = ["other-order"];
    cloud.faults.lag = 60 * minutes;
    await outcomeOf(parts);
    cloud.orders.splice(0);
    cloud.faults.lag = 0;
    environment.advance(60 * minutes);
    expect((await outcomeOf(parts))?.status).toBe("unresolved");
    const who = { executionId, recIndex: 0, person: "operator", reason: "not on the bill" };
    const notBought = () => purchaser.resolveByPerson({ ...who, finding: "not-bought" });
    await expect(notBought()).rejects.toMatchObject({ code: "answer-unclear" });
    // Nothing is there under the id that the answer named: a person can say that.
    const [id = ""] = (await parts.ledger.recordsOf(executionId))[0]?.submission?.evidence ?? [];
    await purchaser.resolveByPerson({ ...who, finding: { notThis: id.toUpperCase() } });
    await notBought();
    expect((await outcomeOf(parts))?.status).toBe("purchased");
    expect(cloud.live(token())).toHaveLength(1);
  });
});

test("A2: the answer reaches a driver that has lost its claim meanwhile: its id is evidence all the same", async () => {
  const parts = setup();
  const { cloud, environment } = parts;
  const bought = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  cloud.faults.sends = ["other-order"];
  cloud.faults.lag = 30 * minutes;
  const slow = changed(parts, {
    send: async (...sent) => {
      try {
        return await cloud.executor.send(...sent);
      } finally {
        bought.resolve();
        await answer.promise;
      }
    },
  });
  const driving = slow.drive(execution());
  await bought.promise;
  environment.jump(31_000);
  cloud.faults.resolve = "throws";
  await outcomeOf(parts);
  answer.resolve();
  await driving;
  cloud.faults.resolve = undefined;
  environment.advance(6 * minutes);
  await outcomeOf(parts);
  expect(cloud.orders).toHaveLength(1);
});

test("A26: several fit a dead one for good: a person can say that it is none of them", async () => {
  const parts = setup({ identity: "stamped" });
  const { cloud, environment, purchaser } = parts;
  cloud.faults.sends = ["lost-before", "rejected"];
  await outcomeOf(parts);
  environment.advance(6 * minutes);
  await outcomeOf(parts);
  cloud.add({ id: "bought by hand" });
  cloud.add({ id: "and another" });
  expect(await outcomeOf(parts)).toMatchObject({ status: "refused", error: { code: "commitment-unclear" } });
  const who = { executionId, recIndex: 0, person: "operator", reason: "both bought by hand" };
  await expect(purchaser.resolveByPerson({ ...who, finding: "not-bought" })).rejects.toMatchObject({
    code: "answer-unclear",
  });
  for (const notThis of ["bought by hand", "and another"]) {
    expect(await purchaser.resolveByPerson({ ...who, finding: { notThis } })).toMatchObject({
      status: "refused",
      error: { code: "resolved-as-not-this" },
    });
    expect(await purchaser.redriveUnfinished()).toEqual([]);
  }
  expect((await outcomeOf(parts))?.status).toBe("purchased");
});

describe("B3: bought, and over when it is first seen", () => {
  test.each<[string, ImitationIdentity, "works" | "lost-after"]>([
    ["in the answer", "minted", "works"],
    ["after the answer was lost", "minted", "lost-after"],
    ["in the answer", "chosen", "works"],
    ["after the answer was lost", "chosen", "lost-after"],
  ])("%s (%s): rejected with the state, in no total, and never bought again", async (_when, identity, fault) => {
    const parts = setup({ identity });
    const purchaser = changed(parts, {
      send: async (submission, context) => {
        const bought = await parts.cloud.executor.send(submission, context);
        parts.cloud.orders.forEach((order) => (order.state = "Cancelled"));
        if (fault === "lost-after") throw new Error("connection reset");
        return shownAs(bought, { state: "Cancelled", standing: "ended", settled: true });
      },
    });
    for (let drive = 0; drive < 3; drive += 1) {
      const report = await purchaser.drive(execution());
      expect(report.outcomes[0]).toMatchObject({ status: "rejected", error: { providerCode: "Cancelled" } });
      expect(report.outcomes[0]?.error?.message).toMatch(/^It was bought as .* and is over: its state is Cancelled/);
      expect(report.totals).toEqual([]);
      const quotation = await purchaser.plan(execution());
      expect(quotation.recommendations[0]).toMatchObject({ verdict: "refuse", error: { code: "purchase-over" } });
      expect(quotation.totals.bought).toEqual([]);
    }
    expect(parts.cloud.counts.sends).toBe(1);
  });
});

test("B3: over, and never marked: it is held by nobody, and its lane is free", async () => {
  const parts = setup({ identity: "stamped" });
  const purchaser = changed(parts, {
    send: async (submission, context) => {
      const bought = await parts.cloud.executor.send(submission, context);
      parts.cloud.orders.forEach((order) => (order.state = "Cancelled"));
      return shownAs(bought, { state: "Cancelled", standing: "ended", settled: true });
    },
  });
  await purchaser.drive(execution());
  const [record] = await parts.ledger.recordsOf(executionId);
  expect(record?.holder).toBeUndefined();
  expect(record?.commitment).toMatchObject({ standing: "ended", marked: "waived" });
  const other = { executionId: "another", source: "test", recommendations: [disk()] };
  expect((await parts.purchaser.drive(other)).outcomes[0]?.status).toBe("purchased");
});

describe("A17: the order of another engine is adopted while our own send is open", () => {
  test("ours, when it shows, is named by every later drive", async () => {
    const parts = setup();
    const { cloud, environment, ledger } = parts;
    cloud.faults.sends = ["lost-before"];
    cloud.faults.onSend = () => void cloud.add({ id: "from elsewhere", token: token(), state: "Succeeded" });
    expect(await outcomeOf(parts)).toMatchObject({
      status: "already-purchased",
      commitment: { id: "from elsewhere", settled: true },
    });
    expect((await ledger.recordsOf(executionId))[0]?.former).toMatchObject([{ handle: { orderId: "minted-1" } }]);
    expect((await outcomeOf(parts))?.warnings).toBeUndefined();
    cloud.add({ id: "minted-1", token: token(), state: "Succeeded" });
    for (let drive = 0; drive < 2; drive += 1) {
      environment.advance(60 * minutes);
      expect((await outcomeOf(parts))?.warnings?.join()).toContain("minted-1 is live");
    }
    expect(cloud.counts.sends).toBe(1);
  });
});

describe("B16: billing failed, bought anew, and the first is paid after all", () => {
  test.each(handles)("%s: both are named, also once the second is settled", async (identity) => {
    const parts = setup({ identity });
    const { cloud, environment } = parts;
    await outcomeOf(parts);
    const first = cloud.orders[0];
    if (first === undefined) throw new Error("one was bought");
    first.state = "BillingFailed";
    expect((await outcomeOf(parts))?.status).toBe("purchased");
    const second = cloud.orders[1];
    if (second === undefined) throw new Error("it was bought anew");
    second.state = "Succeeded";
    expect((await outcomeOf(parts))?.warnings).toBeUndefined();
    first.state = "Succeeded";
    environment.advance(60 * minutes);
    const warnings = (await outcomeOf(parts))?.warnings?.join();
    expect(warnings).toContain(`${first.id} is live`);
    expect(warnings?.split(`${first.id} is live`)).toHaveLength(2);
    expect(cloud.counts.sends).toBe(2);
  });

  test("paid before it was bought anew: it is the purchase", async () => {
    const parts = setup();
    const { cloud } = parts;
    await outcomeOf(parts);
    const [first] = cloud.orders;
    if (first === undefined) throw new Error("one was bought");
    first.state = "BillingFailed";
    cloud.faults.sends = ["rejected"];
    expect((await outcomeOf(parts))?.status).toBe("rejected");
    first.state = "Succeeded";
    cloud.faults.listing = "empty";
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", commitment: { id: first.id } });
    expect(cloud.orders).toHaveLength(1);
  });
});

describe("B16: what failed first, while the next purchase is on its way", () => {
  test.each(handles)("%s: paid after all, it is the purchase, and nothing is sent again", async (identity) => {
    const parts = setup({ identity });
    const { cloud, environment } = parts;
    await outcomeOf(parts);
    const [first] = cloud.orders;
    if (first === undefined) throw new Error("one was bought");
    first.state = "BillingFailed";
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    expect((await outcomeOf(parts))?.status).toBe("unresolved");
    cloud.faults.resolve = undefined;
    cloud.faults.listing = "empty";
    first.state = "Succeeded";
    environment.advance(6 * minutes);
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", commitment: { id: first.id } });
    expect(cloud.orders).toHaveLength(1);
  });

  test("cleared away at the provider, it holds nothing up", async () => {
    const parts = setup();
    const { cloud } = parts;
    await outcomeOf(parts);
    cloud.faults.sends = ["rejected"];
    const [first] = cloud.orders;
    if (first === undefined) throw new Error("one was bought");
    first.state = "BillingFailed";
    expect((await outcomeOf(parts))?.status).toBe("rejected");
    first.state = "Cancelled";
    expect((await outcomeOf(parts))?.status).toBe("purchased");
  });
});

test("bought after all, and over, though it was proven dead: said as it is, and never bought again", async () => {
  const parts = setup({ identity: "chosen" });
  const { cloud, purchaser, environment } = parts;
  cloud.faults.lag = 20 * minutes;
  cloud.faults.sends = ["lost-after"];
  await outcomeOf(parts);
  environment.advance(10 * minutes);
  const who = { executionId, recIndex: 0, person: "operator", reason: "not on the bill" };
  await purchaser.resolveByPerson({ ...who, finding: "not-bought" });
  environment.advance(20 * minutes);
  cloud.orders.forEach((order) => (order.state = "Cancelled"));
  for (let drive = 0; drive < 2; drive += 1) {
    expect(await outcomeOf(parts)).toMatchObject({ status: "rejected", error: { code: "purchase-over" } });
  }
  expect(cloud.orders).toHaveLength(1);
});

test("A26: what fits a dead one is not taken while the answer to another purchase of its lane is awaited", async () => {
  const parts = setup({ identity: "stamped" });
  const { cloud, environment } = parts;
  cloud.faults.sends = ["lost-before"];
  await outcomeOf(parts);
  environment.advance(6 * minutes);
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const slow = changed(parts, {
    send: async (...sent) => {
      const bought = await cloud.executor.send(...sent);
      arrived.resolve();
      await answer.promise;
      return bought;
    },
  });
  const other = { executionId: "another", source: "test", recommendations: [disk()] };
  let driving: ReturnType<typeof slow.drive> | undefined;
  cloud.faults.afterQuote = () => void (driving ??= slow.drive(other));
  const purchaser = changed(parts, {
    resolve: async (submission, context) => {
      if (driving !== undefined) await arrived.promise;
      return cloud.executor.resolve(submission, context);
    },
  });
  expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
    status: "in-progress",
    error: { code: "identical-purchase-open" },
  });
  answer.resolve();
  expect((await driving)?.outcomes[0]?.status).toBe("purchased");
  expect((await outcomeOf(parts))?.status).toBe("purchased");
  expect(cloud.orders).toHaveLength(2);
});

describe("A26: proven dead, and it shows before the next send", () => {
  const dead = async (identity: ImitationIdentity) => {
    const parts = setup({ identity });
    const { cloud, environment } = parts;
    cloud.faults.lag = 6 * minutes;
    cloud.faults.sends = ["lost-after", "rejected", "rejected", "rejected"];
    expect((await outcomeOf(parts))?.status).toBe("unresolved");
    environment.advance(5 * minutes);
    return parts;
  };

  test.each(["stamped", "chosen"] as const)("%s: adopted, not bought again", async (identity) => {
    const parts = await dead(identity);
    const { cloud, environment, ledger } = parts;
    // The second quote is refused: a card that was declined, say.
    if (identity === "stamped") expect((await outcomeOf(parts))?.status).toBe("rejected");
    environment.advance(2 * minutes);
    cloud.faults.sends = [];
    expect(await outcomeOf(parts)).toMatchObject({
      status: "already-purchased",
      commitment: { id: cloud.orders[0]?.id },
    });
    expect(cloud.orders).toHaveLength(1);
    expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ state: "purchased" });
  });

  test("two that fit: a person, and nothing is sent", async () => {
    const parts = await dead("stamped");
    const { cloud, environment } = parts;
    cloud.faults.onSend = () => undefined;
    expect((await outcomeOf(parts))?.status).toBe("rejected");
    const sends = cloud.counts.sends;
    environment.advance(2 * minutes);
    cloud.faults.lag = 0;
    cloud.add({ id: "bought by hand" });
    expect(await outcomeOf(parts)).toMatchObject({ status: "refused", error: { code: "commitment-unclear" } });
    expect(cloud.counts.sends).toBe(sends);
  });

  test("after a person's decision (nothing is marked): adopted when it shows, and what fitted then is not it", async () => {
    const parts = setup({ identity: "none" });
    const { cloud, environment, purchaser } = parts;
    cloud.faults.lag = 10 * minutes;
    cloud.faults.sends = ["lost-after"];
    await outcomeOf(parts);
    cloud.faults.lag = 0;
    cloud.add({ id: "theirs, failed", state: "Failed" });
    environment.advance(6 * minutes);
    const who = { executionId, recIndex: 0, person: "operator", reason: "not on the bill" };
    await purchaser.resolveByPerson({ ...who, finding: { notThis: "theirs, failed" } });
    await purchaser.resolveByPerson({ ...who, finding: "not-bought" });
    environment.advance(5 * minutes);
    expect(await outcomeOf(parts)).toMatchObject({
      status: "already-purchased",
      commitment: { id: cloud.orders[0]?.id },
    });
    expect(cloud.counts.sends).toBe(1);
  });
});

describe("A32: somebody's failed purchase that fits", () => {
  test.each(["stamped", "none"] as const)("%s: proves nothing, whenever it is seen", async (identity) => {
    const parts = setup({ identity });
    const { cloud, environment } = parts;
    cloud.faults.lag = 20 * minutes;
    cloud.faults.sends = ["lost-after"];
    await outcomeOf(parts);
    cloud.faults.lag = 0;
    cloud.add({ id: "theirs", state: "Failed" });
    for (let round = 0; round < 3; round += 1) {
      environment.advance(5 * minutes);
      expect((await outcomeOf(parts))?.status).toBe("unresolved");
    }
    cloud.orders.splice(1);
    environment.advance(6 * minutes);
    expect(await outcomeOf(parts)).toMatchObject({
      status: "already-purchased",
      commitment: { id: cloud.orders[0]?.id },
    });
    expect(cloud.counts.sends).toBe(1);
  });
});

describe("A28: seen on its way, and gone", () => {
  const adopted = async () => {
    const parts = setup({ identity: "chosen" });
    const id = `${token().slice(0, 32)}-0`;
    parts.cloud.add({ id, token: token(), state: "OnItsWay" });
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased", commitment: { id, settled: false } });
    return { ...parts, id };
  };

  test("it is bought anew once it is absent by its id, and old enough", async () => {
    const parts = await adopted();
    parts.cloud.vanish(parts.id);
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased" });
    expect(parts.cloud.counts.sends).toBe(0);
    parts.environment.advance(5 * minutes);
    expect(await outcomeOf(parts)).toMatchObject({ status: "purchased" });
    expect(parts.cloud.orders).toHaveLength(1);
  });

  test("it blocks nobody else in its scope meanwhile", async () => {
    const parts = await adopted();
    parts.cloud.vanish(parts.id);
    parts.environment.advance(20 * minutes);
    const other = { executionId: "another", source: "test", recommendations: [disk({ size: "large" })] };
    expect((await parts.purchaser.drive(other)).outcomes[0]?.status).toBe("purchased");
  });

  test("seen live, it is expected to stay: gone from the listing, the scope is refused", async () => {
    const parts = await adopted();
    const [order] = parts.cloud.orders;
    if (order === undefined) throw new Error("it is there");
    order.state = "Creating";
    await outcomeOf(parts);
    parts.cloud.vanish(parts.id);
    parts.environment.advance(20 * minutes);
    expect((await outcomeOf(parts))?.warnings?.join()).toContain("does not show");
    expect(parts.cloud.counts.sends).toBe(0);
  });

  test("what was never there cannot be accepted as a loss", async () => {
    const parts = await adopted();
    parts.cloud.vanish(parts.id);
    parts.environment.advance(5 * minutes);
    const loss = parts.purchaser.acceptLoss({ id: parts.id, person: "operator", reason: "gone" });
    await expect(loss).rejects.toMatchObject({ code: "nothing-to-resolve" });
    expect((await outcomeOf(parts))?.status).toBe("purchased");
  });

  test("accepted as a loss before that, it stays bought, whatever else is looked after", async () => {
    const parts = setup({ identity: "chosen" });
    const { cloud, environment, purchaser } = parts;
    cloud.faults.sends = ["lost-before"];
    cloud.faults.onSend = () => void cloud.add({ id: "elsewhere", token: token(), state: "OnItsWay" });
    expect((await outcomeOf(parts))?.status).toBe("already-purchased");
    cloud.vanish("elsewhere");
    await purchaser.acceptLoss({ id: "elsewhere", person: "operator", reason: "gone" });
    environment.advance(60 * minutes);
    expect((await outcomeOf(parts))?.status).toBe("already-purchased");
    expect(cloud.counts.sends).toBe(1);
  });

  test("a quote says that it is bought anew, and its price counts before the first purchase", async () => {
    const parts = await adopted();
    parts.cloud.vanish(parts.id);
    parts.environment.advance(20 * minutes);
    expect((await parts.purchaser.plan(execution())).recommendations[0]?.verdict).toBe("buy");
    const report = await parts.purchaser.drive(execution(), { maxTotals: [{ amount: "9", currency: "GBP" }] });
    expect(report.outcomes.map(({ status }) => status)).toEqual(["refused"]);
  });

  test("a listing that only lags proves nothing: its id still shows it", async () => {
    const parts = await adopted();
    parts.cloud.faults.listing = "empty";
    parts.environment.advance(20 * minutes);
    expect(await outcomeOf(parts)).toMatchObject({ status: "already-purchased" });
    expect(parts.cloud.counts.sends).toBe(0);
  });
});

describe("A31: three of one kind in one execution, and their ids show late", () => {
  test("all are bought in the end, by a timer, one after the other", async () => {
    const { cloud, environment, options } = setup({ identity: "stamped" });
    cloud.faults.lag = 18_000;
    const purchaser = createPurchaser(options);
    const first = await purchaser.drive(execution(disk(), disk(), disk()));
    expect(first.outcomes.map(({ status }) => status)).toEqual(["purchased", "in-progress", "in-progress"]);
    for (let round = 0; round < 6; round += 1) {
      environment.advance(20_000);
      await purchaser.redriveUnfinished();
    }
    const last = await purchaser.drive(execution(disk(), disk(), disk()));
    expect(last.outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 3 }, () => "already-purchased"));
    expect(cloud.orders.map((order) => order.token)).toEqual([token(0), token(1), token(2)]);
  });
});

test("B5: the provider's words and code stay in the outcome and in the record, whatever later looks show", async () => {
  const parts = setup();
  const purchaser = changed(parts, {
    send: async () => ({
      kind: "unknown",
      reason: "HTTP 500: OperationFailed: out of luck.",
      providerCode: "OperationFailed",
    }),
  });
  for (let drive = 0; drive < 3; drive += 1) {
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "unresolved", error: { providerCode: "OperationFailed" } });
    expect(outcome?.error?.message.match(/OperationFailed/g)).toHaveLength(1);
  }
  expect((await parts.ledger.recordsOf(executionId))[0]?.error?.providerCode).toBe("OperationFailed");
  expect((await parts.ledger.history(token())).map(({ detail }) => detail).join()).toContain("OperationFailed");
});

describe("B7: what may be bought has a price", () => {
  test.each<[string, SendFault | undefined, number]>([
    ["unresolved", "lost-after", 0],
    ["parked", "lost-after", 25 * 60 * minutes],
  ])("%s: in the outcome, and in the report's sum of what is at risk", async (what, fault, age) => {
    const { cloud, environment, purchaser } = setup();
    cloud.faults.sends = [fault];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    environment.advance(age);
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "unresolved", price: { amount: "10", currency: "GBP" } });
    expect(report.outcomes[0]?.parked !== undefined).toBe(what === "parked");
    expect(report).toMatchObject({ totals: [], atRisk: [{ amount: "10", currency: "GBP" }] });
  });

  test("another driver's, which is sent and not decided", async () => {
    const parts = setup();
    const { cloud, purchaser, options } = parts;
    let seen: Report | undefined;
    cloud.faults.onSend = async () => {
      seen ??= await createPurchaser(options).drive(execution());
    };
    const report = await purchaser.drive(execution());
    expect(seen).toMatchObject({ outcomes: [{ status: "in-progress", price: { amount: "10" } }], totals: [] });
    expect(seen?.atRisk).toEqual([{ amount: "10", currency: "GBP" }]);
    expect(report).toMatchObject({ totals: [{ amount: "10" }], atRisk: [] });
  });

  test("nothing that was refused, rejected or waits is at risk", async () => {
    const { cloud, purchaser } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    const report = await purchaser.drive(execution(disk(), disk()), { concurrency: 1 });
    expect(report).toMatchObject({ totals: [{ amount: "10" }], atRisk: [] });
  });
});
