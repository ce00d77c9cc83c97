import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { Report } from "../../src/contract/report.ts";
import { changed, executionId, setup, token } from "../drive/setup.ts";

const gbp = (amount: string) => ({ amount, currency: "GBP" });
const ann = { person: "ann", reason: "agreed" };
const said = ({ outcomes }: Report) => outcomes.map(({ status, error }) => error?.code ?? status);
const order = (recommendations: readonly AnyRecommendation[], more: object = {}) => ({
  executionId,
  source: "test",
  recommendations,
  ...more,
});
const three = [disk(), disk({ size: "large" }), disk({ size: "huge" })];

describe("A9: limits belong to the execution, for its life", () => {
  test("stopped while prices are asked, then driven by a timer: the total of the first drive holds", async () => {
    const { purchaser, cloud, environment } = setup();
    const controller = new AbortController();
    cloud.faults.afterQuote = () => controller.abort();
    const stopped = purchaser.drive(order(three), { maxTotals: [gbp("20")], signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    cloud.faults.afterQuote = undefined;
    environment.advance(60_000);
    const reports = await purchaser.redriveUnfinished();
    expect(reports.map(said)).toEqual([Array(3).fill("total-above-limit")]);
    expect(cloud.counts.sends).toBe(0);
  });

  test("submitted without a total: that of its first drive is recorded, one of a later drive is not", async () => {
    const { purchaser, cloud, environment } = setup();
    await purchaser.submit(order(three));
    const controller = new AbortController();
    cloud.faults.afterQuote = () => controller.abort();
    const stopped = purchaser.drive(order(three), { maxTotals: [gbp("20")], signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    cloud.faults.afterQuote = undefined;
    environment.advance(60_000);
    await purchaser.drive(order(three), { maxTotals: [gbp("5")] });
    expect((await purchaser.execution(executionId)).execution.maxTotals).toEqual([gbp("20")]);
    environment.advance(60_000);
    const reports = await purchaser.redriveUnfinished({ retryRefused: true });
    expect(reports.map(said)).toEqual([Array(3).fill("total-above-limit")]);
    expect(cloud.counts.sends).toBe(0);
  });

  test("three at 10 under 20, by a timer one at a time: nothing is bought, not two", async () => {
    const { purchaser, cloud, environment } = setup();
    await purchaser.submit(order(three, { maxTotals: [gbp("20")] }));
    for (let round = 0; round < 4; round += 1) {
      environment.advance(60_000);
      for (const report of await purchaser.redriveUnfinished({ limit: 1 })) {
        expect(said(report)).toEqual(["total-above-limit"]);
      }
    }
    expect(cloud.orders).toHaveLength(0);
    await purchaser.setLimits(executionId, { maxTotals: [gbp("30")], ...ann });
    expect(said(await purchaser.redrive(executionId))).toEqual(Array(3).fill("purchased"));
  });

  test("two drivers whose sums together pass the total: what one sent counts for the other", async () => {
    const { purchaser, cloud, options, ledger, environment } = setup();
    await purchaser.submit(order(three, { maxTotals: [gbp("30")] }));
    // Both see room for all of it; then the price of what the second quotes has risen.
    let other: readonly Report[] = [];
    const meanwhile: Ledger = {
      ...ledger,
      submit: async (...parameters) => {
        if (other.length === 0) {
          other = [{ executionId, outcomes: [], totals: [], atRisk: [], payments: [], accounts: [] }];
          cloud.faults.price = "11";
          other = await createPurchaser(options).redriveUnfinished();
        }
        return ledger.submit(...parameters);
      },
    };
    const [first, second] = await ledger.recordsOf(executionId);
    if (first === undefined || second === undefined) throw new Error("three are recorded");
    const one = createPurchaser({ ...options, ledger: { ...meanwhile, unfinished: async () => [first] } });
    const [report] = await one.redriveUnfinished();
    environment.advance(1000);
    expect(other.map(said)).toEqual([["purchased", "purchased"].map(() => expect.any(String))]);
    const spent = (await ledger.recordsOf(executionId)).flatMap(({ submission }) =>
      Number(submission?.price.amount ?? 0),
    );
    expect(spent.reduce((sum, price) => sum + price, 0)).toBeLessThanOrEqual(30);
    expect(report && said(report)).toHaveLength(1);
  });

  test("the total of one call is an additional limit, and is not recorded", async () => {
    const { purchaser, ledger } = setup();
    await purchaser.submit(order(three));
    expect(said(await purchaser.redrive(executionId, { maxTotals: [gbp("20")] }))).toEqual(
      Array(3).fill("total-above-limit"),
    );
    expect((await ledger.execution(executionId))?.maxTotals).toBeUndefined();
    expect(said(await purchaser.redrive(executionId, { maxTotals: [gbp("30")] }))).toEqual(Array(3).fill("purchased"));
  });

  test("what is bought already counts in the check of all that is undecided", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = [undefined, "rejected", "rejected"];
    await purchaser.drive(order(three, { maxTotals: [gbp("30")] }), { concurrency: 1 });
    cloud.faults.price = "10.01";
    expect(said(await purchaser.drive(order(three, { maxTotals: [gbp("30")] })))).toEqual([
      "already-purchased",
      "total-above-limit",
      "total-above-limit",
    ]);
    cloud.faults.price = "10";
    expect(said(await purchaser.drive(order(three)))).toEqual(["already-purchased", "purchased", "purchased"]);
  });

  test("a file may lower limits, which is recorded with its driver; it cannot raise or drop them", async () => {
    const { purchaser, cloud, ledger } = setup();
    const limited = (amount?: string, total?: string) =>
      order([{ ...disk(), ...(amount ? { maxPrice: gbp(amount) } : {}) }], total ? { maxTotals: [gbp(total)] } : {});
    expect(said(await purchaser.drive(limited("9", "50")))).toEqual(["price-above-limit"]);
    for (const raised of [limited("20", "50"), limited(undefined, "50"), limited("9", "51")]) {
      expect(said(await purchaser.drive(raised))).toEqual(["limits-differ"]);
    }
    expect(said(await purchaser.drive(limited("8")))).toEqual(["price-above-limit"]);
    expect((await ledger.recordsOf(executionId))[0]?.recommendation.maxPrice).toEqual(gbp("8"));
    expect(await ledger.executionHistory(executionId)).toMatchObject([
      { event: "record" },
      {
        event: "limits",
        person: expect.stringContaining(":"),
        reason: "the file that it drove",
        detail: "#0 8.00 GBP",
      },
    ]);
    expect(said(await purchaser.drive(limited("10", "50"), { raiseLimits: true }))).toEqual(["purchased"]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("nothing is sent before it is due or after it expired; a time cannot be changed by a file", async () => {
    const { purchaser, cloud, environment } = setup();
    const at = (milliseconds: number) => new Date(environment.now() + milliseconds).toISOString();
    const [notBefore, expiresAt] = [at(60_000), at(120_000)];
    const timed = order([disk()], { notBefore, expiresAt });
    expect(said(await purchaser.drive(timed))).toEqual(["not-due"]);
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    expect(said(await purchaser.drive(order([disk()], { notBefore: at(0) })))).toEqual(["limits-differ"]);
    environment.advance(60_000);
    cloud.faults.sends = ["rejected"];
    expect((await purchaser.redriveUnfinished()).map(said)).toEqual([["purchase-rejected"]]);
    environment.advance(60_000);
    expect(said(await purchaser.drive(timed))).toEqual(["execution-expired"]);
    expect(await purchaser.execution(executionId)).toMatchObject({ state: "stopped" });
    expect(() => purchaser.validate({ ...timed, expiresAt: notBefore })).toThrow(
      "expiresAt: must be later than notBefore",
    );
    expect(() => purchaser.validate({ ...timed, notBefore: "tomorrow" })).toThrow("notBefore: must be a time");
  });
});

describe("A7: nothing is driven from a snapshot", () => {
  test("a timer that read its work before a limit was lowered buys nothing above it, and the limit stays", async () => {
    const { purchaser, cloud, options, ledger } = setup();
    cloud.faults.sends = ["rejected"];
    const limited = (amount: string) => order([{ ...disk(), maxPrice: gbp(amount) }]);
    await purchaser.drive(limited("20"));
    const stale = await ledger.recordsOf(executionId);
    const timer = createPurchaser({ ...options, ledger: { ...ledger, unfinished: async () => stale } });
    expect(said(await purchaser.drive(limited("5")))).toEqual(["price-above-limit"]);
    expect((await timer.redriveUnfinished()).map(said)).toEqual([["price-above-limit"]]);
    expect((await ledger.recordsOf(executionId))[0]?.recommendation.maxPrice).toEqual(gbp("5"));
    expect(cloud.orders).toHaveLength(0);
  });

  test.each([
    [
      "a limit is lowered",
      (ledger: Ledger) => ledger.amend(executionId, { kind: "limits", maxPrices: { 0: gbp("5") }, ...ann }),
      "terms-changed",
    ],
    [
      "it is cancelled",
      (ledger: Ledger) => ledger.amend(executionId, { kind: "cancel", ...ann }),
      "execution-cancelled",
    ],
    [
      "it is skipped",
      (ledger: Ledger) => ledger.amend(executionId, { kind: "skip", recIndex: 0, ...ann }),
      "terms-changed",
    ],
  ] as const)("%s between the quote and the write-ahead: nothing is sent", async (_what, meanwhile, code) => {
    const { purchaser, cloud, options, ledger } = setup();
    await purchaser.submit(order([disk()]));
    const racing: Ledger = {
      ...ledger,
      submit: async (...parameters) => {
        await meanwhile(ledger);
        return ledger.submit(...parameters);
      },
    };
    const driver = createPurchaser({ ...options, ledger: racing });
    expect(said(await driver.redrive(executionId))).toEqual([code]);
    expect(cloud.counts.sends).toBe(0);
  });
});

describe("A8: what a person agreed to is all that is bought by it", () => {
  test("another token, a higher price, terms that changed: not bought", async () => {
    const { purchaser, cloud, ledger } = setup();
    await purchaser.submit(order(three));
    const [one, two] = await ledger.recordsOf(executionId);
    if (one === undefined || two === undefined) throw new Error("three are recorded");
    const agreement = {
      termsVersions: { [executionId]: 1 },
      prices: { [one.token]: gbp("10"), [two.token]: gbp("9.99") },
    };
    expect(said(await purchaser.redrive(executionId, { agreement }))).toEqual([
      "purchased",
      "price-above-limit",
      "not-agreed",
    ]);
    await purchaser.setLimits(executionId, { maxTotals: [gbp("99")], ...ann });
    const [report] = await purchaser.redriveUnfinished({ agreement, retryRefused: true });
    expect(report && new Set(said(report))).toEqual(new Set(["already-purchased", "terms-changed"]));
    expect(cloud.orders).toHaveLength(1);
  });
});

test("A8: terms that change between the last look at them and the claim are not those that were agreed to", async () => {
  const { purchaser, options, cloud, ledger } = setup();
  await purchaser.submit(order(three));
  const places = await ledger.recordsOf(executionId);
  const agreement = {
    termsVersions: { [executionId]: 1 },
    prices: Object.fromEntries(places.map(({ token }) => [token, null])),
  };
  const racing: Ledger = {
    ...ledger,
    claim: async (...parameters) => {
      await purchaser.setLimits(executionId, { maxTotals: [gbp("99")], ...ann });
      return ledger.claim(...parameters);
    },
  };
  const report = await createPurchaser({ ...options, ledger: racing }).redrive(executionId, { agreement });
  expect(said(report)).toEqual(Array<string>(3).fill("terms-changed"));
  expect(cloud.counts.sends).toBe(0);
});

test("A8: a raise that was agreed to is not made over terms that changed while it was recorded", async () => {
  const { purchaser, cloud, ledger, options } = setup();
  const limited = (amount: string) => order([{ ...disk(), maxPrice: gbp(amount) }]);
  await purchaser.submit(limited("5"));
  const plan = await purchaser.plan(limited("30"), { raiseLimits: true });
  expect(plan).toMatchObject({ raises: ["maxPrice of #0 from 5.00 GBP to 30.00 GBP"], totals: { buy: [gbp("10")] } });
  const agreement = { termsVersions: { [executionId]: plan.termsVersion }, prices: {} };
  let isFirst = true;
  const racing: Ledger = {
    ...ledger,
    amend: async (...parameters) => {
      if (isFirst) {
        isFirst = false;
        await purchaser.setLimits(executionId, { maxPrices: { 0: gbp("7") }, ...ann });
      }
      return ledger.amend(...parameters);
    },
  };
  const driver = createPurchaser({ ...options, ledger: racing });
  expect(said(await driver.drive(limited("30"), { raiseLimits: true, agreement }))).toEqual(["terms-changed"]);
  expect((await ledger.recordsOf(executionId))[0]?.recommendation.maxPrice).toEqual(gbp("7"));
  expect(cloud.counts.sends).toBe(0);
});

test("a plan says of a raise what a drive would: refused without leave, and where it is cancelled or to be approved", async () => {
  const { purchaser } = setup();
  const limited = (amount: string) => order([{ ...disk(), maxPrice: gbp(amount) }]);
  const planned = async () => {
    const { raises, recommendations } = await purchaser.plan(limited("30"), { raiseLimits: true });
    return [raises, recommendations[0]?.error?.code];
  };
  await purchaser.submit(limited("5"), { requireApproval: true });
  expect(await planned()).toEqual([undefined, "limits-differ"]);
  await purchaser.cancel(executionId, ann);
  expect(await planned()).toEqual([undefined, "execution-cancelled"]);
  const other = { ...limited("5"), executionId: "another" };
  await purchaser.submit(other);
  const raised = { ...limited("30"), executionId: "another" };
  const { raises, recommendations } = await purchaser.plan(raised);
  expect([raises, recommendations[0]?.error?.code]).toEqual([undefined, "limits-differ"]);
});

test("A8: between the question and the answer one is finished elsewhere and another is left behind: that one is not bought", async () => {
  const { purchaser, cloud, ledger } = setup();
  await purchaser.submit(order([disk()]));
  const [shown] = await ledger.recordsOf(executionId);
  if (shown === undefined) throw new Error("it is recorded");
  const agreement = { termsVersions: { [executionId]: 1 }, prices: { [shown.token]: null } };
  // Meanwhile: the one that was shown is bought, and another execution is left behind.
  await purchaser.redrive(executionId);
  await purchaser.submit({ ...order(three), executionId: "another" });
  const reports = await purchaser.redriveUnfinished({ agreement });
  expect(reports.flatMap(said).toSorted()).toEqual(["already-purchased", ...Array<string>(3).fill("terms-changed")]);
  expect(cloud.orders).toHaveLength(1);
  // What was shown without a limit may cost what it costs.
  expect(said(await purchaser.redrive(executionId, { agreement }))).toEqual(["already-purchased"]);
});

describe("B10: what was put off stays work", () => {
  test("a look-up that failed once, and a round with too little time: the next round takes it up", async () => {
    const { purchaser, cloud, environment } = setup();
    cloud.faults.listing = "throws";
    expect(said(await purchaser.drive(order(three)))).toEqual(Array(3).fill("lookup-failed"));
    cloud.faults.listing = undefined;
    environment.advance(60_000);
    const [late] = await purchaser.redriveUnfinished({ deadline: environment.now() + 20_000 });
    expect(late && said(late)).toEqual(Array(3).fill("deadline-too-near"));
    environment.advance(60_000);
    const [inTime] = await purchaser.redriveUnfinished();
    expect(inTime && said(inTime)).toEqual(Array(3).fill("purchased"));
  });

  test("with a total too: a price that could not be asked for is asked for in the next round", async () => {
    const { purchaser, cloud, environment } = setup();
    await purchaser.submit(order(three, { maxTotals: [gbp("30")] }));
    cloud.faults.listing = "throws";
    expect((await purchaser.redriveUnfinished()).map(said)).toEqual([Array(3).fill("lookup-failed")]);
    cloud.faults.listing = undefined;
    environment.advance(60_000);
    expect((await purchaser.redriveUnfinished()).map(said)).toEqual([Array(3).fill("purchased")]);
  });

  test("what was refused for another reason waits until somebody asks", async () => {
    const { purchaser, environment } = setup();
    await purchaser.drive(order([{ ...disk(), maxPrice: gbp("1") }]));
    environment.advance(60_000);
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    expect(await purchaser.execution(executionId)).toMatchObject({ state: "needs-person" });
  });

  test.each([
    ["its limit counts", { maxPrice: gbp("20") }, "total-above-limit"],
    ["without a limit nobody can add it up", {}, "total-unknown"],
  ])("what is adopted without a price, however late that is: %s", async (_what, more, code) => {
    const parts = setup();
    const { list, facts } = parts.cloud.executor.inventory;
    const { promise: compared, resolve: compare } = Promise.withResolvers<void>();
    const purchaser = changed(parts, {
      inventory: {
        list: async function* (...asked) {
          for await (const page of list(...asked)) {
            yield page.map((each) => ({ ...each, commitment: { ...each.commitment, price: undefined } }));
          }
        },
        facts: async (...asked) => {
          // The second comparison is the drive's own: it ends after the others were sent, if they are.
          if (parts.cloud.counts.facts > 0) await compared;
          return (await facts?.(...asked)) ?? {};
        },
      },
    });
    parts.cloud.add({ id: "from elsewhere", token: token() });
    setTimeout(compare, 50);
    const recommendations = [disk(more), disk({ size: "large" }), disk({ size: "huge" })];
    const report = await purchaser.drive(order(recommendations, { maxTotals: [gbp("25")] }));
    expect(said(report)).toEqual(["already-purchased", code, code]);
    expect(parts.cloud.counts.sends).toBe(0);
  });

  test.each(["01", "1e0", "", " 1", "0x1", "1.0"])("a limit at %j, which would limit nothing: refused", async (key) => {
    const { purchaser, ledger } = setup();
    await purchaser.submit(order(three));
    const change = { ...ann, maxPrices: { [key]: gbp("1") } };
    await expect(purchaser.setLimits(executionId, change)).rejects.toMatchObject({ code: "invalid-execution" });
    expect(await ledger.executionHistory(executionId)).toHaveLength(1);
  });

  test("submitted anew with other limits: it is said of each whether it lowers, raises or cannot be changed", async () => {
    const { purchaser } = setup();
    const limited = (maxPrice: string, maxTotal: string, more = {}) =>
      order([disk({ maxPrice: gbp(maxPrice) })], { maxTotals: [gbp(maxTotal)], ...more });
    await purchaser.submit(limited("20", "50"));
    const told = async (asked: object) => {
      const error: unknown = await purchaser.submit(asked).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "limits-differ" });
      return error instanceof Error ? error.message : "";
    };
    const lowers = await told(limited("10", "40"));
    expect(lowers).toContain(
      "The file lowers what is recorded: maxTotals from 50.00 GBP to 40.00 GBP, maxPrice of #0 from 20.00 GBP to 10.00 GBP. A drive of the file records that",
    );
    expect(lowers).not.toMatch(/raises/);
    const both = await told(limited("30", "40"));
    expect(both).toMatch(/raises or drops what is recorded: maxPrice of #0 from 20.00 GBP to 30.00 GBP\./);
    expect(both).toMatch(/lowers what is recorded: maxTotals from 50.00 GBP to 40.00 GBP\./);
    const notBefore = new Date(0).toISOString();
    const times = await told(limited("20", "50", { notBefore }));
    expect(times).toContain("The file names another time than is recorded: notBefore from none to");
    expect(times).not.toMatch(/raise|lowers/);
    expect(said(await purchaser.drive(limited("20", "50", { notBefore })))).toEqual(["limits-differ"]);
  });

  test("submitted for approval, and recorded without: refused, for nobody would be asked", async () => {
    const { purchaser } = setup();
    await purchaser.submit(order(three));
    const again = purchaser.submit(order(three), { requireApproval: true });
    await expect(again).rejects.toMatchObject({
      code: "limits-differ",
      message: expect.stringContaining("no approval"),
    });
    const other = setup();
    await other.purchaser.submit(order(three), { requireApproval: true });
    const { execution } = await other.purchaser.submit(order(three));
    expect(execution.approvalRequired).toBe(true);
  });
});
