import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/drive/purchaser.ts";
import type { CallOptions, ServiceExecutor } from "../../src/spec/executor.ts";
import { execution, executionId, setup } from "./setup.ts";

/** A purchaser whose provider answers a look-up only after a minute; the milliseconds that each call took. */
function slow() {
  const { options, environment, cloud, ledger, purchaser } = setup();
  const disk = cloud.provider.services["disk"]!;
  // In small steps: the virtual clock jumps over timers within one.
  const late = async ({ signal }: CallOptions) => {
    for (let waited = 0; waited < 60_000; waited += 100) await environment.sleep(100, signal);
  };
  const executor: ServiceExecutor = {
    ...disk,
    findByTokens: async (scope, wanted, call) => {
      await late(call);
      return disk.findByTokens(scope, wanted, call);
    },
  };
  const providers = [{ name: "imitation", services: { disk: executor } }];
  const timed = async <T>(run: (deadline: number) => Promise<T>) => {
    const since = environment.now();
    const result = await run(since + 5000).catch((error: unknown) => error);
    return { result, took: environment.now() - since };
  };
  return { purchaser: createPurchaser({ ...options, providers }), timed, quick: purchaser, cloud, ledger };
}

describe("a deadline, while the provider does not answer", () => {
  test("a quote says a second before what it could not find out", async () => {
    const { purchaser, timed } = slow();
    const { result, took } = await timed((deadline) => purchaser.quote(execution(), { deadline }));
    expect(result).toMatchObject({
      recommendations: [{ verdict: "refuse", error: { code: "deadline-too-near", retryable: true } }],
    });
    expect(took).toBe(4000);
  });

  test("a decision is given up, and nothing is written", async () => {
    const { purchaser, timed, quick, cloud, ledger } = slow();
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await quick.drive(execution());
    cloud.faults.resolve = undefined;
    const decision = { executionId, recIndex: 0, finding: "not-bought", person: "p", reason: "r" } as const;
    const { result, took } = await timed((deadline) => purchaser.resolve(decision, { deadline }));
    expect(result).toMatchObject({ name: "RefusedError", code: "deadline-too-near" });
    expect(took).toBe(4000);
    const [record] = await ledger.execution(executionId);
    expect(record).toMatchObject({ state: "unknown" });
    expect(record?.holder).toBeUndefined();
  });

  test("is a finite number", async () => {
    const { purchaser } = slow();
    const decision = { executionId, recIndex: 0, finding: "not-bought", person: "p", reason: "r" } as const;
    for (const call of [
      purchaser.quote(execution(), { deadline: NaN }),
      purchaser.resolve(decision, { deadline: NaN }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "invalid-configuration" });
    }
  });
});
