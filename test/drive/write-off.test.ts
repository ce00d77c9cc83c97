import { describe, expect, test } from "vitest";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import type { Resolution } from "../../src/contract/executor.ts";
import { doubtBesideWrittenOff } from "../../src/drive/beside-written-off.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { amongMany } from "./many-records.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const who = { executionId, recIndex: 0, person: "Ada", reason: "the account is closed" };
const writeOff = { ...who, finding: "write-off" } as const;
const ten = { amount: "10", currency: "GBP" };
/** Milliseconds after which each kind of the imitation is parked. */
const parkAfter = { minted: 24 * hours, chosen: 24 * hours, stamped: 24 * hours, none: 5 * minutes } as const;
const identities = ["minted", "chosen", "stamped", "none"] as const satisfies readonly ImitationIdentity[];

function world(identity: ImitationIdentity) {
  const parts = setup({ identity });
  const record = async () => (await parts.ledger.recordsOf(executionId))[0];
  const drive = async () => (await parts.purchaser.drive(execution())).outcomes[0];
  const decide = () => parts.purchaser.resolveByPerson(writeOff);
  /** Sent, and from then on the account is closed: nothing can be looked up. */
  const lose = async (fault: "lost-before" | "lost-after") => {
    parts.cloud.faults.sends = [fault, fault, fault];
    parts.cloud.faults.resolve = "throws";
    expect((await drive())?.status).toBe("unresolved");
    parts.cloud.faults.sends = [];
    parts.cloud.faults.listing = "throws";
  };
  return { ...parts, record, drive, decide, lose };
}

describe.each(identities)("no clear answer can come any more (%s)", (identity) => {
  test("written off after the provider's time limit; counted as maybe bought, and never looked at or bought again", async () => {
    const { cloud, environment, purchaser, ledger, record, decide, lose } = world(identity);
    await lose("lost-after");
    await expect(decide()).rejects.toMatchObject({
      code: "too-early",
      retryable: true,
      message: expect.stringMatching(
        /^It was sent \d+ seconds ago, and the provider's own time limit is (24 hours|5 minutes)\. Ask again in /,
      ),
    });
    expect(await record()).toMatchObject({ state: "unknown" });
    environment.advance(parkAfter[identity]);
    await purchaser.redriveUnfinished();
    expect((await record())?.parkedAt).toBeGreaterThan(0);
    environment.advance(parkAfter[identity]);

    const said = {
      status: "written-off",
      price: ten,
      error: {
        code: "written-off",
        retryable: false,
        message:
          "Written off by Ada: the account is closed. It may be bought, and is never bought again. If it shows after all, record that (`buyonce resolve --bought`). If it is to be bought all the same, put it into a new execution with an `executionId` of its own.",
      },
      decision: { kind: "written-off", person: "Ada", reason: "the account is closed" },
    };
    expect(await decide()).toMatchObject(said);
    expect(await record()).toMatchObject({ state: "written-off", submission: { price: ten } });
    expect(await record()).not.toHaveProperty("parkedAt");

    // The account is back, and it was bought all the time.
    cloud.faults.resolve = undefined;
    cloud.faults.listing = undefined;
    const before = { ...cloud.counts };
    for (const all of [{}, { includeParked: true, retryRefused: true }]) {
      environment.advance(parkAfter[identity]);
      expect(await purchaser.redriveUnfinished(all)).toEqual([]);
    }
    expect(await purchaser.watchPending()).toEqual([]);
    const report = await purchaser.drive(execution());
    expect(report).toMatchObject({ outcomes: [said], totals: [], atRisk: [ten] });
    expect(await purchaser.redrive(executionId)).toMatchObject({ outcomes: [said], atRisk: [ten] });
    expect(await purchaser.plan(execution())).toMatchObject({
      recommendations: [{ verdict: "written-off", price: ten, error: { code: "written-off" } }],
      totals: { buy: [], bought: [], reconcile: [ten] },
    });
    expect(cloud.counts).toEqual(before);
    const status = await ledgerStatus(ledger, { state: "written-off" });
    expect(status).toMatchObject({
      recommendations: [{ status: "written-off" }],
      totals: { bought: [], unresolved: [ten] },
    });
  });

  test("a later look that shows it: recorded as bought, by a person", async () => {
    const { cloud, environment, purchaser, record, drive, decide, lose } = world(identity);
    await lose("lost-after");
    environment.advance(parkAfter[identity]);
    await decide();
    cloud.faults.resolve = undefined;
    cloud.faults.listing = undefined;
    const id = cloud.orders[0]?.id ?? "";
    const bought = await purchaser.resolveByPerson({ ...who, finding: { bought: id }, reason: "on the last bill" });
    expect(bought).toMatchObject({ status: "already-purchased", commitment: { id }, decision: { kind: "bought" } });
    expect(await record()).toMatchObject({ state: "purchased", decision: { kind: "bought", id } });
    expect(await drive()).toMatchObject({ status: "already-purchased", price: ten });
    expect(cloud.orders).toHaveLength(1);
  });

  test("neither not bought nor not this can be said of it any more: it is never bought again", async () => {
    const { cloud, environment, purchaser, decide, lose } = world(identity);
    await lose("lost-before");
    environment.advance(parkAfter[identity]);
    await decide();
    cloud.faults.resolve = undefined;
    cloud.faults.listing = undefined;
    cloud.add({ id: "by hand" });
    for (const finding of ["not-bought", "write-off", { notThis: "by hand" }] as const) {
      await expect(purchaser.resolveByPerson({ ...who, finding })).rejects.toMatchObject({
        code: "nothing-to-resolve",
        message:
          "It is written off, so it is never bought again. If it shows after all, say under which id (`--bought`); to buy it all the same, put it into a new execution with an executionId of its own.",
      });
    }
  });

  test("what the provider shows is bought, and not written off", async () => {
    const { cloud, environment, decide, lose, record } = world(identity);
    await lose("lost-after");
    environment.advance(parkAfter[identity]);
    cloud.faults.resolve = undefined;
    cloud.faults.listing = undefined;
    await expect(decide()).rejects.toMatchObject({
      code: "still-shown",
      message: expect.stringContaining("so it cannot be called written off"),
    });
    expect(await record()).toMatchObject({ state: "unknown" });
  });

  test("a clear answer that nothing is there needs none, unless nothing that the provider shows proves that", async () => {
    const { cloud, environment, decide, lose } = world(identity);
    await lose("lost-before");
    environment.advance(parkAfter[identity]);
    cloud.faults.resolve = undefined;
    cloud.faults.listing = undefined;
    if (identity === "none") expect(await decide()).toMatchObject({ status: "written-off" });
    else await expect(decide()).rejects.toMatchObject({ code: "nothing-to-resolve" });
  });
});

