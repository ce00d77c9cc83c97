import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { executorsOf } from "../../src/drive/validate.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, executionId, setup, token } from "./setup.ts";

describe("options are checked before anything is claimed", () => {
  test.each([0, 999, 86_400_001, Number.NaN])("a lease of %d ms", (leaseLength) => {
    expect(() => setup({ leaseLength })).toThrow(
      expect.objectContaining({
        code: "invalid-configuration",
        message: `leaseLength must be a whole number from 1000 to 86400000 (milliseconds), not ${leaseLength}.`,
      }),
    );
  });

  test.each([1000, 86_400_000])("a lease of %d ms is allowed", (leaseLength) => {
    expect(() => setup({ leaseLength })).not.toThrow();
  });

  test.each([0, -1, 1.5, Number.NaN, 1001])("a concurrency of %d", async (concurrency) => {
    const { purchaser, cloud, ledger } = setup();
    for (const call of [purchaser.drive(execution(), { concurrency }), purchaser.plan(execution(), { concurrency })]) {
      await expect(call).rejects.toMatchObject({
        code: "invalid-configuration",
        message: `concurrency must be a whole number from 1 to 1000, not ${concurrency}.`,
      });
    }
    expect(await ledger.recordsOf(executionId)).toEqual([]);
    expect(cloud.counts.quotes).toBe(0);
  });

  test.each([1, 1000])("a concurrency of %d is allowed", async (concurrency) => {
    const { purchaser } = setup();
    expect((await purchaser.drive(execution(), { concurrency })).outcomes[0]?.status).toBe("purchased");
  });

  test.each([Number.NaN, Infinity, -1, 8.64e15 + 2])("a deadline of %d", async (deadline) => {
    const { purchaser } = setup();
    for (const call of [
      purchaser.drive(execution(), { deadline }),
      purchaser.plan(execution(), { deadline }),
      purchaser.redrive(executionId, { deadline }),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: "invalid-configuration",
        message: `deadline must be a time in milliseconds since 1970, not ${deadline}.`,
      });
    }
  });
});

describe("executions and services that are not known", () => {
  test("an execution that the ledger does not know cannot be driven from it", async () => {
    await expect(setup().purchaser.redrive("another")).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ path: "executionId", message: "is not in the ledger" }],
    });
  });

  test.each([
    ["a provider", []],
    ["a service", [{ name: "imitation", services: {} }]],
  ])("what needs %s that is not there is named, and nothing is claimed", async (_what, providers) => {
    const { options, ledger, purchaser } = setup();
    await purchaser.drive(execution());
    const before = await ledger.recordsOf(executionId);
    await expect(createPurchaser({ ...options, providers }).redrive(executionId)).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ path: "recommendations[0]", message: "needs imitation disk" }],
    });
    expect(await ledger.recordsOf(executionId)).toEqual(before);
  });

  test("an executor is looked up by provider and service, and by nothing that every object has", () => {
    const { cloud } = setup();
    const executorOf = executorsOf([cloud.provider]);
    expect(executorOf({ provider: "imitation", service: "disk" })).toBe(cloud.executor);
    for (const [provider, service] of [
      ["imitation", "toString"],
      ["imitation", "tape"],
      ["other", "disk"],
    ] as const) {
      expect(() => executorOf({ provider, service })).toThrow(
        new RangeError(`There is no executor for ${provider} ${service}.`),
      );
    }
  });
});

test("a recommendation is described by its executor", () => {
  expect(setup().purchaser.describe(disk({ quantity: 3, size: "large" }))).toBe("3 × large");
});

test("what was driven is stamped with the execution's source, the recommendation's fingerprint and its scope", async () => {
  const { purchaser, ledger } = setup();
  await purchaser.drive(execution(disk(), disk({ account: "b" })));
  expect(await ledger.recordsOf(executionId)).toMatchObject([
    { token: token(0), recIndex: 0, source: "test", scope: { key: "imitation/a" }, submission: { source: "test" } },
    { token: token(1), recIndex: 1, source: "test", scope: { key: "imitation/b" } },
  ]);
});

test("two drives of one process have two names", async () => {
  const { purchaser, ledger } = setup();
  await purchaser.drive(execution());
  await purchaser.drive(execution());
  const holders = (await ledger.history(token())).filter(({ event }) => event === "claim").map(({ holder }) => holder);
  expect(new Set(holders).size).toBe(2);
  for (const holder of holders) expect(holder).toMatch(/^[^:]+:\d+:[0-9a-f]{8}$/);
});

test("an audit compares what is bought with the ledger; a loss that is accepted is no longer looked for", async () => {
  const { purchaser, cloud, environment } = setup();
  await purchaser.drive(execution());
  for (const order of cloud.orders) order.state = "Succeeded";
  await purchaser.drive(execution());
  expect((await purchaser.audit()).findings).toEqual([]);
  environment.advance(3_600_000);
  cloud.orders.length = 0;
  expect((await purchaser.audit()).findings).toMatchObject([{ kind: "loss" }]);
  const loss = { id: "minted-1", person: "operator on duty", reason: "exchanged" };
  const { signal } = new AbortController();
  await expect(purchaser.acceptLoss(loss, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  expect(await purchaser.acceptLoss(loss, { signal })).toMatchObject({ state: "purchased", executionId });
  expect((await purchaser.audit()).findings).toEqual([]);
});

test("redriveUnfinished: after a failure nothing more is begun, and what it did not come to is reported", async () => {
  const { purchaser, cloud, ledger, options, environment } = setup();
  cloud.faults.sends = ["rejected", "rejected", "rejected"];
  for (const name of ["one", "two", "three"]) await purchaser.drive({ ...execution(), executionId: name });
  environment.advance(60_000);
  const broken = new LedgerError({ code: "ledger-unavailable", message: "gone" });
  let claims = 0;
  const claim: typeof ledger.claim = (...parameters) =>
    (claims += 1) === 2 ? Promise.reject(broken) : ledger.claim(...parameters);
  const reports = await createPurchaser({ ...options, ledger: { ...ledger, claim } }).redriveUnfinished({
    retryRefused: true,
  });
  expect(reports).toMatchObject([
    { executionId: "one", outcomes: [{ status: "purchased" }] },
    { executionId: "three", outcomes: [{ status: "refused", error: { code: "ledger-unavailable" } }] },
    { executionId: "two", outcomes: [{ status: "refused", error: { code: "ledger-unavailable" } }] },
  ]);
  expect(cloud.orders).toHaveLength(1);
});

test("redriveUnfinished: those untouched for as long as asked, read 100 at a time or as many as are asked for", async () => {
  const { options, environment, ledger } = setup();
  const asked: unknown[] = [];
  const purchaser = createPurchaser({
    ...options,
    ledger: { ...ledger, unfinished: async (query) => (asked.push(query), []) },
  });
  await purchaser.redriveUnfinished();
  await purchaser.redriveUnfinished({ olderThan: 5, limit: 107, retryRefused: true, includeParked: true });
  expect(asked).toEqual([
    { olderThan: 0, limit: 100, refused: false, parked: false },
    { olderThan: 5, limit: 107, refused: true, parked: true },
  ]);
  expect(environment.now()).toBe(1_795_305_600_000);
});
