import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { CallOptions, ServiceExecutor } from "../../src/contract/executor.ts";
import { execution, executionId, setup } from "./setup.ts";

/** A purchaser whose provider answers a look-up only after a minute; the milliseconds that each call took. */
function slow() {
  const { options, environment, cloud, ledger, purchaser } = setup();
  const disk = cloud.executor as ServiceExecutor;
  // In small steps: the virtual clock jumps over timers within one.
  const late = async ({ signal }: CallOptions) => {
    for (let waited = 0; waited < 60_000; waited += 100) await environment.sleep(100, signal);
  };
  const executor: ServiceExecutor = {
    ...disk,
    inventory: {
      ...disk.inventory,
      list: async function* (scope, call) {
        await late(call);
        yield* disk.inventory.list(scope, call);
      },
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
    const { result, took } = await timed((deadline) => purchaser.plan(execution(), { deadline }));
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
    const { result, took } = await timed((deadline) => purchaser.resolveByPerson(decision, { deadline }));
    expect(result).toMatchObject({ name: "RefusedError", code: "deadline-too-near" });
    expect(took).toBe(4000);
    const [record] = await ledger.recordsOf(executionId);
    expect(record).toMatchObject({ state: "unknown" });
    expect(record?.holder).toBeUndefined();
  });

  test.each(["drive", "quote", "settle", "resolve"] as const)(
    "leaves no timer and no listener after %s",
    async (what) => {
      const { options, environment, cloud, purchaser } = setup();
      cloud.faults.sends = ["lost-before"];
      cloud.faults.resolve = "throws";
      if (what === "resolve") await purchaser.drive(execution());
      cloud.faults.sends = [];
      cloud.faults.resolve = undefined;
      if (what === "settle") await purchaser.drive(execution());
      // Old enough to be decided.
      if (what === "resolve") environment.advance(300_000);
      let timers = 0;
      const every = (...parameters: Parameters<typeof environment.every>) => {
        const end = environment.every(...parameters);
        timers += 1;
        return () => {
          timers -= 1;
          end();
        };
      };
      const { signal } = new AbortController();
      const listening = { added: 0, removed: 0 };
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...parameters: Parameters<typeof addEventListener>) => {
        listening.added += 1;
        addEventListener.apply(signal, parameters);
      };
      signal.removeEventListener = (...parameters: Parameters<typeof removeEventListener>) => {
        listening.removed += 1;
        removeEventListener.apply(signal, parameters);
      };
      const counted = createPurchaser({ ...options, environment: { ...environment, every } });
      const call = { signal, deadline: environment.now() + 100_000 };
      if (what === "drive") await counted.drive(execution(), call);
      if (what === "quote") await counted.plan(execution(), call);
      if (what === "settle") await counted.watchPending(call);
      if (what === "resolve") {
        await counted.resolveByPerson(
          { executionId, recIndex: 0, finding: "not-bought", person: "p", reason: "r" },
          call,
        );
      }
      expect(timers).toBe(0);
      expect(listening.added).toBeGreaterThan(0);
      expect(listening.removed).toBe(listening.added);
    },
  );

  test("is a finite number", async () => {
    const { purchaser } = slow();
    const decision = { executionId, recIndex: 0, finding: "not-bought", person: "p", reason: "r" } as const;
    for (const call of [
      purchaser.plan(execution(), { deadline: NaN }),
      purchaser.resolveByPerson(decision, { deadline: NaN }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "invalid-configuration" });
    }
  });
});

test("what a deadline left no time to send stays work for a later round", async () => {
  const { purchaser, environment } = setup();
  const [outcome] = (await purchaser.drive(execution(), { deadline: environment.now() + 50_000 })).outcomes;
  expect(outcome).toMatchObject({ status: "refused", error: { code: "deadline-too-near" } });
  const [report] = await purchaser.redriveUnfinished();
  expect(report?.outcomes[0]?.status).toBe("purchased");
});
