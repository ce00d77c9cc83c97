// What the answer to the first send means for the money that may still be spent, for the next drive, and for what is recorded.
import { describe, expect, test } from "vitest";
import { LedgerError } from "../../src/contract/errors.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { ImitationIdentity, SendFault } from "../../src/testing/imitation/imitation-cloud.ts";
import { changed, dearerFromFirstSend, execution, patientLease, recordOf, setup, shownAs, token } from "./setup.ts";

const minutes = 60_000;
const chosenId = `${token().slice(0, 32)}-0`;
const unavailable = () =>
  Promise.reject(new LedgerError({ code: "ledger-unavailable", message: "connection reset", retryable: true }));
const taken = () => Promise.reject(new LedgerError({ code: "commitment-taken", message: "It is another's." }));
const outcomeOf = async (purchaser: ReturnType<typeof changed>) => (await purchaser.drive(execution())).outcomes[0];

describe("the money of one, for another that became dearer meanwhile", () => {
  /** Both are within the totals at first. As the first is sent, the second comes to cost what is left only without the first. */
  async function outcomesOf(
    identity: ImitationIdentity,
    fault: SendFault | undefined,
    prepare: (all: ReturnType<typeof setup>) => void = () => undefined,
  ) {
    const all = setup({ identity, leaseLength: patientLease });
    all.cloud.faults.sends = [fault];
    dearerFromFirstSend(all, "15");
    prepare(all);
    const two = execution(disk(), disk({ size: "large" }));
    const options = { maxTotals: [{ amount: "20", currency: "GBP" }], concurrency: 1 };
    return { ...all, outcomes: (await all.purchaser.drive(two, options)).outcomes };
  }

  test.each<[string, ImitationIdentity]>([
    ["where the look at the handle shows nothing", "minted"],
    ["where there is no handle to look at", "stamped"],
  ])("a refusal gives it back %s", async (_what, identity) => {
    const { outcomes } = await outcomesOf(identity, "rejected");
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "purchased"]);
  });

  test.each<[string, ImitationIdentity, (all: ReturnType<typeof setup>) => void]>([
    ["that nobody could check", "minted", ({ cloud }) => void (cloud.faults.resolves = ["throws"])],
    ["beside another's under its handle", "chosen", ({ cloud }) => void cloud.add({ id: chosenId, token: token(9) })],
  ])("a refusal %s does not: the first may be bought", async (_what, identity, prepare) => {
    const { outcomes } = await outcomesOf(identity, "rejected", prepare);
    expect(outcomes).toMatchObject([
      { status: "rejected" },
      { status: "refused", error: { code: "total-above-limit" } },
    ]);
  });

  test("a handle that another's has gives it back: this send bought nothing, and nothing is left to ask about", async () => {
    const taken = ({ cloud }: ReturnType<typeof setup>) => void cloud.add({ id: chosenId, token: token(9) });
    const all = await outcomesOf("chosen", undefined, taken);
    expect(all.outcomes).toMatchObject([
      { status: "rejected", error: { code: "purchase-rejected", retryable: false } },
      { status: "purchased" },
    ]);
    expect((await recordOf(all))?.former).toBeUndefined();
  });
});

