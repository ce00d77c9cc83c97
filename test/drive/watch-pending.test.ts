import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, setup, token } from "./setup.ts";

/** Two that are bought and pending, and a record of when each look was made. */
async function pending(options: Parameters<typeof setup>[0] = {}) {
  const parts = setup(options);
  await parts.purchaser.drive(execution(disk(), disk()));
  const started = parts.environment.now();
  const seconds = () => (parts.environment.now() - started) / 1000;
  const events: DriveEvent[] = [];
  const looks: number[] = [];
  const onEvent = (event: DriveEvent) => {
    events.push(event);
    if (event.type === "listing") looks.push(seconds());
  };
  const before = { ...parts.cloud.counts };
  const bought = () => parts.cloud.counts.sends - before.sends + parts.cloud.counts.quotes - before.quotes;
  return { ...parts, onEvent, events, looks, seconds, bought };
}

describe("settle", () => {
  test("looks at everything pending, with growing waits, until it is final; it neither quotes nor buys", async () => {
    const { purchaser, cloud, onEvent, looks, events, seconds, bought } = await pending();
    const settleAfter = [4, 40];
    const listing = (event: DriveEvent) => {
      onEvent(event);
      for (const [index, order] of cloud.orders.entries()) {
        if (seconds() >= (settleAfter[index] ?? 0)) order.state = "Succeeded";
      }
    };
    expect(await purchaser.watchPending({ onEvent: listing })).toMatchObject([
      {
        executionId: "execution-1",
        outcomes: [
          { recIndex: 0, status: "already-purchased", commitment: { state: "Succeeded", settled: true } },
          { recIndex: 1, status: "already-purchased", commitment: { state: "Succeeded", settled: true } },
        ],
        totals: [{ amount: "20", currency: "GBP" }],
      },
    ]);
    expect(looks).toEqual([0, 5, 15, 35, 75]);
    expect(events.filter(({ type }) => type === "still-pending")).toMatchObject([
      { pending: 2, wait: 5000 },
      { pending: 1, wait: 10_000 },
      { pending: 1, wait: 20_000 },
      { pending: 1, wait: 40_000 },
    ]);
    expect(bought()).toBe(0);
    expect(await purchaser.watchPending()).toEqual([]);
  });

  test("at the deadline it says what is still pending; its last look is just before", async () => {
    const { purchaser, environment, onEvent, looks, bought } = await pending();
    const [report] = await purchaser.watchPending({ deadline: environment.now() + 100_000, onEvent });
    expect(report?.outcomes).toMatchObject([{ commitment: { settled: false } }, { commitment: { settled: false } }]);
    expect(looks).toEqual([0, 5, 15, 35, 75, 95]);
    expect(bought()).toBe(0);
  });

  test("without a deadline it ends after ten minutes", async () => {
    const { purchaser, onEvent, looks } = await pending();
    await purchaser.watchPending({ onEvent });
    expect(looks).toEqual([0, 5, 15, 35, 75, 155, 315, 595]);
  });

  test("a purchase that came to nothing is reported and recorded as rejected, not bought again; the next drive buys it", async () => {
    const { purchaser, cloud, ledger, bought } = await pending();
    const [first, second] = cloud.orders;
    if (first === undefined || second === undefined) throw new Error("two were bought");
    [first.state, second.state] = ["BillingFailed", "Succeeded"];
    expect(await purchaser.watchPending()).toMatchObject([
      {
        outcomes: [
          {
            status: "rejected",
            error: {
              code: "purchase-rejected",
              providerCode: "BillingFailed",
              message: expect.stringContaining(`It was bought as ${first.id}, and came to nothing`),
            },
          },
          { status: "already-purchased", commitment: { settled: true } },
        ],
        totals: [{ amount: "10", currency: "GBP" }],
      },
    ]);
    expect(bought()).toBe(0);
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ state: "rejected", generation: 1 });
    expect((await ledger.history(token())).slice(-3).map(({ event }) => event)).toEqual(["claim", "reopen", "reject"]);
    expect(await purchaser.watchPending()).toEqual([]);
    const report = await purchaser.drive(execution(disk(), disk()));
    expect(report.outcomes.map(({ status }) => status)).toEqual(["purchased", "already-purchased"]);
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("a listing alone is no proof that it came to nothing", async () => {
    const { purchaser, cloud, ledger } = await pending();
    cloud.faults.listedState = "BillingFailed";
    const [report] = await purchaser.watchPending();
    expect(report?.outcomes.map(({ status }) => status)).toEqual(["already-purchased", "already-purchased"]);
    expect((await ledger.recordsOf("execution-1")).map(({ state }) => state)).toEqual(["purchased", "purchased"]);
  });

  test("one of several ids that failed is no proof that all came to nothing", async () => {
    const { purchaser, cloud, ledger } = setup();
    await purchaser.drive(execution());
    const [record] = await ledger.recordsOf("execution-1");
    if (record?.commitment === undefined) throw new Error("it was bought");
    const { commitment } = record;
    const part = cloud.add({ id: "another-part", boughtFor: token() });
    const [answer] = await claimPlaces(ledger, [record], "marker", 30_000);
    if (answer?.kind !== "granted") throw new Error("it is claimed");
    await ledger.observe(answer.claim, { ...commitment, furtherIds: [part.id] });
    cloud.fail(commitment.id);
    const report = await purchaser.drive(execution());
    expect(report.outcomes).toMatchObject([
      { status: "already-purchased", warnings: [expect.stringContaining(`${commitment.id} as BillingFailed`)] },
    ]);
    expect(cloud.counts.sends).toBe(1);
    cloud.fail(part.id);
    expect((await purchaser.watchPending())[0]?.outcomes).toMatchObject([{ status: "rejected" }]);
  });

  test("a missing marker is stamped", async () => {
    const parts = setup({ identity: "stamped" });
    parts.cloud.faults.mark = "throws";
    await parts.purchaser.drive(execution());
    for (const order of parts.cloud.orders) order.state = "active";
    parts.cloud.faults.mark = undefined;
    expect(await parts.purchaser.watchPending()).toMatchObject([{ outcomes: [{ commitment: { settled: true } }] }]);
    expect(parts.cloud.orders).toMatchObject([{ token: token() }]);
    expect(await parts.purchaser.watchPending()).toEqual([]);
  });

  test("one execution alone; what is not bought is left as it is; an unknown id is an error", async () => {
    const { purchaser, cloud, ledger } = await pending();
    cloud.faults.sends = ["rejected", "lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive({ ...execution(disk(), disk()), executionId: "another" });
    for (const order of cloud.orders) order.state = "Succeeded";
    const before = await ledger.recordsOf("another");
    expect(await purchaser.watchPending({ executionId: "another" })).toEqual([]);
    expect(await purchaser.watchPending()).toMatchObject([{ executionId: "execution-1" }]);
    expect(await ledger.recordsOf("another")).toEqual(before);
    await expect(purchaser.watchPending({ executionId: "none" })).rejects.toMatchObject({ code: "invalid-execution" });
  });

  test("a look-up that fails is a warning, and is tried again", async () => {
    const { purchaser, cloud, onEvent } = await pending();
    for (const order of cloud.orders) order.state = "Succeeded";
    cloud.faults.listing = "throws";
    const heal = (event: DriveEvent) => {
      onEvent(event);
      if (event.type === "still-pending") cloud.faults.listing = undefined;
    };
    const [report] = await purchaser.watchPending({ onEvent: heal });
    expect(report?.outcomes[0]).toMatchObject({ commitment: { settled: true } });
    expect(report?.outcomes[0]?.warnings).toBeUndefined();
  });

  test("stopped while it waits: what was seen is reported", async () => {
    const { purchaser, onEvent, looks } = await pending();
    const controller = new AbortController();
    const stop = (event: DriveEvent) => {
      onEvent(event);
      if (event.type === "still-pending") controller.abort();
    };
    const [report] = await purchaser.watchPending({ signal: controller.signal, onEvent: stop });
    expect(report?.outcomes).toMatchObject([{ commitment: { settled: false } }, { commitment: { settled: false } }]);
    expect(looks).toEqual([0]);
  });

  test("a ledger that fails: thrown at first, later what was seen is reported", async () => {
    const { options, purchaser, onEvent } = await pending();
    const broken = new LedgerError({ code: "ledger-unavailable", message: "gone" });
    const failing = (after: number): Ledger => {
      let calls = 0;
      const { records } = options.ledger;
      return {
        ...options.ledger,
        records: (query) => ((calls += 1) > after ? Promise.reject(broken) : records(query)),
      };
    };
    await expect(createPurchaser({ ...options, ledger: failing(0) }).watchPending()).rejects.toBe(broken);
    const [report] = await createPurchaser({ ...options, ledger: failing(1) }).watchPending({ onEvent });
    expect(report?.outcomes).toHaveLength(2);
    expect(await purchaser.watchPending({ deadline: 1 })).toHaveLength(1);
  });

  test("a ledger that fails at the first look is thrown; at a later one, what was not seen is said to be so", async () => {
    const { options, purchaser, cloud } = await pending();
    await purchaser.drive({ ...execution(), executionId: "execution-2" });
    for (const order of cloud.orders) order.state = "Succeeded";
    const broken = new LedgerError({ code: "ledger-unavailable", message: "gone" });
    const failing = (after: number): Ledger => {
      let calls = 0;
      const { claim } = options.ledger;
      return {
        ...options.ledger,
        claim: (...asked) => ((calls += 1) > after ? Promise.reject(broken) : claim(...asked)),
      };
    };
    await expect(createPurchaser({ ...options, ledger: failing(0) }).watchPending()).rejects.toBe(broken);
    expect(await createPurchaser({ ...options, ledger: failing(1) }).watchPending()).toMatchObject([
      { executionId: "execution-1", outcomes: [{ commitment: { settled: true } }, { commitment: { settled: true } }] },
      {
        executionId: "execution-2",
        outcomes: [
          {
            status: "already-purchased",
            commitment: { settled: false },
            warnings: ["It was not looked at again: gone"],
          },
        ],
      },
    ]);
  });

  test("what another driver saw the end of meanwhile is reported as that", async () => {
    const { options, cloud, purchaser, environment, looks, onEvent } = await pending();
    const [failing, other] = cloud.orders;
    if (failing === undefined || other === undefined) throw new Error("two were bought");
    let calls = 0;
    const ledger: Ledger = {
      ...options.ledger,
      records: async (query) => {
        calls += 1;
        if (calls === 2) {
          [failing.state, other.state] = ["BillingFailed", "Succeeded"];
          await purchaser.watchPending({ deadline: environment.now() + 10_000 });
        }
        return options.ledger.records(query);
      },
    };
    const [report] = await createPurchaser({ ...options, ledger }).watchPending({ onEvent });
    expect(report?.outcomes).toMatchObject([
      { status: "rejected", error: { message: expect.stringContaining(failing.id) } },
      { status: "already-purchased", commitment: { settled: true } },
    ]);
    expect(looks).toEqual([0]);
  });

  test("what another driver recorded as rejected before the claim is reported as that, and stays so", async () => {
    const { options, cloud, purchaser, environment } = await pending();
    const [failing, other] = cloud.orders;
    if (failing === undefined || other === undefined) throw new Error("two were bought");
    const ledger: Ledger = {
      ...options.ledger,
      records: async (query) => {
        const records = await options.ledger.records(query);
        if (other.state === "Creating") {
          [failing.state, other.state] = ["BillingFailed", "Succeeded"];
          await purchaser.watchPending({ deadline: environment.now() + 10_000 });
        }
        return records;
      },
    };
    const [report] = await createPurchaser({ ...options, ledger }).watchPending();
    expect(report?.outcomes).toMatchObject([
      { status: "rejected", error: { code: "purchase-rejected", message: expect.stringContaining(failing.id) } },
      { status: "already-purchased", commitment: { settled: true } },
    ]);
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ state: "rejected" });
    expect(await purchaser.redriveUnfinished()).toEqual([]);
  });

  test("taken up by another driver between the look at the ledger and the claim: left alone", async () => {
    const { options, cloud, purchaser, bought } = await pending();
    const [order] = cloud.orders;
    if (order === undefined) throw new Error("one was bought");
    const stale: Ledger = {
      ...options.ledger,
      records: async (query) => {
        const records = await options.ledger.records(query);
        if (order.state === "Creating") {
          order.state = "BillingFailed";
          cloud.faults.sends = ["lost-before"];
          cloud.faults.onSend = () => void (cloud.faults.resolve = "throws");
          await purchaser.drive(execution(disk(), disk()));
        }
        return records;
      },
    };
    const settling = createPurchaser({ ...options, ledger: stale });
    const sends = bought() + 2;
    const [report] = await settling.watchPending();
    expect(report?.outcomes[0]).toMatchObject({
      status: "in-progress",
      error: { code: "claim-lost", retryable: true },
    });
    expect(bought()).toBe(sends);
    expect((await options.ledger.recordsOf("execution-1"))[0]?.state).toBe("unknown");
  });
});
