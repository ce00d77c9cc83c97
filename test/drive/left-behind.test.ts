import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { dyingCall, execution, setup, token } from "./setup.ts";

const minutes = 60_000;

describe("driving what was left behind", () => {
  test("takes up what a dead driver left, in every state, from the ledger alone", async () => {
    const parts = setup();
    const { cloud, environment, options, ledger, purchaser } = parts;
    // One driver dies before the send of its first, after its claim of the second.
    const { die, reached } = dyingCall();
    const dying: Ledger = { ...ledger, submit: die };
    const dead = { ...environment, every: () => () => undefined };
    void createPurchaser({ ...options, ledger: dying, environment: dead }).drive(execution(disk(), disk()));
    await reached;
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    environment.advance(61_000);
    const [report, ...more] = await purchaser.redriveUnfinished();
    expect(more).toEqual([]);
    expect(report?.executionId).toBe("execution-1");
    expect(report?.outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(cloud.orders).toHaveLength(2);
  });

  test("settles what is pending, stamps missing markers, and leaves what is done alone", async () => {
    const { cloud, environment, purchaser } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    await purchaser.drive(execution());
    cloud.faults.mark = undefined;
    environment.advance(minutes);
    expect(await purchaser.redriveUnfinished()).toMatchObject([{ outcomes: [{ status: "already-purchased" }] }]);
    expect(cloud.orders).toMatchObject([{ token: token() }]);
    for (const order of cloud.orders) order.state = "active";
    environment.advance(minutes);
    expect(await purchaser.redriveUnfinished()).toMatchObject([{ outcomes: [{ commitment: { settled: true } }] }]);
    environment.advance(minutes);
    const before = { ...cloud.counts };
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    expect(cloud.counts).toEqual(before);
  });

  test("a rejected or refused one only when asked", async () => {
    const { cloud, environment, purchaser } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution());
    environment.advance(minutes);
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    expect(await purchaser.redriveUnfinished({ retryRefused: true })).toMatchObject([
      { outcomes: [{ status: "purchased" }] },
    ]);
  });

  test("of one execution alone: what is left of it, and what was refused only when asked", async () => {
    const { cloud, environment, ledger, purchaser } = setup();
    for (const name of ["one", "two"]) await purchaser.submit({ ...execution(disk(), disk()), executionId: name });
    cloud.faults.sends = ["rejected"];
    const two = { executionId: "two", concurrency: 1 };
    expect(await purchaser.redriveUnfinished({ ...two, olderThan: minutes })).toEqual([]);
    environment.advance(minutes);
    expect(await purchaser.redriveUnfinished({ ...two, olderThan: minutes })).toMatchObject([
      { executionId: "two", outcomes: [{ status: "rejected" }, { status: "purchased" }] },
    ]);
    expect(await purchaser.redriveUnfinished({ ...two, olderThan: minutes })).toEqual([]);
    for (const order of cloud.orders) order.state = "active";
    expect(await purchaser.redriveUnfinished(two)).toMatchObject([{ outcomes: [{ recIndex: 1 }] }]);
    expect(await purchaser.redriveUnfinished(two)).toEqual([]);
    expect(await purchaser.redriveUnfinished({ ...two, retryRefused: true })).toMatchObject([
      { outcomes: [{ recIndex: 0, status: "purchased" }] },
    ]);
    expect((await ledger.recordsOf("one")).map(({ state }) => state)).toEqual(["planned", "planned"]);
    expect(await purchaser.redriveUnfinished({ executionId: "three" })).toEqual([]);
    await expect(purchaser.redriveUnfinished({ executionId: " " })).rejects.toMatchObject({
      code: "invalid-execution",
    });
    expect(cloud.orders).toHaveLength(2);
  });

  test("a bounded number at a time, those untouched for longest first, and each gets its turn", async () => {
    const { cloud, environment, purchaser } = setup();
    for (const name of ["one", "two", "three"]) {
      await purchaser.drive({ ...execution(), executionId: name });
      environment.advance(1000);
    }
    environment.advance(minutes);
    const turns: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const [report] = await purchaser.redriveUnfinished({ limit: 1 });
      turns.push(report?.executionId ?? "none");
      environment.advance(1000);
    }
    expect(turns).toEqual(["one", "two", "three"]);
    expect(cloud.counts.sends).toBe(3);
  });

  test("stopped between two executions: what was driven before is reported, and that the rest was not", async () => {
    const { cloud, environment, purchaser } = setup();
    cloud.faults.sends = ["rejected", "rejected"];
    for (const name of ["one", "two"]) await purchaser.drive({ ...execution(), executionId: name });
    environment.advance(minutes);
    const controller = new AbortController();
    cloud.faults.onSend = () => controller.abort();
    const reports = await purchaser.redriveUnfinished({ retryRefused: true, signal: controller.signal });
    expect(reports).toMatchObject([
      { executionId: "one", outcomes: [{ status: "purchased" }] },
      { executionId: "two", outcomes: [{ status: "refused", error: { code: "aborted", retryable: true } }] },
    ]);
    const [, two] = await purchaser.redriveUnfinished({ retryRefused: true });
    expect(two).toMatchObject({ executionId: "two", outcomes: [{ status: "purchased" }] });
  });

  test("its numbers are checked before anything is asked or bought", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.listing = "throws";
    await purchaser.drive(execution());
    const before = { ...cloud.counts };
    for (const [options, words] of [
      [{ olderThan: -1 }, /^olderThan must be .*\(milliseconds\)/],
      [{ limit: 0 }, /^limit must be /],
      [{ limit: 10_001 }, /^limit must be /],
      [{ concurrency: 0 }, /^concurrency must be /],
      [{ deadline: Number.NaN }, /^deadline must be /],
    ] as const) {
      const refused = { code: "invalid-configuration", message: expect.stringMatching(words) as string };
      await expect(purchaser.redriveUnfinished({ retryRefused: true, ...options })).rejects.toMatchObject(refused);
    }
    expect(cloud.counts).toEqual(before);
  });

  test("beside a live driver: what that one holds is left to it", async () => {
    const { cloud, environment, purchaser } = setup();
    const beside: unknown[] = [];
    cloud.faults.onSend = async () => {
      cloud.faults.onSend = undefined;
      environment.advance(50_000);
      await new Promise((done) => setImmediate(done));
      beside.push(await purchaser.redriveUnfinished({ olderThan: 0 }));
    };
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(beside).toEqual([[]]);
    expect(cloud.orders).toHaveLength(1);
  });
});

