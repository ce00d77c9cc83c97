import { CreateTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { type AwsSandboxOptions, type Fault, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { createVirtualEnvironment } from "../../../src/testing/virtual-environment.ts";
import { calmly, marker, serviceOf } from "../aws-executors.ts";
import { recommendation } from "./ec2-answers.ts";

const [second, minute, hour] = [1000, 60_000, 3_600_000];
const tokenTag = "cudly-idempotency-token";

/**
 * EC2 in the sandbox, with buyers who do not know of each other: drivers with a ledger of their own, and a person. Time
 * passes only in waits; the buyers' clock can be set.
 */
async function setup({ quantity = 1, ...aws }: AwsSandboxOptions & { readonly quantity?: number } = {}) {
  const environment = createVirtualEnvironment();
  const sandbox = await startCloudSandbox({ aws, clock: { now: environment.trueTime } });
  onTestFinished(() => sandbox.close());
  const asked = { ...recommendation, quantity };
  const provider = createAws({ endpoint: sandbox.url, environment });
  const ec2 = serviceOf("ec2", { endpoint: sandbox.url, environment });
  const buyer = (executionId: string, count = 1) => {
    const ledger = createMemoryLedger({ clock: environment.now });
    const purchaser = createPurchaser({ ledger, environment, providers: [provider] });
    const recommendations = Array.from({ length: count }, () => asked);
    return {
      purchaser,
      ledger,
      drive: async () => (await purchaser.drive({ executionId, source: "test", recommendations })).outcomes,
    };
  };
  const client = new EC2Client({
    region: "us-east-1",
    endpoint: sandbox.url,
    credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
  });
  return {
    sandbox,
    environment,
    buyer,
    /** What EC2 has, by id. */
    tagsOf: (id = "") => sandbox.reservedInstances().find((one) => one.id === id)?.tags,
    ids: () => sandbox.reservedInstances().map(({ id }) => id),
    fail: (action: string, fault: Fault, times = 1) => sandbox.addFault({ match: { action }, fault, times }),
    /** A person buys the same at the console: without any tag. */
    async buyByHand() {
      const quote = await ec2.quote(asked, marker, calmly);
      const scope = ec2.scopeOf(asked);
      const submission = { ...marker, ...quote, scope, recommendation: asked, attempt: 1, requestHash: "" };
      const answer = await ec2.send({ ...submission, submittedAt: environment.now() }, { sentBefore: false });
      if (answer.kind !== "bought") throw new Error(answer.reason);
      return answer.commitment.id;
    },
    async tag(id: string, Value: string) {
      await client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: tokenTag, Value }] }));
    },
  };
}

const purchase = "PurchaseReservedInstancesOffering";
const lost: Fault = { kind: "reset", when: "after" };
const neverArrived: Fault = { kind: "reset", when: "before" };

