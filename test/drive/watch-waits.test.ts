import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

/** What is bought at a second's distance and pending, and what a settle tells from then on. */
async function pending(...recommendations: ReturnType<typeof disk>[]) {
  const parts = setup();
  const { cloud, environment } = parts;
  cloud.faults.onSend = () => environment.advance(1000);
  await parts.purchaser.drive(execution(...recommendations), { concurrency: 1 });
  cloud.faults.onSend = undefined;
  const started = environment.now();
  const events: DriveEvent[] = [];
  const onEvent = (event: DriveEvent) => void events.push(event);
  const times = (type: DriveEvent["type"]) =>
    events.filter((event) => event.type === type).map(({ at }) => (at - started) / 1000);
  return { ...parts, onEvent, times, passed: () => (environment.now() - started) / 1000 };
}

const later = (parts: { readonly environment: { now: () => number } }) => parts.environment.now() + 10_000;

test("of one execution: all that is pending in it or without its marker, and nothing else", async () => {
  const parts = setup({ identity: "stamped" });
  const { purchaser, cloud } = parts;
  const [one, two, three] = [disk(), disk({ size: "large" }), disk({ size: "huge" })];
  // The first is final and marked, the second pending and marked, the third final and unmarked.
  cloud.faults.sends = [undefined, "rejected", "rejected", undefined, "rejected"];
  await purchaser.drive(execution(one, two, three), { concurrency: 1 });
  for (const order of cloud.orders) order.state = "active";
  await purchaser.drive(execution(one, two, three), { concurrency: 1 });
  cloud.faults.mark = "throws";
  await purchaser.drive(execution(one, two, three), { concurrency: 1 });
  for (const order of cloud.orders.slice(2)) order.state = "active";
  await purchaser.drive(execution(one, two, three));
  cloud.faults.mark = undefined;
  await purchaser.drive({ ...execution(disk({ size: "medium" })), executionId: "another" });

  expect(await purchaser.watchPending({ executionId, deadline: later(parts) })).toMatchObject([
    {
      executionId,
      outcomes: [
        { recIndex: 1, commitment: { settled: false } },
        { recIndex: 2, commitment: { settled: true } },
      ],
    },
  ]);
  expect(cloud.orders[2]?.token).toBe(token(2));
  expect(await purchaser.watchPending({ executionId, deadline: later(parts) })).toMatchObject([
    { outcomes: [{ recIndex: 1 }] },
  ]);
});

test("an execution that the ledger does not know is named", async () => {
  await expect(setup().purchaser.watchPending({ executionId: "none" })).rejects.toMatchObject({
    code: "invalid-execution",
    message: expect.stringMatching(/^The request is not valid; nothing was sent/),
    problems: [{ path: "executionId", message: "is not in the ledger" }],
  });
});

test("its options are checked although nothing is pending", async () => {
  const { purchaser } = setup();
  for (const options of [{ concurrency: 0 }, { deadline: Number.NaN }]) {
    await expect(purchaser.watchPending(options)).rejects.toMatchObject({ code: "invalid-configuration" });
  }
});

describe("a report", () => {
  test("holds its outcomes in the execution's order, whichever was recorded last", async () => {
    const parts = await pending(disk(), disk(), disk());
    const { records } = parts.ledger;
    const found = await records({ limit: 10 });
    expect(found.map(({ recIndex }) => recIndex)).toEqual([2, 1, 0]);
    const [report] = await parts.purchaser.watchPending({ deadline: later(parts) });
    expect(report?.outcomes.map(({ recIndex }) => recIndex)).toEqual([0, 1, 2]);
  });

  test("of a commitment that was adopted without a price has no sum", async () => {
    const parts = setup();
    parts.cloud.add({ id: "from elsewhere", token: token() });
    await parts.purchaser.drive(execution());
    expect(await parts.purchaser.watchPending({ deadline: later(parts) })).toMatchObject([
      { outcomes: [{ commitment: { id: "from elsewhere" } }], totals: [] },
    ]);
  });
});

