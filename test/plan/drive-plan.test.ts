import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { dyingCall, changed, execution, executionId, recordOf, setup, token } from "../drive/setup.ts";
import { ann, gbp, planned, resealed, said } from "./planned.ts";

const hour = 3_600_000;
const two = () => execution(disk(), disk({ size: "large" }));

describe("what a plan says is done", () => {
  test("each is bought once, under the limits of the plan; driven again it reports the same", async () => {
    const { purchaser, cloud, ledger } = setup();
    const plan = await planned(purchaser, two(), { tolerancePercent: "10" });
    cloud.faults.price = "10.5";
    expect(said(await purchaser.drive(plan))).toEqual(["purchased", "purchased"]);
    expect(said(await purchaser.drive(plan))).toEqual(["already-purchased", "already-purchased"]);
    expect(cloud.orders).toHaveLength(2);
    expect(await ledger.recorded(executionId)).toMatchObject({
      execution: { maxTotals: [gbp("22")], expiresAt: plan.holdsUntil, termsVersion: 1 },
      records: [0, 1].map(() => ({ recommendation: { maxPrice: gbp("11") } })),
    });
  });

  test("a price that rose since is refused, before and now; what did not rise is bought", async () => {
    const { purchaser, cloud } = setup();
    const plan = await planned(purchaser, execution());
    cloud.faults.price = "10.01";
    const { outcomes } = await purchaser.drive(plan);
    expect(outcomes).toMatchObject([{ status: "refused", error: { code: "price-above-limit" } }]);
    expect(outcomes[0]?.error?.message).toContain("10.01 GBP, above the limit of 10.00 GBP");
    expect((await purchaser.plan(plan)).recommendations).toMatchObject([{ verdict: "refuse" }]);
    cloud.faults.price = "10";
    expect(said(await purchaser.drive(plan))).toEqual(["purchased"]);
  });

  test("what the plan refuses is not bought by it, nor by a timer once its price fell", async () => {
    const { purchaser, cloud, environment } = setup();
    const plan = await planned(purchaser, execution(disk(), disk({ maxPrice: gbp("9") })));
    cloud.faults.price = "5";
    expect(said(await purchaser.drive(plan))).toEqual(["purchased", "not-in-plan"]);
    environment.advance(60_000);
    const reports = await purchaser.redriveUnfinished({ retryRefused: true });
    expect(reports.map(said)).toEqual([["already-purchased", "not-in-plan"]]);
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased", "not-in-plan"]);
    expect(cloud.orders).toHaveLength(1);
    await purchaser.setLimits(executionId, { ...ann, maxPrices: { 1: gbp("9") }, maxTotals: null });
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased", "purchased"]);
  });

  test.each(["found without a price", "with its own limit"])(
    "what it adopts, %s, is never bought by it",
    async (kind) => {
      const { purchaser, cloud } = setup();
      cloud.add({ id: "from elsewhere", token: token(1) });
      const second = kind === "with its own limit" ? disk({ maxPrice: gbp("30") }) : disk();
      const plan = await planned(purchaser, execution(disk(), second));
      expect(plan.seen[1]?.verdict).toBe("adopt");
      cloud.vanish("from elsewhere");
      expect(said(await purchaser.drive(plan))).toEqual(["purchased", "not-in-plan"]);
      expect(cloud.counts.sends).toBe(1);
    },
  );

  test("what it adopts is bought by no timer either, when it is gone; after its limit was raised, by a new plan", async () => {
    const { purchaser, cloud, environment } = setup();
    const asked = execution(disk(), disk({ maxPrice: gbp("30") }));
    cloud.add({ id: "from elsewhere", token: token(1) });
    const plan = await planned(purchaser, asked);
    cloud.vanish("from elsewhere");
    const [, refused] = (await purchaser.drive(plan)).outcomes;
    expect(refused?.error?.message).toContain("make a new one of the execution file (`buyonce quote --out`)");
    environment.advance(60_000);
    const [timed] = await purchaser.redriveUnfinished({ retryRefused: true });
    expect(timed && said(timed)).toEqual(["already-purchased", "not-in-plan"]);
    expect(cloud.counts.sends).toBe(1);

    await purchaser.setLimits(executionId, { ...ann, maxPrices: { 1: gbp("30") } });
    expect(said(await purchaser.drive(plan))).toEqual(["already-purchased", "plan-outdated"]);
    expect(said(await purchaser.drive(await planned(purchaser, asked)))).toEqual(["already-purchased", "purchased"]);
  });

  test("what was sent is found out first, and never bought above what it was sent at", async () => {
    const { purchaser, cloud, environment, ledger } = setup({ identity: "chosen" });
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    const plan = await planned(purchaser, execution());
    expect(plan.seen[0]?.verdict).toBe("reconcile");
    cloud.faults.resolve = undefined;
    cloud.faults.price = "12";
    environment.advance(24 * hour - 60_000);
    const [outcome] = (await purchaser.drive(plan)).outcomes;
    expect(outcome?.price ?? gbp("10")).toEqual(gbp("10"));
    expect((await recordOf({ ledger }))?.recommendation.maxPrice).toEqual(gbp("10"));
    expect(cloud.live(token()).length).toBeLessThanOrEqual(1);
  });

  test("leave to raise limits does not hold for a plan", async () => {
    const { purchaser, cloud, ledger } = setup();
    await purchaser.submit(execution(disk({ maxPrice: gbp("10") })));
    const plan = await planned(purchaser, execution(disk({ maxPrice: gbp("10") })));
    const raised = resealed({
      ...plan,
      execution: { ...plan.execution, recommendations: [disk({ maxPrice: gbp("30") })] },
      seen: [{ ...plan.seen[0], limit: gbp("30") }],
    });
    cloud.faults.price = "20";
    expect(said(await purchaser.drive(raised, { raiseLimits: true }))).toEqual(["limits-differ"]);
    expect((await ledger.recordsOf(executionId))[0]?.recommendation.maxPrice).toEqual(gbp("10"));
  });

  test("the plan's time is the drive's deadline, and then it is over", async () => {
    const parts = setup();
    await parts.purchaser.submit(execution());
    const plan = await planned(parts.purchaser, execution(), { holdsFor: 60_000 });
    // Too near for a send that may take longer.
    parts.environment.advance(58_000);
    expect(said(await parts.purchaser.drive(plan))).toEqual(["deadline-too-near"]);
    parts.environment.advance(2000);
    const late = await parts.purchaser.drive(plan);
    expect(said(late)).toEqual(["plan-expired"]);
    expect(late.outcomes[0]?.error?.message).toContain(plan.holdsUntil);
    expect(parts.cloud.counts.sends).toBe(0);
  });

  test("an execution that it recorded expires with it, and what was sent is looked after", async () => {
    const { purchaser, cloud, environment } = setup();
    const plan = await planned(purchaser, two());
    cloud.faults.sends = ["lost-after", "rejected"];
    cloud.faults.resolve = "throws";
    expect(said(await purchaser.drive(plan, { concurrency: 1 }))).toEqual(["outcome-unknown", "purchase-rejected"]);
    cloud.faults.resolve = undefined;
    environment.advance(25 * hour);
    expect(said(await purchaser.drive(plan))).toEqual(["already-purchased", "execution-expired"]);
    expect(cloud.orders).toHaveLength(1);
  });
});