test("it came to nothing while its marker was stamped: the next drive proves that, and buys anew", async () => {
  const { purchaser, cloud, options, ledger } = setup({ identity: "stamped" });
  const { executor } = cloud;
  const failing: ServiceExecutor = {
    ...executor,
    mark: async (commitment, ...others) => {
      cloud.fail(commitment.id);
      return executor.mark?.(commitment, ...others) ?? commitment;
    },
  };
  const providers = [{ name: "imitation", services: { disk: failing } }];
  const first = await createPurchaser({ ...options, providers }).drive(execution());
  expect(first.outcomes[0]).toMatchObject({
    status: "purchased",
    commitment: { state: "Creating", settled: false },
    warnings: [expect.stringContaining("now shows it as BillingFailed: it may have come to nothing")],
  });
  expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
    status: "purchased",
    commitment: { id: "order-2" },
  });
  expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ generation: 1, commitment: { id: "order-2" } });
  expect(cloud.live(token())).toHaveLength(1);
});

describe("a person decides about an unknown outcome", () => {
  const who = { executionId: "execution-1", recIndex: 0, person: "operator on duty", reason: "seen in the portal" };

  async function unresolved() {
    const parts = setup({ identity: "stamped" });
    parts.cloud.faults.sends = ["lost-after"];
    parts.cloud.faults.onSend = () => void parts.cloud.add({ id: "by hand" });
    expect((await parts.purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    parts.cloud.faults.onSend = undefined;
    return parts;
  }

  test("bought: recorded with its id, marked, with name and reason in the history", async () => {
    const { purchaser, cloud, ledger } = await unresolved();
    const outcome = await purchaser.resolveByPerson({ ...who, finding: { bought: "order-1" } });
    expect(outcome).toMatchObject({
      status: "already-purchased",
      commitment: { id: "order-1" },
      price: { amount: "10" },
    });
    expect(cloud.orders.find(({ id }) => id === "order-1")?.token).toBe(token());
    const decided = (await ledger.history(token())).find(({ event }) => event === "decide");
    expect(decided?.detail).toBe("decided bought as order-1 by operator on duty: seen in the portal");
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ commitment: { id: "order-1" } });
    expect(cloud.counts.sends).toBe(1);
  });

  test("bought: an id that is not there, or that is something else, is refused", async () => {
    const { purchaser, cloud, ledger } = await unresolved();
    const wrong = purchaser.resolveByPerson({ ...who, finding: { bought: "order-9" } });
    await expect(wrong).rejects.toMatchObject({ code: "commitment-unverifiable" });
    cloud.add({ id: "large", size: "large" });
    const other = purchaser.resolveByPerson({ ...who, finding: { bought: "large" } });
    await expect(other).rejects.toMatchObject({ code: "commitment-mismatch" });
    expect((await ledger.recordsOf("execution-1"))[0]?.state).toBe("unknown");
  });

  test("not bought: recorded, and the next drive buys", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "stamped" });
    cloud.faults.sends = ["lost-before"];
    await purchaser.drive(execution());
    environment.advance(5 * minutes);
    const outcome = await purchaser.resolveByPerson({ ...who, finding: "not-bought" });
    expect(outcome).toMatchObject({ status: "refused", error: { code: "resolved-as-not-bought" } });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.orders).toHaveLength(1);
  });

  test.each(["handle", "marker"])("not bought is refused while the provider still shows the %s", async (shown) => {
    const { purchaser, cloud, ledger } = setup();
    cloud.faults.sends = [shown === "handle" ? "lost-after" : "lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    cloud.faults.resolve = undefined;
    if (shown === "marker") cloud.add({ id: "from elsewhere", token: token() });
    const decision = purchaser.resolveByPerson({ ...who, finding: "not-bought" });
    await expect(decision).rejects.toMatchObject({ code: "still-shown" });
    expect((await ledger.recordsOf("execution-1"))[0]?.state).toBe("unknown");
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("already-purchased");
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("not bought is refused while the look-up fails", async () => {
    const { purchaser, cloud, environment } = setup();
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    environment.advance(5 * minutes);
    await expect(purchaser.resolveByPerson({ ...who, finding: "not-bought" })).rejects.toMatchObject({
      code: "answer-unclear",
      message: expect.stringContaining("503"),
      retryable: true,
    });
    cloud.faults.resolve = undefined;
    cloud.faults.listing = "throws";
    await expect(purchaser.resolveByPerson({ ...who, finding: "not-bought" })).rejects.toMatchObject({
      code: "answer-unclear",
      message: expect.stringContaining("The look-up in account a failed: 503 from the listing"),
    });
  });

  test("there is nothing to decide about what is bought, refused, or not there", async () => {
    const { purchaser } = setup();
    await purchaser.drive(execution());
    const decision = { ...who, finding: "not-bought" } as const;
    await expect(purchaser.resolveByPerson(decision)).rejects.toMatchObject({ code: "nothing-to-resolve" });
    await expect(purchaser.resolveByPerson({ ...decision, recIndex: 7 })).rejects.toMatchObject({
      code: "invalid-execution",
    });
    await expect(purchaser.resolveByPerson({ ...decision, person: " " })).rejects.toMatchObject({
      code: "invalid-execution",
    });
  });
});

test("with a limit, what waits or is stopped before it is passed over a page at a time, and each execution read once", async () => {
  const { cloud, ledger, options, purchaser, environment } = setup();
  for (let index = 0; index < 150; index += 1) {
    await purchaser.submit({ ...execution(disk(), disk()), executionId: `waits-${index}` }, { requireApproval: true });
  }
  environment.advance(minutes);
  await purchaser.submit({ ...execution(disk(), disk()), executionId: "new" });
  const asked: number[] = [];
  const seen: string[] = [];
  const read: string[] = [];
  const counted: Ledger = {
    ...ledger,
    execution: (executionId) => {
      read.push(executionId);
      return ledger.execution(executionId);
    },
    unfinished: async (query) => {
      const records = await ledger.unfinished(query);
      asked.push(query.limit);
      seen.push(...records.map(({ token }) => token));
      return records;
    },
  };
  expect(await createPurchaser({ ...options, ledger: counted }).redriveUnfinished({ limit: 1 })).toMatchObject([
    { executionId: "new", outcomes: [{ status: "purchased" }] },
  ]);
  expect(cloud.orders).toHaveLength(1);
  expect(asked).toEqual([100, 1000]);
  expect(new Set(seen).size).toBe(seen.length);
  expect(read.filter((executionId) => executionId.startsWith("waits"))).toHaveLength(150);
});
