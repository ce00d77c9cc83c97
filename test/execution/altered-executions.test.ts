import { describe, expect, test } from "vitest";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { AnyRecommendation, Skip } from "../../src/contract/recommendation.ts";
import type { Report } from "../../src/contract/report.ts";
import { executionId, setup } from "../drive/setup.ts";

const [a, b, x] = [disk(), disk({ size: "large" }), disk({ size: "huge" })];
const order = (...recommendations: (AnyRecommendation | Skip)[]) => ({ executionId, source: "test", recommendations });
const gbp = (amount: string) => ({ amount, currency: "GBP" });
const said = ({ outcomes }: Report) => outcomes.map(({ status, error }) => error?.code ?? status);

/** The first is bought, the second was rejected: what comes after must not buy anything. */
async function halfBought() {
  const parts = setup({ identity: "chosen" });
  parts.cloud.faults.sends = [undefined, "rejected"];
  expect(said(await parts.purchaser.drive(order(a, b), { concurrency: 1 }))).toEqual([
    "purchased",
    "purchase-rejected",
  ]);
  const { sends, quotes } = parts.cloud.counts;
  return { ...parts, before: { sends, quotes } };
}

describe("A3: an altered execution buys nothing, and says what was altered", () => {
  test.each<[string, readonly (AnyRecommendation | Skip)[], readonly string[], readonly string[]]>([
    [
      "a place before the others",
      [x, a, b],
      ["already-purchased", "execution-changed", "execution-changed"],
      ["#0 was added", "#1 was #0", "#2 was #1"],
    ],
    [
      "a place after the others",
      [a, b, x],
      ["already-purchased", "execution-changed", "execution-changed"],
      ["#2 was added"],
    ],
    [
      "an equal of one that stayed in its place",
      [a, b, b],
      ["already-purchased", "execution-changed", "execution-changed"],
      ["#2 was added"],
    ],
    ["another order", [b, a], ["already-purchased", "execution-changed"], ["#0 was #1", "#1 was #0"]],
    ["one taken out", [a], ["already-purchased", "execution-changed"], ["#1 was removed"]],
    [
      "the first taken out",
      [b],
      ["already-purchased", "execution-changed"],
      ["#0 was #1", "the former #0 was removed"],
    ],
    [
      "another content",
      [a, disk({ size: "large", quantity: 2 })],
      ["already-purchased", "execution-changed"],
      ["#1 was changed (quantity)"],
    ],
    ["a place left empty", [a, { skip: "not now" }], ["already-purchased", "execution-changed"], ["#1 was removed"]],
  ])("%s", async (_what, recommendations, statuses, words) => {
    const { purchaser, cloud, before, ledger } = await halfBought();
    const report = await purchaser.drive(order(...recommendations));
    expect(said(report)).toEqual(statuses);
    const message = report.outcomes.at(1)?.error?.message;
    for (const word of words) expect(message).toContain(word);
    expect(message).toContain("an `executionId` of its own");
    expect(cloud.counts).toMatchObject(before);
    expect(await ledger.recordsOf(executionId)).toHaveLength(2);
    // As it was recorded, it still goes on.
    expect(said(await purchaser.drive(order(a, b)))).toEqual(["already-purchased", "purchased"]);
  });

  test.each<[string, readonly AnyRecommendation[], string]>([
    ["in another order", [b, a], "#0 was #1"],
    ["shortened", [a], "#1 was removed"],
  ])(
    "of one that is all bought, %s: reported as it is recorded, with a warning that the file differs",
    async (_what, recommendations, word) => {
      const { purchaser, cloud } = setup({ identity: "chosen" });
      await purchaser.drive(order(a, b));
      const { sends } = cloud.counts;
      const { outcomes } = await purchaser.drive(order(...recommendations));
      expect(outcomes.map(({ status }) => status)).toEqual(["already-purchased", "already-purchased"]);
      for (const { warnings } of outcomes) expect(warnings).toEqual([expect.stringContaining(word)]);
      expect((await purchaser.drive(order(a, b))).outcomes.flatMap(({ warnings = [] }) => warnings)).toEqual([]);
      expect(cloud.counts.sends).toBe(sends);
    },
  );

  test("what was sent and may be bought is not called refused", async () => {
    const { purchaser, cloud } = setup({ identity: "chosen" });
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(order(a));
    const report = await purchaser.drive(order(a, b));
    expect(report.outcomes).toMatchObject([
      { status: "unresolved", error: { code: "execution-changed" }, price: gbp("10") },
      { status: "refused", error: { code: "execution-changed" } },
    ]);
    expect(report.atRisk).toEqual([gbp("10")]);
  });

  test("nor is what was written off, in an altered or a cancelled execution; it counts as at risk, and within the total", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "chosen" });
    cloud.faults.sends = ["lost-before", "rejected"];
    cloud.faults.resolve = "throws";
    cloud.faults.onSend = () => {
      // That the second one bought nothing is seen.
      if (cloud.counts.sends === 2) cloud.faults.resolve = undefined;
    };
    await purchaser.drive(order(a, b), { concurrency: 1 });
    environment.advance(48 * 3_600_000);
    cloud.faults.resolve = "throws";
    const who = { person: "ann", reason: "the account is closed" };
    await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "write-off", ...who });
    cloud.faults.resolve = undefined;
    expect(await purchaser.execution(executionId)).toMatchObject({
      places: { atRisk: 1, toCome: 1 },
      money: { atRisk: [gbp("10")] },
    });
    const altered = await purchaser.drive(order(a, b, x));
    expect(altered.outcomes[0]).toMatchObject({ status: "written-off", price: gbp("10") });
    await purchaser.setLimits(executionId, { maxTotals: [gbp("19.99")], ...who });
    expect(said(await purchaser.drive(order(a, b)))).toEqual(["written-off", "total-above-limit"]);
    expect(cloud.counts.sends).toBe(2);
    await purchaser.cancel(executionId, who);
    expect(said(await purchaser.drive(order(a, b)))).toEqual(["written-off", "execution-cancelled"]);
  });

  test("a quote of it says the same, and an approved list cannot grow", async () => {
    const { purchaser, cloud, before } = await halfBought();
    const plan = await purchaser.plan(order(a, b, x));
    expect(plan.recommendations.map(({ verdict, error }) => error?.code ?? verdict)).toEqual([
      "bought",
      "execution-changed",
      "execution-changed",
    ]);
    await expect(purchaser.submit(order(a, b, x))).rejects.toMatchObject({ code: "execution-changed" });
    expect(cloud.counts).toMatchObject(before);
  });

  test("for another source nothing is bought; changed on purpose, it is", async () => {
    const { purchaser, ledger } = await halfBought();
    const other = { ...order(a, b), source: "another" };
    expect(said(await purchaser.drive(other))).toEqual(["already-purchased", "source-differs"]);
    await purchaser.setSource(executionId, { source: "another", person: "ann", reason: "renamed" });
    expect(said(await purchaser.drive(other))).toEqual(["already-purchased", "purchased"]);
    const records = await ledger.recordsOf(executionId);
    expect(records.map(({ submission }) => submission?.source)).toEqual(["test", "another"]);
  });

  test("limits written in another way, keys in another order: the same execution", async () => {
    const { purchaser } = setup();
    const limited = (amount: string) => order({ ...a, maxPrice: gbp(amount) });
    expect(said(await purchaser.drive(limited("10.0")))).toEqual(["purchased"]);
    const turned = Object.fromEntries(Object.entries({ ...a, maxPrice: gbp("10") }).toReversed()) as AnyRecommendation;
    expect(said(await purchaser.drive(order(turned)))).toEqual(["already-purchased"]);
  });
});