describe("A24: two buy the same 15 s apart, and EC2 shows an id after 18 s", () => {
  test.each([1, 2])("two ledgers, %i each: each keeps its own, and both are marked in the end", async (quantity) => {
    const { buyer, ids, tagsOf, environment } = await setup({ quantity, visibilityLag: { milliseconds: 18 * second } });
    const [one, other] = [buyer("one"), buyer("other")];
    // Looks for its id for 15 s.
    const [first] = await one.drive();
    const [then] = await other.drive();
    expect([first?.commitment?.id, then?.commitment?.id]).toEqual(ids());
    expect([first, then]).toMatchObject([
      { status: "purchased", warnings: [expect.stringContaining("marker")] },
      { status: "purchased", warnings: [expect.stringContaining("marker")] },
    ]);
    environment.advance(18 * second);
    for (const [who, id] of [
      [one, ids()[0]],
      [other, ids()[1]],
    ] as const) {
      const [outcome] = await who.drive();
      expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id } });
      expect(outcome).not.toHaveProperty("warnings");
      expect(tagsOf(id)?.[tokenTag]).toBe(outcome?.token);
    }
    // The lanes are free again.
    expect(await buyer("third").drive()).toMatchObject([{ status: "purchased" }]);
    expect(ids()).toHaveLength(3);
  });

  test.each([1, 2])("one ledger and a person, %i each: the person's is left alone", async (quantity) => {
    const { buyer, buyByHand, ids, tagsOf, environment } = await setup({
      quantity,
      visibilityLag: { milliseconds: 18 * second },
    });
    const byHand = await buyByHand();
    environment.advance(15 * second);
    const own = buyer("own");
    await own.drive();
    environment.advance(10 * minute);
    const [outcome] = await own.drive();
    expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: ids()[1] } });
    expect(tagsOf(ids()[1])?.[tokenTag]).toBe(outcome?.token);
    expect(tagsOf(byHand)).toEqual({});
  });

  test("one of the ledgers is lost: its purchase is recognised by its own tag, and nothing is bought again", async () => {
    const { buyer, ids, environment } = await setup({ visibilityLag: { milliseconds: 18 * second } });
    const [one, other] = [buyer("one"), buyer("other")];
    await one.drive();
    await other.drive();
    environment.advance(18 * second);
    await one.drive();
    await other.drive();
    expect(await buyer("one").drive()).toMatchObject([{ status: "already-purchased", commitment: { id: ids()[0] } }]);
    expect(await buyer("other").drive()).toMatchObject([{ status: "already-purchased", commitment: { id: ids()[1] } }]);
    expect(ids()).toHaveLength(2);
  });

  test("two that are split at the same time: their parts cannot be told apart, so a person tags them, and the lane is free", async () => {
    const { buyer, ids, tag, tagsOf, environment } = await setup({
      quantity: 2,
      tierCrossing: true,
      visibilityLag: { milliseconds: 18 * second },
    });
    const [one, other] = [buyer("one"), buyer("other")];
    await one.drive();
    await other.drive();
    environment.advance(6 * minute);
    for (const who of [one, other]) {
      expect(await who.drive()).toMatchObject([{ warnings: [expect.stringContaining("in one way only")] }]);
    }
    for (const id of ids()) expect(tagsOf(id)).toEqual({});
    const [{ token } = { token: "" }] = await one.drive();
    for (const id of ids().slice(0, 2)) await tag(id, token);
    // Named as a purchase too many, until the drive has stamped them as the parts of its own.
    await one.drive();
    for (const who of [one, other]) expect((await who.drive())[0]).not.toHaveProperty("warnings");
    expect(ids().map((id) => tagsOf(id)?.[tokenTag] === token)).toEqual([true, true, false, false]);
    expect(ids().every((id) => tagsOf(id)?.[tokenTag])).toBe(true);
  });
});