test("of what was never sent there is nothing to write off; of an earlier send that nobody can look at, there is", async () => {
  const never = world("minted");
  never.cloud.faults.price = "0";
  await never.drive();
  await expect(never.decide()).rejects.toMatchObject({ code: "nothing-to-resolve" });
  expect(await never.record()).toMatchObject({ state: "refused" });

  const { cloud, environment, drive, decide, record } = world("chosen");
  cloud.faults.sends = ["rejected"];
  cloud.faults.resolve = "throws";
  expect((await drive())?.status).toBe("rejected");
  await expect(decide()).rejects.toMatchObject({ code: "too-early" });
  environment.advance(24 * hours);
  expect(await decide()).toMatchObject({ status: "written-off", price: ten });
  expect(await record()).toMatchObject({ state: "written-off", submission: { attempt: 1 } });
  expect(await drive()).toMatchObject({ status: "written-off" });
});

test("while several carry its token it is not written off: one of them is it", async () => {
  const { cloud, environment, decide, lose } = world("minted");
  await lose("lost-before");
  environment.advance(24 * hours);
  cloud.faults.listing = undefined;
  for (const id of ["one", "two"]) cloud.add({ id, token: token() });
  await expect(decide()).rejects.toMatchObject({ code: "several-commitments" });
});

