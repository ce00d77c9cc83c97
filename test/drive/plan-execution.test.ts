import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, dyingCall, execution, payer, setup, token } from "./setup.ts";

const ten = { amount: "10", currency: "GBP" };
const gbp = (amount: string) => ({ amount, currency: "GBP" });

/** A ledger that records what is written through it: a quote must not. */
function readOnly(ledger: Ledger): Ledger {
  const forbidden = (name: string) => () => Promise.reject(new Error(`${name} was called`));
  const { now, purchasedIn, recorded, history, records, unfinished, close } = ledger;
  const writes = ["claim", "renew", "release", "submit", "purchase", "observe", "reject", "refuse", "unknown"];
  const more = ["dead", "reopen", "decide", "recordExecution", "amend"];
  const none = Object.fromEntries([...writes, ...more].map((name) => [name, forbidden(name)]));
  return { ...none, now, purchasedIn, recorded, history, records, unfinished, close } as unknown as Ledger;
}

const sameAs = (others: string) => `The same is asked for in this execution as ${others}.`;

/** The imitation does not say how it is paid. */
const unknownHow = (amount: string) => ({ price: gbp(amount), dueNow: gbp("0"), monthly: [], unknown: gbp(amount) });

describe("a quote says what a drive would do, moves no money and writes nothing", () => {
  test("what would be bought, and what is above its limit", async () => {
    const { purchaser, cloud, ledger } = setup();
    const limited = execution(disk(), disk({ maxPrice: gbp("9") }), disk({ maxPrice: gbp("10.0") }));
    expect(await purchaser.plan(limited)).toEqual({
      executionId: "execution-1",
      termsVersion: 0,
      recommendations: [
        { recIndex: 0, token: token(), ...payer, verdict: "buy", price: ten, warnings: [sameAs("#1, #2")] },
        {
          recIndex: 1,
          token: token(1),
          ...payer,
          verdict: "refuse",
          price: ten,
          limit: gbp("9"),
          error: { code: "price-above-limit", message: expect.stringContaining("9.00 GBP"), retryable: false },
        },
        {
          recIndex: 2,
          token: token(2),
          ...payer,
          verdict: "buy",
          price: ten,
          limit: gbp("10.0"),
          warnings: [sameAs("#0, #1")],
        },
      ],
      totals: { buy: [gbp("20")], bought: [], reconcile: [] },
      payments: [unknownHow("20")],
      accounts: [{ provider: payer.provider, account: payer.account, payments: [unknownHow("20")] }],
    });
    expect(cloud.counts).toMatchObject({ sends: 0, listings: 1 });
    expect(await ledger.recordsOf("execution-1")).toEqual([]);
  });

  test("what the ledger knows as bought and done is neither quoted nor looked up", async () => {
    const { purchaser, cloud, options } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "Succeeded";
    await purchaser.drive(execution());
    const before = { ...cloud.counts };
    const reader = createPurchaser({ ...options, ledger: readOnly(options.ledger) });
    const quotation = await reader.plan(execution());
    expect(quotation.recommendations).toMatchObject([
      { verdict: "bought", price: ten, commitment: { id: cloud.orders[0]?.id, state: "Succeeded", settled: true } },
    ]);
    expect(quotation.totals).toEqual({ buy: [], bought: [ten], reconcile: [] });
    expect(cloud.counts).toEqual(before);
  });

  test("what is bought and pending stays bought, also while the look-up fails", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    for (const listing of ["throws", undefined] as const) {
      cloud.faults.listing = listing;
      expect((await purchaser.plan(execution())).recommendations).toMatchObject([{ verdict: "bought" }]);
    }
    expect(cloud.counts.quotes).toBe(1);
  });

  test("a purchase that came to nothing would be bought anew; the ledger is not told", async () => {
    const { purchaser, cloud, ledger } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "BillingFailed";
    cloud.faults.price = "12";
    expect(await purchaser.plan(execution())).toMatchObject({
      recommendations: [{ verdict: "buy", price: gbp("12") }],
      totals: { buy: [gbp("12")], bought: [] },
    });
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ state: "purchased", generation: 0 });
  });

  test("found in the cloud by its token: compared first, then it would be adopted", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "from elsewhere", token: token(0) });
    cloud.add({ id: "another size", token: token(1), size: "large" });
    const { recommendations, totals } = await purchaser.plan(execution(disk(), disk()));
    expect(recommendations).toMatchObject([
      { verdict: "adopt", commitment: { id: "from elsewhere" } },
      { verdict: "refuse", error: { code: "commitment-mismatch" } },
    ]);
    expect(totals).toEqual({ buy: [], bought: [], reconcile: [] });
    expect(cloud.counts).toMatchObject({ quotes: 0, facts: 2 });
  });

  test("found in the cloud by its token, and over: a drive would say so, and buy nothing", async () => {
    const parts = setup();
    parts.cloud.add({ id: "found", token: token(), state: "Cancelled" });
    const purchaser = changed(parts, { inventory: { endedCounts: true } });
    const { recommendations, totals } = await purchaser.plan(execution());
    expect(recommendations).toMatchObject([{ verdict: "refuse", error: { code: "purchase-over" } }]);
    expect(totals).toEqual({ buy: [], bought: [], reconcile: [] });
  });

  test("sent, and nobody knows what became of it: that is found out first; it is not quoted anew", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    cloud.faults.price = "12";
    const quotation = await purchaser.plan(execution());
    expect(quotation.recommendations).toMatchObject([
      { verdict: "reconcile", price: ten, error: { code: "outcome-unknown", message: expect.stringContaining("503") } },
    ]);
    expect(quotation.totals).toEqual({ buy: [], bought: [], reconcile: [ten] });
    expect(cloud.counts).toMatchObject({ quotes: 1, sends: 1 });
  });

  test("parked: what a person has to decide is said", async () => {
    const { purchaser, cloud, environment, ledger } = setup();
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    environment.advance(100 * 60 * 60_000);
    await purchaser.drive(execution());
    expect((await ledger.recordsOf("execution-1"))[0]?.parkedAt).toBeDefined();
    expect((await purchaser.plan(execution())).recommendations).toMatchObject([
      {
        verdict: "reconcile",
        price: ten,
        error: { message: expect.stringMatching(/^Parked since .*buyonce resolve/) },
      },
    ]);
  });

  test("held by another driver, until when; after its lease it is as the ledger has it", async () => {
    const { purchaser, options, environment } = setup();
    const { die, reached } = dyingCall();
    const stuck: Ledger = { ...options.ledger, purchasedIn: die };
    const dead = { ...environment, every: () => () => undefined };
    void createPurchaser({ ...options, ledger: stuck, environment: dead }).drive(execution());
    await reached;
    expect((await purchaser.plan(execution())).recommendations).toMatchObject([
      { verdict: "held", error: { code: "held-by-another-driver", retryAfter: 30_000 } },
    ]);
    environment.jump(30_000);
    expect((await purchaser.plan(execution())).recommendations).toMatchObject([{ verdict: "buy" }]);
  });

  test("another recommendation at the same place would be refused, without a price", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution());
    const { recommendations } = await purchaser.plan(execution(disk({ size: "large" })));
    expect(recommendations).toMatchObject([{ verdict: "refuse", error: { code: "execution-changed" } }]);
    expect(cloud.counts.quotes).toBe(1);
  });

  test("a listing that fails, or lacks what the ledger knows, refuses what is not bought", async () => {
    const { purchaser, cloud, environment } = setup();
    await purchaser.drive({ ...execution(), executionId: "an older one" });
    environment.advance(20 * 60_000);
    for (const [listing, code] of [
      ["throws", "lookup-failed"],
      ["empty", "lookup-untrusted"],
    ] as const) {
      cloud.faults.listing = listing;
      const { recommendations } = await purchaser.plan(execution());
      expect(recommendations).toMatchObject([{ verdict: "refuse", error: { code } }]);
    }
  });

  test("a ledger that fails is thrown; one stopped is said to be aborted", async () => {
    const broken = new LedgerError({ code: "ledger-unavailable", message: "gone" });
    const ledger = { ...createMemoryLedger(), purchasedIn: () => Promise.reject(broken) };
    await expect(setup({ ledger }).purchaser.plan(execution())).rejects.toBe(broken);
    const { purchaser } = setup();
    const { recommendations } = await purchaser.plan(execution(), { signal: AbortSignal.abort() });
    expect(recommendations).toMatchObject([{ verdict: "refuse", error: { code: "aborted" } }]);
  });

  test("a purchase that came to nothing is quoted for its next generation, any other for its own", async () => {
    const parts = setup({ identity: "chosen" });
    const { purchaser, cloud } = parts;
    const asked: number[] = [];
    const quoting = changed(parts, {
      quote: async (_recommendation, marker, options) => {
        asked.push(marker.generation);
        return cloud.executor.quote(disk(), marker, options);
      },
    });
    await quoting.plan(execution());
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "BillingFailed";
    await quoting.plan(execution());
    await purchaser.watchPending();
    await quoting.plan(execution());
    expect(asked).toEqual([0, 1, 1]);
  });

  test("what would be adopted counts as bought, where its price is known", async () => {
    const parts = setup();
    const found = { id: "from elsewhere", state: "Succeeded", standing: "live", settled: true, marked: true } as const;
    parts.cloud.add({ id: found.id, token: token() });
    const purchaser = changed(parts, {
      inventory: {
        list: async function* () {
          const marks = [{ text: token(), whole: true }];
          yield [{ commitment: { ...found, price: ten }, marks, facts: { size: "small", quantity: "1" } }];
        },
      },
    });
    const { recommendations, totals } = await purchaser.plan(execution());
    expect(recommendations).toMatchObject([{ verdict: "adopt", price: ten }]);
    expect(totals).toEqual({ buy: [], bought: [ten], reconcile: [] });
  });

  test("written ahead by a driver that died: that is found out first", async () => {
    const { purchaser, options, environment, cloud } = setup();
    const dying: Ledger = {
      ...options.ledger,
      submit: async (...parameters) => {
        await options.ledger.submit(...parameters);
        return new Promise(() => undefined);
      },
    };
    void createPurchaser({
      ...options,
      ledger: dying,
      environment: { ...environment, every: () => () => undefined },
    }).drive(execution());
    await expect.poll(async () => (await options.ledger.recordsOf("execution-1"))[0]?.state).toBe("submitted");
    environment.jump(30_000);
    expect((await purchaser.plan(execution())).recommendations).toMatchObject([
      {
        verdict: "reconcile",
        price: ten,
        error: {
          code: "outcome-unknown",
          message: "An earlier driver ended before it recorded what became of this purchase.",
        },
      },
    ]);
    expect(cloud.counts.quotes).toBe(1);
  });

  test("what is bought stays bought while another driver looks after it", async () => {
    const { purchaser, ledger } = setup();
    await purchaser.drive(execution());
    await ledger.claim(await ledger.recordsOf("execution-1"), "a live driver", 30_000);
    expect((await purchaser.plan(execution())).recommendations).toMatchObject([{ verdict: "bought" }]);
  });

  test("a ledger that fails while what is pending is looked at is thrown", async () => {
    const { purchaser, options } = setup();
    await purchaser.drive(execution());
    const broken = new LedgerError({ code: "ledger-unavailable", message: "gone" });
    const ledger = { ...options.ledger, purchasedIn: () => Promise.reject(broken) };
    await expect(createPurchaser({ ...options, ledger }).plan(execution())).rejects.toBe(broken);
  });

  test("against totals: what would be bought and what was sent may come to just as much", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["lost-after", "rejected"];
    cloud.faults.resolve = "throws";
    const two = execution(disk(), disk());
    await purchaser.drive(two, { concurrency: 1 });
    expect((await purchaser.plan(two, { maxTotals: [gbp("20.00")] })).error).toBeUndefined();
    const above = await purchaser.plan(two, { maxTotals: [gbp("19.99")] });
    expect(above.error).toMatchObject({ code: "total-above-limit", message: expect.stringContaining("20.00 GBP") });
    const missing = await purchaser.plan(two, { maxTotals: [{ amount: "99", currency: "USD" }] });
    expect(missing.error).toMatchObject({ code: "total-currency-missing" });
  });
});