describe("a refusal", () => {
  test("that was checked leaves nothing for the next drive to ask about", async () => {
    const { cloud, purchaser } = setup();
    cloud.faults.sends = ["rejected"];
    expect((await outcomeOf(purchaser))?.status).toBe("rejected");
    expect(cloud.counts.resolves).toBe(1);
    expect((await outcomeOf(purchaser))?.status).toBe("purchased");
    expect(cloud.counts.resolves).toBe(1);
  });

  test("where there is no handle: nothing is asked, and what somebody else bought meanwhile is not taken for it", async () => {
    const { cloud, purchaser } = setup({ identity: "stamped" });
    cloud.faults.sends = ["rejected"];
    cloud.faults.onSend = () => void (cloud.orders.length > 0 || cloud.add({ id: "theirs" }));
    expect((await outcomeOf(purchaser))?.status).toBe("rejected");
    expect(cloud.counts.resolves).toBe(0);
    expect(await outcomeOf(purchaser)).toMatchObject({ status: "purchased", commitment: { id: "order-1" } });
  });

  test("beside what is there, ours, and cannot be told: not believed", async () => {
    const all = setup();
    all.cloud.faults.sends = ["rejected"];
    const resolve: ServiceExecutor["resolve"] = () =>
      Promise.resolve({ kind: "unclear", reason: "It is there, in a state without a name.", isShown: true });
    expect(await outcomeOf(changed(all, { resolve }))).toMatchObject({
      status: "unresolved",
      error: { code: "outcome-unknown" },
    });
  });

  test("of what is bought and over already: said as it is, and never bought again", async () => {
    const all = setup();
    const { cloud } = all;
    cloud.faults.sends = ["refused-although-bought"];
    const purchaser = changed(all, {
      send: async (...sent) => {
        const answer = await cloud.executor.send(...sent);
        for (const order of cloud.orders) order.state = "Cancelled";
        return answer;
      },
    });
    for (let drive = 0; drive < 2; drive += 1) {
      expect(await outcomeOf(purchaser)).toMatchObject({ status: "rejected", error: { code: "purchase-over" } });
    }
    expect(cloud.counts).toMatchObject({ quotes: 1, sends: 1 });
  });
});

describe("an answer that it came to nothing at once", () => {
  const failing = (all: ReturnType<typeof setup>, change: () => void, more: Partial<ServiceExecutor> = {}) =>
    changed(all, {
      send: async (...sent) => {
        const answer = await all.cloud.executor.send(...sent);
        change();
        return shownAs(answer, { state: "Failed", standing: "failed", settled: true });
      },
      ...more,
    });

  test("and the look shows that it did not: bought by this drive, with one quote", async () => {
    const all = setup();
    expect(await outcomeOf(failing(all, () => undefined))).toMatchObject({
      status: "purchased",
      commitment: { id: "minted-1", state: "Creating" },
    });
    expect(all.cloud.counts).toMatchObject({ quotes: 1, sends: 1 });
  });

  test.each<[string, (all: ReturnType<typeof setup>) => void, string]>([
    ["shows the same: rejected", ({ cloud }) => cloud.fail("order-1"), "rejected"],
    ["shows nothing: rejected", ({ cloud }) => cloud.vanish("order-1"), "rejected"],
    ["shows it live: not believed", () => undefined, "unresolved"],
  ])("where there is no handle, a look at its id %s", async (_what, change, status) => {
    const all = setup({ identity: "stamped" });
    expect((await outcomeOf(failing(all, () => change(all))))?.status).toBe(status);
    expect(all.cloud.counts.reads).toBe(1);
  });

  test("where there is no handle, and its id cannot be read: not believed", async () => {
    const all = setup({ identity: "stamped" });
    const inventory = { ...all.cloud.executor.inventory, read: () => Promise.reject(new Error("503")) };
    const outcome = await outcomeOf(failing(all, () => all.cloud.fail("order-1"), { inventory }));
    expect(outcome?.status).toBe("unresolved");
    expect((await recordOf(all))?.generation).toBe(0);
  });

  test("where there is a handle, that is looked at, whatever can be read by an id", async () => {
    const all = setup();
    const read = () => Promise.reject(new Error("503"));
    const outcome = await outcomeOf(
      failing(all, () => all.cloud.fail("minted-1"), { inventory: { ...all.cloud.executor.inventory, read } }),
    );
    expect(outcome).toMatchObject({ status: "rejected", error: { providerCode: "Failed" } });
  });

  test("where nothing is under the handle: rejected", async () => {
    const all = setup();
    const outcome = await outcomeOf(failing(all, () => all.cloud.vanish("minted-1")));
    expect(outcome).toMatchObject({ status: "rejected", error: { providerCode: "Failed" } });
  });

  test("stopped before the look: not believed", async () => {
    const all = setup();
    const stop = new AbortController();
    all.cloud.faults.sends = ["failed"];
    all.cloud.faults.onSend = () => stop.abort();
    const { outcomes } = await all.purchaser.drive(execution(), { signal: stop.signal });
    expect(outcomes[0]?.status).toBe("unresolved");
    expect(await recordOf(all)).toMatchObject({ state: "unknown", generation: 0 });
  });

  test("and the ledger cannot take that: unresolved, with the ledger's error", async () => {
    const all = setup();
    all.cloud.faults.sends = ["failed"];
    const outcome = await outcomeOf(changed(all, {}, { dead: unavailable }));
    expect(outcome).toMatchObject({ status: "unresolved", error: { code: "ledger-unavailable" } });
  });
});

