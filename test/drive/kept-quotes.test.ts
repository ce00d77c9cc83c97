import { expect, test } from "vitest";
import { createKeptQuotes } from "../../src/drive/kept-quotes.ts";
import type { Asked } from "../../src/drive/get-quote.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, executionId, setup, token } from "./setup.ts";

/** Kept quotes of an imitation that answers a dearer price each time, and a clock at two milliseconds: one that nobody sets, and the wall's. */
function clocks() {
  const { cloud } = setup();
  let [monotonic, wall] = [0, 1_000_000];
  const quotes = createKeptQuotes({ readClock: () => ({ boot: "one", monotonic, wall }) });
  const asked = (generation = 0): Asked => {
    const record = { token: token(), recIndex: 0, source: "test", recommendation: disk(), generation };
    return { executor: cloud.executor, record };
  };
  const pass = (milliseconds: number, ofWall = milliseconds) => {
    monotonic += milliseconds;
    wall += ofWall;
  };
  const { signal } = new AbortController();
  const quoting = { emit: () => undefined, stop: { check: () => undefined, signal } };
  let price = 0;
  const dearer = () => (cloud.faults.price = `${(price += 1)}`);
  const ahead = async (of: Asked = asked()) => {
    dearer();
    return (await quotes.ahead(quoting, of)).quote.price.amount;
  };
  const forPurchase = async (of: Asked = asked()) => {
    dearer();
    return (await quotes.forPurchase(quoting, of)).quote.price.amount;
  };
  return { cloud, quotes, quoting, asked, pass, ahead, forPurchase };
}

test("a quote is kept for two minutes, and bought at once", async () => {
  const { pass, ahead, forPurchase } = clocks();
  expect(await ahead()).toBe("1");
  pass(120_000);
  expect(await ahead()).toBe("1");
  expect(await forPurchase()).toBe("1");
  expect(await forPurchase()).toBe("4");
  expect(await ahead()).toBe("5");
  pass(120_001);
  expect(await forPurchase()).toBe("6");
});

test("the clock that says more counts: set back it makes nothing younger, and a machine that slept is older", async () => {
  const { pass, ahead, forPurchase } = clocks();
  await ahead();
  pass(120_001, -3_600_000);
  expect(await forPurchase()).toBe("2");
  await ahead();
  pass(0, 120_001);
  expect(await forPurchase()).toBe("4");
});

test("its age counts from when it was asked for, not from its answer", async () => {
  const { cloud, quotes, quoting, asked, pass, forPurchase } = clocks();
  const [begun, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const executor = {
    ...cloud.executor,
    quote: async (...parameters: Parameters<typeof cloud.executor.quote>) => {
      begun.resolve();
      await slow.promise;
      return cloud.executor.quote(...parameters);
    },
  };
  const answered = quotes.ahead(quoting, { ...asked(), executor });
  await begun.promise;
  pass(120_001);
  slow.resolve();
  await answered;
  expect(await forPurchase()).toBe("1");
});

test("one that is asked for now is waited for; one that came to nothing is asked for anew", async () => {
  const { cloud, quotes, quoting, asked } = clocks();
  const slow = Promise.withResolvers<void>();
  let quoted = 0;
  const executor = {
    ...cloud.executor,
    quote: async (...parameters: Parameters<typeof cloud.executor.quote>) => {
      quoted += 1;
      if (quoted < 3) await slow.promise;
      if (quoted === 2) throw new Error("503");
      return cloud.executor.quote(...parameters);
    },
  };
  const of = { ...asked(), executor };
  const ahead = quotes.ahead(quoting, of);
  const bought = quotes.forPurchase(quoting, of);
  slow.resolve();
  expect(await bought).toBe(await ahead);
  expect(quoted).toBe(1);
  const failed = expect(quotes.ahead(quoting, of)).rejects.toThrow("503");
  const anew = quotes.forPurchase(quoting, of);
  await failed;
  expect((await anew).quote.price.currency).toBe("GBP");
  expect(quoted).toBe(3);
});

test("what came to nothing meanwhile is asked for anew", async () => {
  const { asked, ahead, forPurchase } = clocks();
  await ahead(asked(0));
  expect(await forPurchase(asked(1))).toBe("2");
});

test("what was sent meanwhile, also by another driver, is asked for anew: the next quote keeps the handle that was sent", async () => {
  const { asked, ahead, forPurchase } = clocks();
  const { cloud, purchaser, ledger } = setup();
  cloud.faults.sends = ["rejected"];
  cloud.faults.resolve = "throws";
  await purchaser.drive(execution());
  const [record] = await ledger.recordsOf(executionId);
  expect(record?.former).toHaveLength(1);
  const { executor, record: before } = asked(record?.generation);
  const sent = { executor, record: { ...before, former: record?.former } };
  await ahead({ executor, record: before });
  expect(await forPurchase(sent)).toBe("2");
  await ahead(sent);
  expect(await forPurchase(sent)).toBe("3");
});

test("a handle that may be sent again, and a baseline beside it: it is asked for just before its purchase", async () => {
  const { asked, ahead, forPurchase } = clocks();
  const { executor, record } = asked();
  const own = { executor: { ...executor, quoteSeesPurchases: true }, record };
  await ahead(own);
  expect(await forPurchase(own)).toBe("2");
});

test.each<[ImitationIdentity, number]>([
  ["minted", 1],
  ["chosen", 1],
  ["stamped", 2],
  ["none", 2],
])(
  "%s: with a total each price is asked for %i times: in its lane where it has a baseline",
  async (identity, times) => {
    const { purchaser, cloud } = setup({ identity });
    const events: DriveEvent[] = [];
    const maxTotals = [{ amount: "100000", currency: "GBP" }];
    const report = await purchaser.drive(execution(disk(), disk({ quantity: 2 })), {
      maxTotals,
      onEvent: (event) => events.push(event),
    });
    expect(report.outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(cloud.orders).toHaveLength(2);
    expect(events.filter(({ type }) => type === "quoting")).toHaveLength(2 * times);
  },
);