describe("a plan that is older than what the ledger holds raises nothing", () => {
  test("a limit that a person lowered, or raised: refused, with what was planned and what holds now", async () => {
    for (const limit of ["9", "30"]) {
      const { purchaser, cloud, ledger } = setup();
      await purchaser.submit(two());
      const plan = await planned(purchaser, two());
      await purchaser.setLimits(executionId, { ...ann, maxPrices: { 1: gbp(limit) }, maxTotals: [gbp("50")] });
      const { outcomes } = await purchaser.drive(plan);
      const outdated = { error: { code: "plan-outdated" } };
      expect(outcomes).toMatchObject([outdated, outdated]);
      const message = outcomes[0]?.error?.message;
      expect(message).toContain(`maxPrice of #1 was 10.00 GBP, and is ${limit}.00 GBP`);
      expect(message).toContain("maxPrice of #0 was 10.00 GBP, and is none");
      expect(message).toContain("maxTotals was 20.00 GBP, and is 50.00 GBP");
      expect(message).toContain("version 1 of the terms, which are at version 2");
      expect(cloud.counts.sends).toBe(0);
      expect((await ledger.recordsOf(executionId))[1]?.recommendation.maxPrice).toEqual(gbp(limit));
      expect((await purchaser.plan(plan)).recommendations).toMatchObject([outdated, outdated]);
    }
  });

  test("the first of two plans, once the second was driven", async () => {
    const { purchaser, cloud, ledger } = setup();
    await purchaser.submit(two());
    const first = await planned(purchaser, two(), { tolerancePercent: "50" });
    const second = await planned(purchaser, two());
    cloud.faults.price = "12";
    expect(said(await purchaser.drive(second))).toEqual(Array(2).fill("price-above-limit"));
    expect(said(await purchaser.drive(first))).toEqual(Array(2).fill("plan-outdated"));
    expect(cloud.counts.sends).toBe(0);
    for (const { recommendation } of await ledger.recordsOf(executionId)) {
      expect(recommendation.maxPrice).toEqual(gbp("10"));
    }
    cloud.faults.price = "10";
    expect(said(await purchaser.drive(second))).toEqual(Array(2).fill("purchased"));
    expect(said(await purchaser.drive(first))).toEqual(Array(2).fill("already-purchased"));
  });

  test("a recorded execution that had no limit gets those of the plan", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.submit(execution());
    const plan = await planned(purchaser, execution());
    cloud.faults.price = "12";
    expect(said(await purchaser.drive(plan))).toEqual(["price-above-limit"]);
    expect(said(await purchaser.redrive(executionId))).toEqual(["price-above-limit"]);
  });

  test("an approval, which changes the version and no limit, does not stop it", async () => {
    const { purchaser, cloud } = setup();
    const plan = await planned(purchaser, two());
    const { termsHash } = await purchaser.submit(plan, { requireApproval: true });
    expect(termsHash).toBe(plan.termsHash);
    expect(said(await purchaser.drive(plan))).toEqual(Array(2).fill("approval-missing"));
    await purchaser.approve(executionId, { ...ann, termsHash: plan.termsHash });
    cloud.faults.price = "10.01";
    expect(said(await purchaser.drive(plan))).toEqual(Array(2).fill("price-above-limit"));
    cloud.faults.price = "10";
    expect(said(await purchaser.redrive(executionId))).toEqual(Array(2).fill("purchased"));
    expect(said(await purchaser.drive(plan))).toEqual(Array(2).fill("already-purchased"));
  });
});