describe("whether this drive bought it", () => {
  test.each([
    ["six minutes before it was sent: no", -6 * minutes, "already-purchased"],
    ["five minutes before, by the provider's clock: it may be wrong by that much", -5 * minutes, "purchased"],
  ])("the provider says that it was bought %s", async (_what, before, status) => {
    const all = setup();
    const at = new Date(all.environment.now() + before).toISOString();
    const purchaser = changed(all, {
      send: async (...sent) => shownAs(await all.cloud.executor.send(...sent), { purchasedAt: at }),
    });
    expect((await outcomeOf(purchaser))?.status).toBe(status);
  });

  test("the provider does not say when: yes", async () => {
    const all = setup();
    const purchaser = changed(all, {
      send: async (...sent) => shownAs(await all.cloud.executor.send(...sent), { purchasedAt: undefined }),
    });
    expect((await outcomeOf(purchaser))?.status).toBe("purchased");
  });
});

test("an earlier driver's quote and all further ones expire: no more than three new ones in one drive", async () => {
  const { cloud, purchaser, environment } = setup();
  cloud.faults.sends = ["lost-before"];
  cloud.faults.resolve = "throws";
  await outcomeOf(purchaser);
  cloud.faults.resolve = undefined;
  environment.advance(5 * minutes);
  const pair: SendFault[] = ["expired", "lost-before"];
  cloud.faults.sends = Array.from({ length: 10 }, () => pair).flat();
  let sends = 0;
  cloud.faults.onSend = async () => {
    sends += 1;
    if (sends % 2 === 0) return;
    // Every second send is the second one of its handle, and late enough to prove something.
    for (let waited = 0; waited < 5 * minutes; waited += 10_000) {
      environment.advance(10_000);
      await new Promise((done) => setImmediate(done));
    }
  };
  expect(await outcomeOf(purchaser)).toMatchObject({ status: "refused", error: { code: "quote-failed" } });
  expect(cloud.counts.quotes).toBe(4);
});

