import { describe, expect, test } from "vitest";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import type { PlanDocument } from "../../src/index.ts";
import { createPurchaser, type Purchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, executionId, setup } from "../drive/setup.ts";
import { gbp, planned, resealed } from "./planned.ts";

/** The problems that a purchaser names, whatever it is asked to do with it. */
async function problemsOf(purchaser: Purchaser<unknown>, plan: unknown) {
  const runs = [
    async () => purchaser.validate(plan),
    async () => purchaser.plan(plan),
    async () => purchaser.submit(plan),
    async () => purchaser.drive(plan),
  ];
  const all = await Promise.all(
    runs.map((run) =>
      run().then(
        () => "nothing was wrong",
        (error: unknown) => (InvalidExecutionError.isInstance(error) ? error : String(error)),
      ),
    ),
  );
  const [first] = all;
  for (const each of all) expect(each).toEqual(first);
  return first as InvalidExecutionError;
}

const parts = async () => {
  const made = setup();
  return { ...made, plan: await planned(made.purchaser, execution(disk(), disk({ size: "large" }))) };
};

describe("a plan that was altered is refused, with the path of the field", () => {
  const changes: readonly [string, (plan: PlanDocument) => object][] = [
    ["execution.executionId", (plan) => ({ ...plan, execution: { ...plan.execution, executionId: "another" } })],
    ["execution.recommendations[1]", (plan) => withPlaces(plan, 1, { quantity: 2 })],
    ["execution.recommendations[0].maxPrice", (plan) => withPlaces(plan, 0, { maxPrice: gbp("30") })],
    ["execution.recommendations[0].maxPrice", (plan) => withPlaces(plan, 0, { maxPrice: undefined })],
    ["execution.recommendations", (plan) => withList(plan, ([first]) => [first])],
    ["execution.recommendations[0]", (plan) => withList(plan, (list) => list.toReversed())],
    ["hash", (plan) => ({ ...plan, holdsUntil: "2030-01-01T00:00:00.000Z" })],
    ["hash", (plan) => ({ ...plan, imitation: true })],
    ["hash", (plan) => ({ ...plan, termsVersion: 4 })],
    ["hash", (plan) => ({ ...plan, seen: plan.seen.map((each) => ({ ...each, verdict: "buy", account: "b" })) })],
    ["hash", (plan) => ({ ...plan, execution: { ...plan.execution, maxTotals: [gbp("90")] } })],
    ["hash", (plan) => ({ ...plan, execution: { ...plan.execution, source: "mallory" } })],
    ["hash", (plan) => ({ ...plan, execution: { ...plan.execution, expiresAt: undefined } })],
  ];

  test.each(changes)("%s", async (path, change) => {
    const { purchaser, plan, cloud, ledger } = await parts();
    const altered: unknown = JSON.parse(JSON.stringify(change(plan)));
    const { code, problems, message } = await problemsOf(purchaser, altered);
    expect([code, problems[0]?.path]).toEqual(["invalid-execution", path]);
    expect(message).toMatch(/^The plan is not valid; nothing was sent\.\n/);
    expect(message).toContain("Make a new plan");
    expect(cloud.counts).toMatchObject({ sends: 0, quotes: 2 });
    expect(await ledger.execution(executionId)).toBeUndefined();
  });

  test("the order of its keys and what an editor reads are no alteration", async () => {
    const { purchaser, plan } = await parts();
    const turned = Object.fromEntries(Object.entries(plan).toReversed());
    expect(purchaser.validate({ $schema: "plan.json", ...turned })).toEqual(plan.execution);
  });
});

function withList(
  plan: PlanDocument,
  change: (list: PlanDocument["execution"]["recommendations"]) => readonly unknown[],
): object {
  return { ...plan, execution: { ...plan.execution, recommendations: change(plan.execution.recommendations) } };
}

function withPlaces(plan: PlanDocument, recIndex: number, fields: object): object {
  return withList(plan, (list) => list.map((place, index) => (index === recIndex ? { ...place, ...fields } : place)));
}

describe("what is no plan, or another version's, is named", () => {
  test.each<[string, string, (plan: PlanDocument) => object]>([
    ["version", "reads no other plan", (plan) => ({ ...plan, version: "2" })],
    ["format", 'must be "buyonce.plan"', (plan) => ({ ...plan, format: "buyonce.pln" })],
    ["holdUntil", "is not a known field", ({ holdsUntil, ...plan }) => ({ ...plan, holdUntil: holdsUntil })],
    ["termsHash", "SHA-256", (plan) => ({ ...plan, termsHash: "abc" })],
    ["seen[0].price.amount", "decimal", (plan) => ({ ...plan, seen: [{ ...plan.seen[0], price: gbp("1,000") }] })],
    ["execution.source", "missing", (plan) => ({ ...plan, execution: { ...plan.execution, source: undefined } })],
    ["execution.recommendations[0].sise", "size", (plan) => withPlaces(plan, 0, { size: undefined, sise: "small" })],
  ])("%s: %s", async (path, words, change) => {
    const { purchaser, plan } = await parts();
    const { problems } = await problemsOf(purchaser, resealed(JSON.parse(JSON.stringify(change(plan))) as object));
    const found = problems.find((problem) => problem.path === path);
    expect(found?.message, JSON.stringify(problems)).toContain(words);
  });

  test("an execution stays one", () => {
    const { purchaser } = setup();
    expect(() => purchaser.validate({ ...execution(), format: "json" })).toThrow("format: is not a known field");
  });
});

describe("a plan of one cloud buys at no other", () => {
  test("tried in a sandbox, it does not buy for real; made for real, it does not go into a sandbox", async () => {
    const { options, cloud, ledger } = setup();
    const imitated = createPurchaser({ ...options, providers: [{ ...cloud.provider, imitation: true }] });
    const real = createPurchaser(options);
    const [tried, meant] = [await planned(imitated), await planned(real)];
    expect([tried.imitation, meant.imitation]).toEqual([true, false]);
    for (const [purchaser, plan, words] of [
      [real, tried, "would ask the real imitation"],
      [imitated, meant, "would ask an imitation of imitation"],
    ] as const) {
      for (const run of [() => purchaser.drive(plan), () => purchaser.submit(plan), () => purchaser.plan(plan)]) {
        await expect(run()).rejects.toMatchObject({
          code: "invalid-execution",
          problems: [{ path: "imitation", message: expect.stringContaining(words) }],
        });
      }
    }
    expect([cloud.counts.sends, await ledger.execution(executionId)]).toEqual([0, undefined]);
    expect((await imitated.drive(tried)).outcomes).toMatchObject([{ status: "purchased" }]);
  });
});
