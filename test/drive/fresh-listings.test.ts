import { describe, expect, test } from "vitest";
import { createLookup } from "../../src/drive/lookup.ts";
import { createStop } from "../../src/drive/stop.ts";
import type { DriveStep } from "../../src/contract/events.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { setup, token } from "./setup.ts";

const scope = { key: "imitation/a", label: "account a" };

/** A look-up whose listings end when they are told to, in the order in which they began. */
function heldListings() {
  const { cloud, ledger, environment } = setup();
  const gates: PromiseWithResolvers<void>[] = [];
  const executor: ServiceExecutor = {
    ...cloud.executor,
    inventory: {
      ...cloud.executor.inventory,
      async *list(...parameters) {
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
        yield* cloud.executor.inventory.list(...parameters);
      },
    },
  };
  const steps: DriveStep[] = [];
  const lookup = createLookup({
    ledger,
    environment,
    stop: createStop(environment, {}),
    emit: (step) => steps.push(step),
    tokens: new Map(),
  });
  const begun = async (count: number) => {
    await expect.poll(() => gates.length).toBe(count);
  };
  const fresh = (recIndex: number) => lookup.fresh(executor, scope, token(recIndex));
  return { cloud, gates, begun, fresh, steps };
}

describe("fresh listings", () => {
  test("who asks while one is made shares the next one, which is begun after it", async () => {
    const { cloud, gates, begun, fresh, steps } = heldListings();
    const first = fresh(0);
    await begun(1);
    const [second, third] = [fresh(1), fresh(2)];
    // Nothing but the first one is under way: what was bought since it began need not be in it.
    await new Promise((resolve) => setImmediate(resolve));
    expect(gates).toHaveLength(1);
    cloud.add({ id: "bought", token: token(2), state: "Succeeded" });
    gates[0]?.resolve();
    await first;
    await begun(2);
    const late = fresh(3);
    gates[1]?.resolve();
    expect((await third).byToken.get(token(2))).toHaveLength(1);
    expect(await second).toBe(await third);
    await begun(3);
    gates[2]?.resolve();
    expect(await late).not.toBe(await third);
    expect(steps.filter(({ type }) => type === "listing")).toHaveLength(3);
  });

  test("one that fails fails for all that share it, and not for those after it", async () => {
    const { gates, begun, fresh } = heldListings();
    const first = fresh(0);
    await begun(1);
    const shared = Promise.allSettled([fresh(1), fresh(2)]);
    gates[0]?.reject(new Error("connection reset"));
    await expect(first).rejects.toMatchObject({ code: "lookup-failed" });
    await begun(2);
    gates[1]?.reject(new Error("connection reset"));
    expect((await shared).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const after = fresh(3);
    await begun(3);
    gates[2]?.resolve();
    expect((await after).byToken.size).toBe(0);
  });
});