describe("what is recorded of it", () => {
  const over = { state: "Cancelled", standing: "ended", settled: false, marked: false } as const;
  const ending = (all: ReturnType<typeof setup>, ledger = {}) =>
    changed(all, { send: async (...sent) => shownAs(await all.cloud.executor.send(...sent), over) }, ledger);

  test("bought and over at once: at its price, and nothing is left to wait for", async () => {
    const all = setup();
    await outcomeOf(ending(all));
    expect((await recordOf(all))?.commitment).toMatchObject({
      price: { amount: "10", currency: "GBP" },
      standing: "ended",
      settled: true,
      marked: "waived",
    });
    expect(await all.purchaser.watchPending()).toEqual([]);
  });

  test("the price that the provider says goes before the quoted one", async () => {
    const all = setup();
    const price = { amount: "12", currency: "GBP" };
    const purchaser = changed(all, {
      send: async (...sent) => shownAs(await all.cloud.executor.send(...sent), { ...over, price }),
    });
    await outcomeOf(purchaser);
    expect((await recordOf(all))?.commitment?.price).toEqual(price);
  });

  test("bought and over: every later drive says it of the same recommendation", async () => {
    const all = setup();
    const first = await outcomeOf(ending(all));
    expect(first).toMatchObject({ recIndex: 0, token: token(), status: "rejected" });
    expect(await outcomeOf(all.purchaser)).toEqual(first);
  });

  test("under its handle is what the ledger has as another's: not refused, for something was sent", async () => {
    const all = setup();
    expect(await outcomeOf(changed(all, {}, { purchase: taken }))).toMatchObject({
      status: "unresolved",
      price: { amount: "10" },
      error: { code: "commitment-taken" },
    });
    expect((await recordOf(all))?.submission).toBeDefined();
  });

  test("bought and over, and the ledger cannot take that: unresolved, with what is at risk", async () => {
    const all = setup();
    expect(await outcomeOf(ending(all, { purchase: unavailable }))).toMatchObject({
      status: "unresolved",
      price: { amount: "10" },
      error: { code: "ledger-unavailable" },
    });
  });

  test("found over in the list: refused where the ledger cannot take it, else said as it is, without a price", async () => {
    const all = setup();
    all.cloud.add({ id: "found", token: token(), state: "Cancelled" });
    // The detail that the list leaves out is read, and it is what was asked for.
    const inventory = { endedCounts: true };
    expect(await outcomeOf(changed(all, { inventory }, { purchase: taken }))).toMatchObject({
      status: "refused",
      error: { code: "commitment-taken" },
    });
    const outcome = await outcomeOf(changed(all, { inventory }));
    expect(outcome).toMatchObject({ status: "rejected", error: { code: "purchase-over" } });
    expect(outcome?.price).toBeUndefined();
    expect(all.cloud.counts.sends).toBe(0);
  });

  test("written ahead and not sent: nothing is asked about it later", async () => {
    const all = setup();
    const { ledger, environment, cloud } = all;
    const submit: typeof ledger.submit = async (...parameters) => {
      const submission = await ledger.submit(...parameters);
      environment.jump(5000);
      return submission;
    };
    await changed(all, {}, { submit })
      .drive(execution(), { deadline: environment.now() + 65_000 })
      .catch(() => undefined);
    expect(cloud.counts.sends).toBe(0);
    expect((await outcomeOf(all.purchaser))?.status).toBe("purchased");
    expect(cloud.counts.resolves).toBe(0);
  });

  test("the provider's words to the send stay, also where a later drive learns something else", async () => {
    const all = setup({ identity: "none" });
    const send: ServiceExecutor["send"] = async () => ({ kind: "unknown", reason: "HTTP 500: out of luck." });
    const resolve: ServiceExecutor["resolve"] = () => Promise.reject(new Error("503"));
    expect((await outcomeOf(changed(all, { send, resolve })))?.error?.message).toContain("out of luck");
    expect((await recordOf(all))?.error?.said).toBe("HTTP 500: out of luck.");
    const later = await outcomeOf(all.purchaser);
    expect(later?.error?.message).toContain("HTTP 500: out of luck. Since then: nothing new is there");
  });

  test("an id that could not be recorded as it came is recorded with the outcome, also where that is parked", async () => {
    const all = setup();
    const { cloud, environment } = all;
    [cloud.faults.sends, cloud.faults.resolve] = [["lost-before", "other-order"], "throws"];
    await outcomeOf(all.purchaser);
    [cloud.faults.resolve, cloud.faults.lag] = [undefined, 60 * minutes];
    environment.advance(2 * minutes);
    const recovery = { kind: "resend", handle: "minted", minimumAge: 300_000, parkAfter: 60_000 } as const;
    const outcome = await outcomeOf(changed(all, { recovery }, { evidence: unavailable }));
    expect(outcome?.parked).toMatchObject({ handle: { orderId: "minted-1" } });
    expect((await recordOf(all))?.submission?.evidence).toEqual(["other-2"]);
  });
});
