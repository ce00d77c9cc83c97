import { describe, expect, onTestFinished, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { type AwsSandboxOptions, type Fault, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import type { Provider, ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Outcome } from "../../../src/contract/report.ts";
import { createVirtualEnvironment } from "../../../src/testing/virtual-environment.ts";
import { recommendation } from "./redshift-answers.ts";

const minute = 60_000;
const action = "PurchaseReservedNodeOffering";
const executionId = "night-1";
const execution = (count = 1) => ({
  executionId,
  source: "test",
  recommendations: Array.from({ length: count }, () => recommendation),
});
const person = { person: "Ada", reason: "looked at the console and at the invoice" };
const day = 24 * 3_600_000;

/** The drive, the SDK and the sandbox over HTTP, all on one clock that moves only in waits. */
async function setup({ minimumAge = 5 * minute, ...aws }: AwsSandboxOptions & { readonly minimumAge?: number } = {}) {
  const environment = createVirtualEnvironment();
  const sandbox = await startCloudSandbox({ aws, clock: environment });
  onTestFinished(() => sandbox.close());
  const timeouts = { purchaseTimeout: 2000, readTimeout: 2000 };
  const provider = createAws({ endpoint: sandbox.url, environment, ...timeouts, visibility: { minimumAge } });
  const purchaserWith = (ledger = createMemoryLedger({ clock: environment.now }), providers = [provider]) => ({
    ledger,
    purchaser: createPurchaser({ ledger, environment, providers }),
  });
  return {
    ...purchaserWith(),
    purchaserWith,
    provider,
    environment,
    sandbox,
    fail: (fault: Fault) => sandbox.addFault({ match: { action }, fault }),
    sends: () => sandbox.requests.filter((request) => request.action === action).length,
    bought: () => sandbox.reservations(),
    /** Somebody buys the same by hand. */
    async buyByHand() {
      const other = purchaserWith();
      const report = await other.purchaser.drive({ ...execution(), executionId: "by hand" });
      return report.outcomes[0]?.commitment?.id ?? "";
    },
  };
}

test("bought, settled by a later drive with the same fields, at the price of the whole term; no warning about tags", async () => {
  const { purchaser, bought, sends, sandbox } = await setup({ readsUntilActive: 0 });
  const first = await purchaser.drive(execution());
  const [node] = bought();
  expect(first.outcomes).toMatchObject([
    {
      status: "purchased",
      commitment: { id: node?.name, state: "payment-pending", settled: false },
      price: { amount: "12557.6176", currency: "USD" },
    },
  ]);
  expect(first.outcomes[0]).not.toHaveProperty("warnings");
  expect(sandbox.requests.filter((request) => request.action === "CreateTags")).toHaveLength(1);
  expect(node).toMatchObject({
    attributes: { NodeType: "ra3.xlplus", ReservedNodeOfferingType: "Upgradable" },
    offeringType: "Partial Upfront",
    duration: 31_536_000,
    count: 2,
  });
  const settled = { ...first.outcomes[0]?.commitment, state: "active", settled: true };
  expect((await purchaser.drive(execution())).outcomes).toEqual([
    { ...first.outcomes[0], status: "already-purchased", commitment: settled },
  ]);
  expect(sends()).toBe(1);
});

describe("an answer that is lost after the purchase: the one that is new is adopted after five minutes, one request left", () => {
  test.each([
    { kind: "reset", when: "after" },
    { kind: "status", status: 500, when: "after" },
    { kind: "status", status: 503, when: "after" },
    { kind: "status", status: 408, when: "after" },
    { kind: "cut" },
    { kind: "cut", status: 400 },
    { kind: "html", when: "after" },
    { kind: "hang", when: "after" },
  ] satisfies Fault[])("%o", async (fault) => {
    const { purchaser, fail, bought, sends, environment } = await setup();
    fail(fault);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "unresolved" }]);
    environment.advance(5 * minute);
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes).toMatchObject([{ status: "already-purchased", commitment: { id: bought()[0]?.name } }]);
    expect(outcomes[0]).not.toHaveProperty("warnings");
    expect([bought().length, sends()]).toEqual([1, 1]);
  });

  test("where it shows at once, as in an imitation, the same drive adopts it", async () => {
    const { purchaser, fail, bought, sends } = await setup({ minimumAge: 2000 });
    fail({ kind: "reset", when: "after" });
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes).toMatchObject([{ status: "purchased", commitment: { id: bought()[0]?.name } }]);
    expect([bought().length, sends()]).toEqual([1, 1]);
  });

  test("the driver dies with it: the next one adopts, and reports it as bought before", async () => {
    const { purchaserWith, provider, ledger, purchaser, environment, bought, sends } = await setup();
    const dying: Provider = { name: "aws", services: { redshift: neverHears(provider.services["redshift"]) } };
    void purchaserWith(ledger, [dying]).purchaser.drive(execution());
    await expect.poll(() => bought().length).toBe(1);
    environment.jump(5 * minute);
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes).toMatchObject([{ status: "already-purchased", commitment: { id: bought()[0]?.name } }]);
    expect([bought().length, sends()]).toEqual([1, 1]);
  });

  test("it shows only later: unresolved until then, and a person who says that it was not bought is contradicted", async () => {
    const { purchaser, fail, bought, sends, environment } = await setup({ visibilityLag: { milliseconds: day } });
    fail({ kind: "reset", when: "after" });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "unresolved" }]);
    environment.advance(day - 3_600_000);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "unresolved" }]);
    environment.advance(3_600_000);
    const denied = purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "not-bought", ...person });
    await expect(denied).rejects.toMatchObject({ code: "still-shown" });
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes).toMatchObject([{ status: "already-purchased", commitment: { id: bought()[0]?.name } }]);
    expect([bought().length, sends()]).toEqual([1, 1]);
  });
});

