import assert from "node:assert/strict";
import { assertJson, assertSame } from "../assertions.ts";
import { anotherAmount, type ExecutorTest } from "./executor-world.ts";

/** What an executor says without a request. `optionalFields` may be left out of a recommendation. */
export function describingTests(optionalFields: readonly string[]): readonly ExecutorTest[] {
  return [
    {
      title: "its schema takes the recommendation, and fills nothing in",
      run: async ({ executor, recommendation }) => {
        assertSame(executor.schema.parse(recommendation), recommendation);
        assert.equal(recommendation.provider, executor.provider, "the recommendation's provider is the executor's");
        assert.equal(recommendation.service, executor.service, "the recommendation's service is the executor's");
      },
    },
    {
      title: "its schema refuses an unknown field",
      run: async ({ executor, recommendation }) => {
        const misspelt = { ...recommendation, quantitty: 2 };
        assert.equal(executor.schema.safeParse(misspelt).success, false, "an unknown field is taken");
      },
    },
    {
      title: "its schema requires every field that decides money",
      run: async ({ executor, recommendation }) => {
        const optional = new Set(["maxPrice", ...optionalFields]);
        for (const name of Object.keys(recommendation).filter((field) => !optional.has(field))) {
          const { [name]: _left, ...rest } = recommendation;
          assert.equal(executor.schema.safeParse(rest).success, false, `${name} may be left out`);
          const emptied = { ...recommendation, [name]: null };
          assert.equal(executor.schema.safeParse(emptied).success, false, `${name} may be null`);
        }
      },
    },
    {
      title: "its schema takes whole quantities from 1 only",
      run: async ({ executor, recommendation }) => {
        if (recommendation.quantity === undefined) return;
        for (const quantity of [0, -1, 1.5, Number.NaN, Infinity, "1", true]) {
          const { success } = executor.schema.safeParse({ ...recommendation, quantity });
          assert.equal(success, false, `the quantity ${quantity} is taken`);
        }
      },
    },
    ...otherTests,
  ];
}

const otherTests: readonly ExecutorTest[] = [
  {
    title: "it describes the recommendation in one line",
    run: async (world) => {
      const text = world.executor.describe(world.recommendation);
      assert.match(text, /^\S(.*\S)?$/, `"${text}" is no line of text`);
      const other = world.executor.describe(anotherAmount(world));
      assert.notEqual(text, other, "the description does not say how much");
    },
  },
  {
    title: "its scope is stable, survives JSON and begins with the provider's name",
    run: async ({ executor, recommendation }) => {
      const scope = executor.scopeOf(recommendation);
      assertJson(scope, "the scope");
      assertSame(executor.scopeOf(structuredClone(recommendation)), scope);
      assert.ok(scope.key.startsWith(executor.provider), `the key ${scope.key} begins with another name`);
      assert.ok(scope.label.trim() !== "", "the label is empty");
    },
  },
  {
    title: "its limits are what the drive can work with",
    run: async ({ executor, recommendation }) => {
      const { recovery, sendTimeout } = executor;
      assert.ok(Number.isFinite(sendTimeout) && sendTimeout > 0, `the sendTimeout is ${sendTimeout}`);
      assert.ok(recovery.minimumAge > 0, "a submission of no age proves nothing: minimumAge must be above 0");
      const { parkAfter, minimumAge } = recovery;
      assert.ok(
        Number.isFinite(parkAfter) && parkAfter >= minimumAge,
        `parkAfter is ${parkAfter}: a person would be asked before anything is known`,
      );
      if (recovery.kind === "resend") return;
      if (recovery.kind === "absence")
        assert.ok(recovery.answers >= 2, "one empty answer proves nothing: answers must be at least 2");
      const lane = executor.laneOf?.(recommendation);
      assert.ok(lane, "without a handle, purchases that look alike need a lane");
      assert.equal(executor.laneOf?.(structuredClone(recommendation)), lane, "the lane is not stable");
    },
  },
];