describe("a look", () => {
  test.each([
    [6000, [0, 1]],
    [5999, [0]],
  ])(
    "with a deadline in %d ms is made at the seconds %j: it takes five, and is not made within one",
    async (time, looks) => {
      const { purchaser, environment, onEvent, times } = await pending();
      await purchaser.watchPending({ deadline: environment.now() + time, onEvent });
      expect(times("listing")).toEqual(looks);
    },
  );

  test.each([
    [undefined, 2],
    [1, 1],
  ])("with a concurrency of %s asks about %d at a time", async (concurrency, most) => {
    const parts = await pending(disk(), disk({ account: "b" }));
    const { executor } = parts.cloud;
    let open = 0;
    let peak = 0;
    const slow: ServiceExecutor = {
      ...executor,
      inventory: {
        ...executor.inventory,
        list: async function* (...parameters) {
          open += 1;
          peak = Math.max(peak, open);
          await new Promise((done) => setImmediate(done));
          open -= 1;
          yield* executor.inventory.list(...parameters);
        },
      },
    };
    const providers = [{ name: "imitation", services: { disk: slow } }];
    const purchaser = createPurchaser({ ...parts.options, providers });
    await purchaser.watchPending({ deadline: later(parts), ...(concurrency ? { concurrency } : {}) });
    expect(peak).toBe(most);
  });

  test("what is final is not looked at again, nor does what came to nothing end the watch over the rest", async () => {
    const { purchaser, cloud, onEvent, times, passed } = await pending(disk(), disk(), disk());
    const [failing, final, slow] = cloud.orders;
    if (failing === undefined || final === undefined || slow === undefined) throw new Error("three were bought");
    [failing.state, final.state] = ["BillingFailed", "Succeeded"];
    const [report] = await purchaser.watchPending({
      onEvent: (event) => {
        onEvent(event);
        if (passed() >= 15) slow.state = "Succeeded";
      },
    });
    expect(report?.outcomes).toMatchObject([
      { status: "rejected", error: { providerCode: "BillingFailed" } },
      { commitment: { settled: true } },
      { commitment: { settled: true } },
    ]);
    expect(times("started")).toEqual([0, 5, 15]);
  });

  test("that another driver's stamp makes out of date is made again: the marker is not said to be missing", async () => {
    const parts = setup({ identity: "stamped" });
    const { purchaser, cloud, options } = parts;
    cloud.faults.mark = "throws";
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "active";
    let calls = 0;
    const ledger: Ledger = {
      ...options.ledger,
      records: async (query) => {
        calls += 1;
        if (calls === 2) {
          cloud.faults.mark = undefined;
          await purchaser.watchPending({ deadline: later(parts) });
        }
        return options.ledger.records(query);
      },
    };
    const [report] = await createPurchaser({ ...options, ledger }).watchPending();
    expect(report?.outcomes).toMatchObject([{ status: "already-purchased", commitment: { settled: true } }]);
    expect(report?.outcomes[0]?.warnings).toBeUndefined();
  });
});

describe("stopped", () => {
  test("while it waits: it ends at once", async () => {
    const { purchaser, passed } = await pending();
    const controller = new AbortController();
    const onEvent = ({ type }: DriveEvent) => (type === "still-pending" ? controller.abort() : undefined);
    expect(await purchaser.watchPending({ signal: controller.signal, onEvent })).toHaveLength(1);
    expect(passed()).toBe(0);
  });

  test("while a marker is stamped: the executor is told so", async () => {
    const parts = setup({ identity: "stamped" });
    parts.cloud.faults.mark = "throws";
    await parts.purchaser.drive(execution());
    const controller = new AbortController();
    const told: boolean[] = [];
    const purchaser = changed(parts, {
      mark: async (_commitment, _submission, _marker, { signal }) => {
        controller.abort();
        told.push(signal.aborted);
        throw new Error("it was stopped");
      },
    });
    const [report] = await purchaser.watchPending({ signal: controller.signal });
    expect(report?.outcomes).toMatchObject([{ warnings: [expect.stringContaining("marker is missing")] }]);
    expect(told).toEqual([true]);
  });

  test("within a look: the provider is asked nothing more, and what is bought stays bought", async () => {
    const { purchaser, cloud, onEvent, times } = await pending();
    const controller = new AbortController();
    const stop = (event: DriveEvent) => {
      onEvent(event);
      if (event.type === "claimed") controller.abort();
    };
    const [report] = await purchaser.watchPending({ signal: controller.signal, onEvent: stop });
    expect(report?.outcomes).toMatchObject([
      {
        status: "already-purchased",
        warnings: [expect.stringContaining("could not be looked up: The drive was stopped")],
      },
    ]);
    expect(times("listing")).toEqual([]);
    expect(cloud.counts.reads).toBe(0);
  });
});