test("what was bought before the plan was made, and came to nothing, is bought at no more than the plan allows", async () => {
  const { cloud, purchaser } = setup();
  expect(said(await purchaser.drive(execution()))).toEqual(["purchased"]);
  cloud.fail(cloud.orders[0]?.id ?? "");
  const plan = await planned(purchaser, execution());
  expect(plan.seen).toMatchObject([{ verdict: "buy", limit: gbp("10") }]);
  // No total of the plan stands in for its limit.
  const single = JSON.parse(
    JSON.stringify({ ...plan, execution: { ...plan.execution, maxTotals: undefined } }),
  ) as object;
  cloud.faults.price = "12";
  expect(said(await purchaser.drive(resealed(single)))).toEqual(["price-above-limit"]);
  cloud.faults.price = "10";
  expect(said(await purchaser.drive(resealed(single)))).toEqual(["purchased"]);
  expect(cloud.live(token())).toHaveLength(1);
});

describe("a plan that may record nothing records nothing", () => {
  test("one whose time is over", async () => {
    const { purchaser, environment, ledger } = setup();
    const plan = await planned(purchaser, execution(), { holdsFor: hour });
    environment.advance(hour);
    for (const run of [() => purchaser.drive(plan), () => purchaser.submit(plan), () => purchaser.plan(plan)]) {
      await expect(run()).rejects.toMatchObject({ code: "plan-expired" });
    }
    expect(await ledger.execution(executionId)).toBeUndefined();
  });

  test("one of an execution that was recorded, where the ledger does not know it", async () => {
    const { purchaser, options, cloud } = setup();
    await purchaser.submit(execution());
    const plan = await planned(purchaser, execution());
    const ledger = createMemoryLedger({ clock: options.environment?.now ?? Date.now });
    const elsewhere = createPurchaser({ ...options, ledger });
    for (const run of [() => elsewhere.drive(plan), () => elsewhere.submit(plan), () => elsewhere.plan(plan)]) {
      await expect(run()).rejects.toMatchObject({ code: "plan-outdated", message: expect.stringContaining("ledger") });
    }
    expect(await ledger.execution(executionId)).toBeUndefined();
    expect(cloud.counts.sends).toBe(0);
  });
});

describe("a driver of a plan that dies", () => {
  test.each(["minted", "chosen"] as const)("%s, during its send: driven again, it buys once", async (identity) => {
    const parts = setup({ identity });
    const { cloud, environment, purchaser } = parts;
    const plan = await planned(purchaser, execution());
    const { die, reached } = dyingCall();
    const doomed = changed(parts, {
      send: async (...given) => {
        await cloud.executor.send(...given);
        return die();
      },
    });
    void doomed.drive(plan);
    await reached;
    environment.jump(30_001);
    cloud.faults.price = "12";
    expect(said(await purchaser.drive(plan))).toEqual(["already-purchased"]);
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("before its send: driven again at a higher price, nothing is bought", async () => {
    const parts = setup();
    const { cloud, environment, purchaser } = parts;
    const plan = await planned(purchaser, execution());
    const { die, reached } = dyingCall();
    void changed(parts, {}, { submit: die }).drive(plan);
    await reached;
    environment.jump(30_001);
    cloud.faults.price = "12";
    expect(said(await purchaser.drive(plan))).toEqual(["price-above-limit"]);
    cloud.faults.price = "10";
    expect(said(await purchaser.drive(plan))).toEqual(["purchased"]);
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("what came to nothing after all is bought anew, at no more than the plan allows", async () => {
    const { cloud, purchaser } = setup();
    const plan = await planned(purchaser, execution());
    expect(said(await purchaser.drive(plan))).toEqual(["purchased"]);
    cloud.fail(cloud.orders[0]?.id ?? "");
    cloud.faults.price = "12";
    expect(said(await purchaser.drive(plan))).toEqual(["price-above-limit"]);
    cloud.faults.price = "10";
    expect(said(await purchaser.drive(plan))).toEqual(["purchased"]);
    expect(cloud.live(token())).toHaveLength(1);
  });
});
