import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, executionId, setup, token } from "../drive/setup.ts";
import { ann, gbp, planned } from "./planned.ts";

describe("a plan says what was seen", () => {
  test("each price as the limit, the sum as the limit of all, when it was made, and until when it holds", async () => {
    const { purchaser, environment, ledger, cloud } = setup();
    const plan = await planned(purchaser, execution(disk(), disk({ size: "large" })));
    const at = (milliseconds: number) => new Date(environment.now() + milliseconds).toISOString();
    const expiresAt = at(24 * 3_600_000);
    expect(plan).toEqual({
      format: "buyonce.plan",
      version: "1",
      plannedAt: at(0),
      holdsUntil: expiresAt,
      imitation: false,
      tolerancePercent: "0",
      termsVersion: 0,
      termsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      execution: {
        executionId,
        source: "test",
        recommendations: [disk({ maxPrice: gbp("10") }), disk({ size: "large", maxPrice: gbp("10") })],
        maxTotals: [gbp("20")],
        expiresAt,
      },
      seen: [0, 1].map((recIndex) => ({
        recIndex,
        token: token(recIndex),
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        provider: "imitation",
        service: "disk",
        account: "a",
        verdict: "buy",
        price: gbp("10"),
        limit: gbp("10"),
      })),
      totals: { buy: [gbp("20")], bought: [], reconcile: [] },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await ledger.execution(executionId)).toBeUndefined();
    expect(cloud.counts.sends).toBe(0);
  });

  test.each([
    ["10", "0", "10", "20"],
    ["10", "1", "10.1", "20.2"],
    ["10.001", "0", "10.01", "20.02"],
    ["9.99", "1.5", "10.14", "20.28"],
    ["10", "100", "20", "40"],
  ])("a price of %s with %s percent: %s, rounded up, and all of it %s", async (price, percent, limit, total) => {
    const { purchaser, cloud } = setup();
    cloud.faults.price = price;
    const plan = await planned(purchaser, execution(disk(), disk()), { tolerancePercent: percent });
    expect(plan.seen.map((each) => each.limit)).toEqual([gbp(limit), gbp(limit)]);
    expect(plan.execution.maxTotals).toEqual([gbp(total)]);
  });

  test("a lower limit, total or time of the file stays", async () => {
    const { purchaser, environment } = setup();
    const soon = new Date(environment.now() + 3_600_000).toISOString();
    const asked = {
      ...execution(disk({ maxPrice: gbp("10.05") }), disk({ maxPrice: gbp("40") })),
      maxTotals: [gbp("20.1"), { amount: "1", currency: "USD" }],
      expiresAt: soon,
    };
    const plan = await planned(purchaser, asked, { tolerancePercent: "10", maxTotals: [gbp("20.08")] });
    expect(plan.seen.map(({ limit }) => limit)).toEqual([gbp("10.05"), gbp("11")]);
    expect(plan.execution).toMatchObject({ maxTotals: [gbp("20.08")], expiresAt: soon });
  });

  test("twins that are forbidden, by the file or the call, are forbidden by the plan, and by what it records", async () => {
    const { purchaser, ledger } = setup();
    const plan = await planned(purchaser, execution(), { twins: { forbid: true, within: "P9D" } });
    expect(plan.execution.forbidTwinsWithin).toBe("P9D");
    const longer = { ...execution(), forbidTwinsWithin: "P30D" };
    expect((await planned(purchaser, longer, { twins: { forbid: true } })).execution.forbidTwinsWithin).toBe("P30D");
    const { termsHash } = await purchaser.submit(plan);
    expect([termsHash, (await ledger.execution(executionId))?.forbidTwinsWithin]).toEqual([plan.termsHash, "P9D"]);
  });

  test.each([
    { maxTotals: undefined, adopted: "0", total: undefined },
    // Nobody knows what it cost: in a total its limit is what it counts for.
    { maxTotals: [gbp("100")], adopted: "30", total: [gbp("40")] },
  ])(
    "what would be refused, or adopted, has the limit 0; an empty place none",
    async ({ maxTotals, adopted, total }) => {
      const { purchaser, cloud } = setup();
      cloud.add({ id: "from elsewhere", token: token(2) });
      const places = [disk(), disk({ maxPrice: gbp("9") }), disk({ maxPrice: gbp("30") }), { skip: "later" }];
      const { executionId: id, source } = execution();
      const plan = await planned(purchaser, { executionId: id, source, recommendations: places, maxTotals });
      expect(plan.seen.map(({ verdict, limit }) => [verdict, limit?.amount])).toEqual([
        ["buy", "10"],
        ["refuse", "0"],
        ["adopt", adopted],
        ["skip", undefined],
      ]);
      expect(plan.execution.maxTotals).toEqual(total);
      expect(plan.execution.recommendations[3]).toEqual({ skip: "later" });
    },
  );

  test("where nobody knows what was adopted cost, there is no total that would let nothing be bought beside it", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "from elsewhere", token: token(1) });
    const plan = await planned(purchaser, execution(disk(), disk()));
    expect(plan.seen[1]).toMatchObject({ verdict: "adopt", limit: { amount: "0" } });
    expect(plan.execution.maxTotals).toBeUndefined();
    expect((await purchaser.drive(plan)).outcomes.map(({ status }) => status)).toEqual([
      "purchased",
      "already-purchased",
    ]);
  });

  test("of a recorded execution: its version, its lower limits, its times, and what is bought at the limit that it has", async () => {
    const { purchaser, cloud, ledger } = setup();
    cloud.faults.sends = [undefined, "rejected"];
    const asked = execution(disk({ maxPrice: gbp("30") }), disk({ maxPrice: gbp("20") }));
    await purchaser.drive(asked, { concurrency: 1 });
    await purchaser.setLimits(executionId, { ...ann, maxPrices: { 1: gbp("10.5") } });
    // The file allows more; a plan raises nothing.
    const plan = await planned(purchaser, asked, { tolerancePercent: "10" });
    expect(plan.termsVersion).toBe((await ledger.execution(executionId))?.termsVersion);
    expect(plan.seen.map(({ verdict, limit }) => [verdict, limit?.amount])).toEqual([
      ["bought", "30"],
      ["buy", "10.5"],
    ]);
    expect(plan.execution).toMatchObject({ maxTotals: [gbp("20.5")] });
    expect(plan.execution.expiresAt).toBeUndefined();
  });

  test("what was sent and is not known to be bought: at most what it was sent at", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution(disk({ maxPrice: gbp("30") })));
    cloud.faults.price = "12";
    const plan = await planned(purchaser, execution(disk({ maxPrice: gbp("30") })), { tolerancePercent: "50" });
    expect(plan.seen).toMatchObject([{ verdict: "reconcile", price: gbp("10"), limit: gbp("10") }]);
  });
});

