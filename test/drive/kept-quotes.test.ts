import { expect, test } from "vitest";
import { createKeptQuotes } from "../../src/drive/kept-quotes.ts";
import type { Asked, Quoted } from "../../src/drive/get-quote.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, executionId, setup, token } from "./setup.ts";

const quoted: Quoted = {
  quote: { price: { amount: "1", currency: "GBP" }, handle: {}, request: {} },
  marker: { token: token(), source: "test", generation: 0 },
};

/** A clock at two milliseconds: one that nobody sets, and the wall's. */
function clocks() {
  const { executor } = setup().cloud;
  let [monotonic, wall] = [0, 1_000_000];
  const quotes = createKeptQuotes({ readClock: () => ({ boot: "one", monotonic, wall }) });
  const asked = (generation = 0): Asked => {
    const record = { token: token(), recIndex: 0, source: "test", recommendation: disk(), generation };
    return { executor, record };
  };
  const pass = (milliseconds: number, ofWall = milliseconds) => {
    monotonic += milliseconds;
    wall += ofWall;
  };
  return { quotes, asked, pass };
}

test("a quote is kept for two minutes, and taken once", () => {
  const { quotes, asked, pass } = clocks();
  quotes.keep(asked(), quoted);
  pass(120_000);
  expect(quotes.take(asked())).toBe(quoted);
  expect(quotes.take(asked())).toBeUndefined();
  quotes.keep(asked(), quoted);
  pass(120_001);
  expect(quotes.take(asked())).toBeUndefined();
});

test("the clock that says more counts: set back it makes nothing younger, and a machine that slept is older", () => {
  const { quotes, asked, pass } = clocks();
  quotes.keep(asked(), quoted);
  pass(120_001, -3_600_000);
  expect(quotes.take(asked())).toBeUndefined();
  quotes.keep(asked(), quoted);
  pass(0, 120_001);
  expect(quotes.take(asked())).toBeUndefined();
});

test("what came to nothing meanwhile is asked for anew", () => {
  const { quotes, asked } = clocks();
  quotes.keep(asked(0), quoted);
  expect(quotes.take(asked(1))).toBeUndefined();
});

test("what was sent meanwhile, also by another driver, is asked for anew: the next quote keeps the handle that was sent", async () => {
  const { quotes, asked } = clocks();
  const { cloud, purchaser, ledger } = setup();
  cloud.faults.sends = ["rejected"];
  cloud.faults.resolve = "throws";
  await purchaser.drive(execution());
  const [record] = await ledger.recordsOf(executionId);
  expect(record?.former).toHaveLength(1);
  const { executor, record: before } = asked(record?.generation);
  quotes.keep({ executor, record: before }, quoted);
  expect(quotes.take({ executor, record: { ...before, former: record?.former } })).toBeUndefined();
  quotes.keep({ executor, record: { ...before, former: record?.former } }, quoted);
  expect(quotes.take({ executor, record: { ...before, former: record?.former } })).toBe(quoted);
});

test("a handle that may be sent again, and a baseline beside it: it is asked for just before its purchase", () => {
  const { quotes, asked } = clocks();
  const { executor, record } = asked();
  quotes.keep({ executor: { ...executor, quotesBaseline: true }, record }, quoted);
  expect(quotes.take(asked())).toBeUndefined();
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