describe("A25: the send never arrived, and somebody buys the same", () => {
  test("20 hours later, by hand, while nobody could look: it is not adopted, and what was asked for is bought", async () => {
    const { buyer, buyByHand, fail, ids, sandbox, tagsOf, environment } = await setup();
    const own = buyer("own");
    fail(purchase, neverArrived);
    // After the listing and the baseline, every look fails.
    sandbox.addFault({
      match: { action: "DescribeReservedInstances" },
      skip: 2,
      times: 6,
      fault: { kind: "status", status: 400, when: "before" },
    });
    expect(await own.drive()).toMatchObject([{ status: "unresolved" }]);
    environment.advance(20 * hour);
    const byHand = await buyByHand();
    const [outcome] = await own.drive();
    expect(outcome).toMatchObject({ status: "purchased", commitment: { id: ids()[1] } });
    expect(tagsOf(byHand)).toEqual({});
    expect(ids()).toHaveLength(2);
  });

  test.each(["queued", "queued-deleted"])("at once, but %s: it is not adopted", async (state) => {
    const { buyer, buyByHand, fail, ids, sandbox, tagsOf, environment } = await setup();
    const own = buyer("own");
    fail(purchase, neverArrived);
    await own.drive();
    const byHand = await buyByHand();
    sandbox.setReservedInstanceState(byHand, state);
    environment.advance(5 * minute);
    expect(await own.drive()).toMatchObject([{ status: "purchased", commitment: { id: ids()[1] } }]);
    expect(tagsOf(byHand)).toEqual({});
  });

  test("another ledger's, whose tag is still missing: never before it could have been tagged", async () => {
    const { buyer, fail, ids, environment } = await setup({ visibilityLag: { milliseconds: 18 * second } });
    const [own, other] = [buyer("own"), buyer("other")];
    fail(purchase, neverArrived);
    expect(await own.drive()).toMatchObject([{ status: "unresolved" }]);
    expect(await other.drive()).toMatchObject([{ status: "purchased" }]);
    environment.advance(20 * second);
    expect(await own.drive()).toMatchObject([{ status: "unresolved" }]);
    expect((await other.drive())[0]).not.toHaveProperty("warnings");
    environment.advance(5 * minute);
    expect(await own.drive()).toMatchObject([{ status: "purchased", commitment: { id: ids()[1] } }]);
    expect(ids()).toHaveLength(2);
  });

  test("not promised: one bought by hand within the window of an answer that was lost cannot be told apart", async () => {
    const { buyer, buyByHand, fail, ids, environment } = await setup();
    const own = buyer("own");
    fail(purchase, neverArrived);
    await own.drive();
    const byHand = await buyByHand();
    environment.advance(5 * minute);
    expect(await own.drive()).toMatchObject([{ status: "already-purchased", commitment: { id: byHand } }]);
    expect(ids()).toHaveLength(1);
  });

  test("and ours arrived after all: two fit, so a person decides by tagging", async () => {
    const { buyer, buyByHand, fail, ids, tag, tagsOf, environment } = await setup();
    const own = buyer("own");
    fail(purchase, lost);
    await own.drive();
    const byHand = await buyByHand();
    environment.advance(5 * minute);
    expect(await own.drive()).toMatchObject([
      { status: "unresolved", error: { message: expect.stringContaining("several new") } },
    ]);
    await tag(byHand, "by hand, for the data team");
    expect(await own.drive()).toMatchObject([{ status: "already-purchased", commitment: { id: ids()[0] } }]);
    expect(tagsOf(byHand)).toEqual({ [tokenTag]: "by hand, for the data team" });
  });
});

describe("A26: proven dead, and what it bought shows all the same", () => {
  /** Called dead after five minutes; EC2 shows it after eight. */
  async function calledDead() {
    const world = await setup({ visibilityLag: { milliseconds: 8 * minute } });
    const own = world.buyer("own");
    world.fail(purchase, lost);
    expect(await own.drive()).toMatchObject([{ status: "unresolved" }]);
    world.environment.advance(5 * minute);
    return { ...world, own };
  }

  test.each([3 * minute, 9 * hour])(
    "%i ms later, before the next send: adopted, and not bought again",
    async (wait) => {
      const { own, fail, ids, environment, tagsOf } = await calledDead();
      fail("DescribeReservedInstancesOfferings", { kind: "status", status: 400, when: "before" });
      expect(await own.drive()).toMatchObject([{ status: "refused" }]);
      environment.advance(wait);
      const [outcome] = await own.drive();
      expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: ids()[0] } });
      expect(tagsOf(ids()[0])?.[tokenTag]).toBe(outcome?.token);
      expect(ids()).toHaveLength(1);
    },
  );

  test("after the next send: both are named", async () => {
    const { own, ids, environment } = await calledDead();
    expect(await own.drive()).toMatchObject([{ status: "purchased", commitment: { id: ids()[1] } }]);
    environment.advance(8 * minute);
    expect(await own.drive()).toMatchObject([
      {
        status: "already-purchased",
        commitment: { id: ids()[1] },
        warnings: [expect.stringContaining(ids()[0] ?? "")],
      },
    ]);
    expect(ids()).toHaveLength(2);
  });
});