describe("no plan is made", () => {
  test("of an execution that was cancelled, or waits, or is another one", async () => {
    const { purchaser } = setup();
    await purchaser.submit(execution(), { requireApproval: true });
    const why = async (asked: unknown) => (await purchaser.planDocument(asked)).error?.code;
    expect(await why(execution())).toBe("approval-missing");
    expect(await why(execution(disk({ size: "large" })))).toBe("execution-changed");
    await purchaser.cancel(executionId, ann);
    expect(await why(execution())).toBe("execution-cancelled");
  });

  test("where all is refused, or comes to more than the totals, or it was stopped", async () => {
    const { purchaser, cloud } = setup();
    const made = await purchaser.planDocument(execution(disk({ maxPrice: gbp("9") })));
    expect(made).toMatchObject({ error: { code: "price-above-limit" }, plan: { executionId } });
    expect(made.document).toBeUndefined();
    const above = await purchaser.planDocument(execution(disk()), { maxTotals: [gbp("9")] });
    expect(above.error).toMatchObject({ code: "total-above-limit" });
    const controller = new AbortController();
    cloud.faults.afterQuote = () => controller.abort();
    const stopped = await purchaser.planDocument(execution(disk(), disk()), {
      signal: controller.signal,
      concurrency: 1,
    });
    expect([stopped.error?.code, stopped.document]).toEqual(["aborted", undefined]);
  });

  test("while another driver holds something of it", async () => {
    const { purchaser, ledger } = setup();
    await purchaser.submit(execution(disk(), disk()));
    const records = await ledger.recordsOf(executionId);
    await ledger.claim(records.slice(0, 1), "another", 30_000, {});
    const { error } = await purchaser.planDocument(execution(disk(), disk()));
    expect(error?.code).toBe("held-by-another-driver");
  });

  test("where the terms change meanwhile", async () => {
    const parts = setup();
    await parts.purchaser.submit(execution());
    let reads = 0;
    const ledger = {
      ...parts.options.ledger,
      recorded: async (id: string) => {
        reads += 1;
        if (reads === 2) await parts.purchaser.setLimits(executionId, { ...ann, maxPrices: { 0: gbp("8") } });
        return parts.options.ledger.recorded(id);
      },
    };
    const racing = createPurchaser({ ...parts.options, ledger });
    await expect(racing.planDocument(execution())).rejects.toMatchObject({ code: "terms-changed" });
  });

  test.each([
    [{ tolerancePercent: "101" }, "tolerancePercent"],
    [{ tolerancePercent: "1%" }, "tolerancePercent"],
    [{ tolerancePercent: "-1" }, "tolerancePercent"],
    [{ holdsFor: 59_999 }, "holdsFor"],
    [{ holdsFor: 366 * 86_400_000 + 1 }, "holdsFor"],
  ])("with %o", async (options, named) => {
    const { purchaser, cloud } = setup();
    await expect(purchaser.planDocument(execution(), options)).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(named),
    });
    expect(cloud.counts).toMatchObject({ quotes: 0, listings: 0 });
  });

  test("that would be over before anything may be bought", async () => {
    const { purchaser, environment } = setup();
    const notBefore = new Date(environment.now() + 25 * 3_600_000).toISOString();
    await expect(purchaser.planDocument({ ...execution(), notBefore })).rejects.toThrow("--holds-for");
    const plan = await planned(purchaser, { ...execution(), notBefore }, { holdsFor: 26 * 3_600_000 });
    expect(plan.execution.notBefore).toBe(notBefore);
  });
});