describe("its lane", () => {
  /** An equal one, in an execution of its own. */
  const another = { executionId: "execution-2", source: "test", recommendations: [disk()] };

  test.each(["stamped", "none"] as const)(
    "is free (%s): what is bought afterwards is bought once, and is its own",
    async (identity) => {
      const { cloud, environment, purchaser, decide, lose } = world(identity);
      await lose("lost-after");
      environment.advance(parkAfter[identity]);
      await decide();
      cloud.faults.resolve = undefined;
      cloud.faults.listing = undefined;
      // By now it shows, and is in the baseline of whatever is sent.
      expect(await purchaser.drive(another)).toMatchObject({
        outcomes: [{ status: "purchased", commitment: { id: "order-2" } }],
      });
      expect(await purchaser.drive(another)).toMatchObject({ outcomes: [{ commitment: { id: "order-2" } }] });
      expect(cloud.orders).toHaveLength(2);
    },
  );

  test("where an absence is proof, it shows by then: what only fits is adopted as ever", async () => {
    const { cloud, environment, purchaser, decide, lose } = world("stamped");
    await lose("lost-before");
    environment.advance(parkAfter.stamped);
    await decide();
    cloud.faults.resolve = undefined;
    cloud.faults.listing = undefined;
    cloud.faults.sends = ["lost-after"];
    await purchaser.drive(another);
    environment.advance(6 * minutes);
    expect(await purchaser.drive(another)).toMatchObject({ outcomes: [{ status: "already-purchased" }] });
  });

  test("it is looked for among as many as were written off", async () => {
    const parts = world("none");
    const { cloud, environment, ledger, decide, lose } = parts;
    await lose("lost-before");
    environment.advance(parkAfter.none);
    const like = await decide().then(parts.record);
    if (like?.submission === undefined) throw new Error("It was sent.");
    const { submission } = like;
    const elsewhere = { ...like, submission: { ...submission, lane: "another" } };
    const commitment = { id: "late", state: "Active", standing: "live", settled: true, marked: false } as const;
    const found: Resolution = { kind: "found", found: { commitment, marks: [], facts: {} }, by: "guess" };
    const drive = { ledger: amongMany(ledger, elsewhere) };
    const sent = { ...submission, token: token(1) };
    expect(await doubtBesideWrittenOff(drive, cloud.executor, sent, found)).toMatchObject({ kind: "unclear" });
  });

  test("while it may still be hidden (nothing proves anything), what only fits is a person's to say", async () => {
    const { cloud, environment, purchaser, decide, lose } = world("none");
    await lose("lost-before");
    environment.advance(parkAfter.none);
    await decide();
    cloud.faults.resolve = undefined;
    cloud.faults.listing = undefined;
    cloud.faults.sends = ["lost-before"];
    expect(await purchaser.drive(another)).toMatchObject({ outcomes: [{ status: "unresolved" }] });
    // What was written off was carried out after all, shows now, and would be taken for the other one's.
    cloud.add({ id: "late" });
    environment.advance(10 * minutes);
    expect(await purchaser.drive(another)).toMatchObject({
      outcomes: [
        {
          status: "unresolved",
          error: {
            message: expect.stringContaining(
              `late fits, but may be what was bought for token ${token().slice(0, 8)}…, which is written off: say which one it is with \`buyonce resolve\`.`,
            ),
          },
        },
      ],
    });
    const id = cloud.orders[0]?.id ?? "";
    await purchaser.resolveByPerson({ ...who, finding: { bought: id } });
    const other = { executionId: "execution-2", recIndex: 0, person: "Ada", reason: "not on the bill" };
    await purchaser.resolveByPerson({ ...other, finding: "not-bought" });
    cloud.faults.sends = [];
    expect(await purchaser.drive(another)).toMatchObject({ outcomes: [{ status: "purchased" }] });
    expect(cloud.orders).toHaveLength(2);
  });
});

test("it is found by an audit, which says what to do", async () => {
  const { cloud, environment, purchaser, decide, lose } = world("minted");
  await lose("lost-after");
  environment.advance(24 * hours);
  await decide();
  cloud.faults.listing = undefined;
  expect((await purchaser.audit()).findings).toMatchObject([
    {
      kind: "unrecorded",
      message: expect.stringMatching(
        /the ledger says that it is written-off\. It was bought after all: record that with buyonce resolve --bought\.$/,
      ),
    },
  ]);
});

test("a driver that held it when it was written off changes nothing any more", async () => {
  const parts = world("stamped");
  const { cloud, environment, ledger, options, record, lose } = parts;
  await lose("lost-before");
  environment.advance(24 * hours);
  const slow = changed(parts, {
    resolve: async () => {
      // Its lease lapses while it looks, and a person decides.
      environment.jump(31_000);
      await parts.decide();
      throw new Error("503 from the look-up");
    },
  });
  await slow.redrive(executionId).catch(() => undefined);
  expect(await record()).toMatchObject({ state: "written-off" });
  expect(cloud.counts.sends).toBe(1);
  expect(options.ledger).toBe(ledger);
});