describe("nothing shows after an unknown outcome", () => {
  test("unresolved on every later drive, never a second send, until a person says that it was not bought; then bought", async () => {
    const { purchaser, fail, bought, sends, environment, ledger } = await setup();
    fail({ kind: "reset", when: "before" });
    for (const wait of [0, 60_000, 300_000, day, 365 * day]) {
      environment.advance(wait);
      const { outcomes } = await purchaser.drive(execution());
      expect(outcomes).toMatchObject([
        {
          status: "unresolved",
          error: {
            code: "outcome-unknown",
            message: expect.stringMatching(/`buyonce resolve`: it is never bought again by itself/),
          },
        },
      ]);
    }
    await purchaser.redriveUnfinished();
    expect([bought().length, sends()]).toEqual([0, 1]);

    const decided = await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "not-bought", ...person });
    expect(decided).toMatchObject({ status: "refused", error: { code: "resolved-as-not-bought" } });
    expect(sends()).toBe(1);
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes).toMatchObject([{ status: "purchased", commitment: { id: bought()[0]?.name } }]);
    expect([bought().length, sends()]).toEqual([1, 2]);
    const [record] = await ledger.recordsOf(executionId);
    // After a person's decision a generation is used up.
    expect(record).toMatchObject({ attempt: 2, generation: 1 });
  });

  test("nor does a reserved node that came to nothing prove that ours did", async () => {
    const { purchaser, fail, buyByHand, sandbox, sends, environment } = await setup();
    fail({ kind: "reset", when: "before" });
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "unresolved" }]);
    sandbox.setReservationState(await buyByHand(), "payment-failed");
    environment.advance(day);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([
      { status: "unresolved", error: { message: expect.stringContaining("payment-failed") } },
    ]);
    expect(sends()).toBe(2);
  });

  test("A31: what else is open in its lane waits for the decision: nothing is sent, and it stays work", async () => {
    const { purchaser, fail, sends, bought, environment } = await setup();
    fail({ kind: "reset", when: "before" });
    const { outcomes } = await purchaser.drive(execution(2), { concurrency: 1 });
    expect(outcomes).toMatchObject([{ status: "unresolved" }, { error: { code: "identical-purchase-open" } }]);
    expect(sends()).toBe(1);
    environment.advance(5 * minute);
    await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "not-bought", ...person });
    for (let round = 0; round < 3; round += 1) await purchaser.redriveUnfinished();
    expect((await purchaser.drive(execution(2))).outcomes).toMatchObject([
      { status: "already-purchased" },
      { status: "already-purchased" },
    ]);
    expect([bought().length, sends()]).toEqual([2, 3]);
  });
});

describe("somebody else buys the same", () => {
  test("A25: 20 hours after a send that never arrived: it is not adopted, and a person decides", async () => {
    const { purchaser, fail, buyByHand, bought, environment } = await setup();
    fail({ kind: "reset", when: "before" });
    await purchaser.drive(execution());
    environment.advance(20 * 60 * minute);
    const other = await buyByHand();
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "unresolved" }]);
    await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "not-bought", ...person });
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes).toMatchObject([{ status: "purchased" }]);
    expect(outcomes[0]?.commitment?.id).not.toBe(other);
    expect(bought()).toHaveLength(2);
  });

  test("A26: called not bought, and it shows before the next send: adopted, not bought again", async () => {
    const { purchaser, fail, bought, sends, environment } = await setup({ visibilityLag: { milliseconds: day } });
    fail({ kind: "reset", when: "after" });
    await purchaser.drive(execution());
    environment.advance(10 * minute);
    await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "not-bought", ...person });
    environment.advance(day);
    const { outcomes } = await purchaser.drive(execution());
    expect(outcomes).toMatchObject([{ status: "already-purchased", commitment: { id: bought()[0]?.name } }]);
    expect([bought().length, sends()]).toEqual([1, 1]);
  });
});