describe("places that are left empty", () => {
  test("keep the others' places, and are reported as skipped, with their words", async () => {
    const { purchaser, cloud } = setup();
    const report = await purchaser.drive(order({ skip: "bought by hand" }, a));
    expect(report.outcomes).toMatchObject([
      { recIndex: 0, status: "skipped", note: "bought by hand" },
      { recIndex: 1, status: "purchased" },
    ]);
    expect(said(await purchaser.drive(order({ skip: "in other words" }, a)))).toEqual(["skipped", "already-purchased"]);
    expect(said(await purchaser.redrive(executionId))).toEqual(["skipped", "already-purchased"]);
    for (const bought of cloud.orders) bought.state = "Succeeded";
    await purchaser.drive(order({ skip: "bought by hand" }, a));
    expect(await purchaser.execution(executionId)).toMatchObject({
      state: "complete",
      places: { skipped: 1, bought: 1 },
    });
  });

  test("one that is filled later is another execution; all of them empty is none", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(order({ skip: "not now" }, a));
    const report = await purchaser.drive(order(b, a));
    expect(said(report)).toEqual(["execution-changed", "execution-changed"]);
    expect(report.outcomes[0]?.error?.message).toContain("#0 was added");
    await expect(purchaser.drive(order({ skip: "a" }, { skip: "b" }))).rejects.toThrow(
      "recommendations: must hold at least one that is not skipped",
    );
    await expect(purchaser.drive(order({ skip: "" }, a))).rejects.toThrow("recommendations[0].skip");
  });

  test("a person skips what was never sent: no drive comes back to it", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(order({ ...a, maxPrice: gbp("1") }, b), { concurrency: 1 });
    await purchaser.skip(executionId, 0, { person: "ann", reason: "too dear" });
    await expect(purchaser.skip(executionId, 7, { person: "ann", reason: "x" })).rejects.toThrow(
      "#7: is not in the execution",
    );
    expect(said(await purchaser.drive(order({ ...a, maxPrice: gbp("1") }, b)))).toEqual(["skipped", "purchased"]);
    expect(said(await purchaser.redrive(executionId))).toEqual(["skipped", "already-purchased"]);
  });
});