describe("A22: the clock of the ledger and its drivers is set while an outcome is unknown", () => {
  test("six minutes ahead, and EC2 hides it for four: not bought again", async () => {
    const { buyer, fail, ids, environment } = await setup({ visibilityLag: { milliseconds: 4 * minute } });
    const own = buyer("own");
    fail(purchase, lost);
    expect(await own.drive()).toMatchObject([{ status: "unresolved" }]);
    environment.step(6 * minute);
    expect(await own.drive()).toMatchObject([{ status: "unresolved" }]);
    expect(ids()).toHaveLength(1);
    environment.advance(5 * minute);
    expect(await own.drive()).toMatchObject([{ status: "already-purchased", commitment: { id: ids()[0] } }]);
    expect(ids()).toHaveLength(1);
  });

  test("it was twenty minutes slow and is put right: what began too late by the old time may be ours, for a person", async () => {
    const { buyer, fail, ids, environment } = await setup();
    const own = buyer("own");
    environment.step(-20 * minute);
    fail(purchase, lost);
    await own.drive();
    environment.step(20 * minute);
    for (let round = 0; round < 3; round += 1) {
      expect(await own.drive()).toMatchObject([
        { status: "unresolved", error: { message: expect.stringContaining("too late after it") } },
      ]);
      environment.advance(5 * minute);
    }
    expect(ids()).toHaveLength(1);
    // Bought by others much later, it is theirs.
    environment.advance(hour);
    const { purchaser } = own;
    const found = { bought: ids()[0] ?? "" };
    await purchaser.resolveByPerson({
      executionId: "own",
      recIndex: 0,
      finding: found,
      person: "p",
      reason: "invoice",
    });
    expect(await own.drive()).toMatchObject([{ status: "already-purchased" }]);
  });
});

test("A32: somebody's failed purchase shows while ours is hidden: it proves nothing, nothing is bought again", async () => {
  const { buyer, buyByHand, fail, ids, tag, sandbox, environment } = await setup({
    visibilityLag: { milliseconds: 5 * minute + 10 * second },
  });
  const failed = await buyByHand();
  sandbox.setReservedInstanceState(failed, "payment-failed");
  environment.advance(10 * second);
  const own = buyer("own");
  fail(purchase, lost);
  const sentAt = environment.now();
  await own.drive();
  // Five minutes after its submission, the older one shows, and its own for some more seconds not.
  environment.jump(sentAt + 5 * minute + 2 * second - environment.now());
  expect(await own.drive()).toMatchObject([
    { status: "unresolved", error: { message: expect.stringContaining("payment-failed") } },
  ]);
  environment.advance(hour);
  await tag(failed, "somebody's");
  expect(await own.drive()).toMatchObject([{ status: "already-purchased", commitment: { id: ids()[1] } }]);
  expect(ids()).toHaveLength(2);
});

test("A31: three alike in one execution, EC2 shows an id after 18 s: the timer's rounds buy all three, none twice", async () => {
  const { buyer, ids, tagsOf, environment } = await setup({ visibilityLag: { milliseconds: 18 * second } });
  const { drive, purchaser } = buyer("three", 3);
  await drive();
  for (let round = 0; round < 6; round += 1) {
    environment.advance(minute);
    await purchaser.redriveUnfinished();
  }
  const outcomes = await drive();
  expect(outcomes.map(({ status }) => status)).toEqual(Array(3).fill("already-purchased"));
  expect(outcomes.map(({ commitment }) => commitment?.id).toSorted()).toEqual(ids().toSorted());
  expect(ids()).toHaveLength(3);
  for (const { token, commitment } of outcomes) expect(tagsOf(commitment?.id)?.[tokenTag]).toBe(token);
});