test("several that fit: a person says which one it is, the other stays nobody's", async () => {
  const hidden = { visibilityLag: { milliseconds: day } };
  const { purchaser, fail, buyByHand, bought, sends, environment, sandbox } = await setup(hidden);
  fail({ kind: "reset", when: "after" });
  expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "unresolved" }]);
  const other = await buyByHand();
  const [own] = bought().filter(({ name }) => name !== other);
  environment.advance(day);
  const { outcomes } = await purchaser.drive(execution());
  expect(outcomes).toMatchObject([{ status: "unresolved", error: { message: expect.stringContaining(other) } }]);
  const finding = { bought: own?.name ?? "" };
  const decided = await purchaser.resolveByPerson({ executionId, recIndex: 0, finding, ...person });
  expect(decided).toMatchObject({ status: "already-purchased", commitment: { id: own?.name } });
  // The tags are tried on it as on any other.
  expect(sandbox.requests.filter((request) => request.action === "CreateTags")).toHaveLength(2);
  expect([bought().length, sends()]).toEqual([2, 2]);
});

describe("identical purchases in one execution", () => {
  const ids = (outcomes: readonly Outcome[]) => outcomes.map(({ commitment }) => commitment?.id).toSorted();

  test.each([
    ["calmly", undefined, 0],
    ["the first answer is lost", { kind: "reset", when: "after" } as const, 0],
    ["and what is new is hidden from a few reads", undefined, 4],
  ])("%s: bought one after the other, each with its own", async (_what, fault, reads) => {
    const { purchaser, fail, bought, sends } = await setup({ visibilityLag: { reads }, minimumAge: 2000 });
    if (fault) fail(fault);
    const { outcomes } = await purchaser.drive(execution(3));
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased", "purchased"]);
    expect(new Set(ids(outcomes)).size).toBe(3);
    expect(ids(outcomes)).toEqual(
      bought()
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(sends()).toBe(3);
  });
});

test("lesson: `payment-failed` counted as live; where the id is known it is a proof, and a new one is bought", async () => {
  const { purchaser, bought, sandbox, sends } = await setup({ readsUntilActive: 100 });
  await purchaser.drive(execution());
  const [failed] = bought();
  sandbox.setReservationState(failed?.name ?? "", "payment-failed");
  const { outcomes } = await purchaser.drive(execution());
  expect(outcomes).toMatchObject([{ status: "purchased", commitment: { id: bought()[1]?.name } }]);
  expect(sends()).toBe(2);
});

test("lesson: an empty list was 'nothing there'; what the ledger knows must be in it", async () => {
  const { purchaser, sandbox, environment, sends } = await setup();
  await purchaser.drive(execution());
  environment.advance(day);
  sandbox.addFault({ match: { action: "DescribeReservedNodes" }, fault: { kind: "listing", listing: "empty" } });
  const { outcomes } = await purchaser.drive({ ...execution(), executionId: "night-2" });
  expect(outcomes).toMatchObject([{ status: "refused", error: { code: "lookup-untrusted" } }]);
  expect(sends()).toBe(1);
});

test("with the ledger lost nothing tells what was bought: what is recent is for a person, and not bought again", async () => {
  const { purchaser, purchaserWith, bought } = await setup();
  await purchaser.drive(execution());
  const { purchaser: another } = purchaserWith();
  const id = bought()[0]?.name ?? "";
  const [again] = (await another.drive(execution())).outcomes;
  expect(again).toMatchObject({ status: "refused", error: { code: "look-alike" } });
  expect(again?.error?.message).toContain(`${id} (payment-pending`);
  expect(bought()).toHaveLength(1);
  await another.resolveByPerson({ executionId, recIndex: 0, finding: { bought: id }, ...person });
  expect((await another.drive(execution())).outcomes).toMatchObject([{ status: "already-purchased" }]);
  expect(bought()).toHaveLength(1);
});

test("not promised: a month after it, with the ledger lost, it is bought again", async () => {
  const { purchaser, purchaserWith, bought, environment } = await setup();
  await purchaser.drive(execution());
  environment.advance(31 * day + minute);
  await purchaserWith().purchaser.drive(execution());
  expect(bought()).toHaveLength(2);
});

/** Sends, and dies before the answer is heard. */
function neverHears(executor: ServiceExecutor | undefined): ServiceExecutor {
  if (!executor) throw new Error("No Redshift.");
  return {
    ...executor,
    async send(submission, context) {
      await executor.send(submission, context);
      return new Promise(() => undefined);
    },
  };
}
