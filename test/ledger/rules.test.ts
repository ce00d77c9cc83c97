import { describe, expect, test } from "vitest";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createSerializer } from "../../src/ledger/serialize.ts";
import { sqliteError } from "../../src/ledger/sqlite/sqlite-error.ts";
import { workLeft } from "../../src/contract/execution-state.ts";
import { occupiedLane, restingSince } from "../../src/ledger/ledger-store.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import { todoOf } from "../../src/contract/error-advice.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { Submission } from "../../src/contract/executor.ts";
import type { Claim, Ledger, TokenRecord, TokenState } from "../../src/contract/ledger.ts";
import { claimPlaces, claimRequest, recordPlaces } from "../../src/testing/ledger-values.ts";

const submission = { lane: "lane-1" } as Submission;
const commitment: Commitment = { id: "order-1", state: "Succeeded", standing: "live", settled: true, marked: true };
const record = (state: TokenState, changes: Partial<TokenRecord> = {}): TokenRecord => ({
  ...claimRequest(0),
  state,
  submission,
  generation: 0,
  attempt: 1,
  epoch: 1,
  createdAt: 1,
  updatedAt: 2,
  ...changes,
});

describe("what a store may index by", () => {
  test.each<[string, TokenRecord, string | undefined, string | undefined]>([
    ["claimed", record("claimed"), "unfinished", undefined],
    ["submitted", record("submitted"), "unfinished", "lane-1"],
    ["unknown", record("unknown"), "unfinished", "lane-1"],
    ["parked", record("unknown", { parkedAt: 5 }), "parked", "lane-1"],
    ["rejected", record("rejected"), "refused", undefined],
    ["asked for again", record("rejected", { redriveAskedAt: 3 }), "unfinished", undefined],
    ["parked, asked for again", record("unknown", { parkedAt: 5, redriveAskedAt: 6 }), "unfinished", "lane-1"],
    ["done, asked for again", record("purchased", { commitment, redriveAskedAt: 3 }), undefined, undefined],
    ["refused", record("refused"), "refused", undefined],
    ["done", record("purchased", { commitment }), undefined, undefined],
    ["pending", record("purchased", { commitment: { ...commitment, settled: false } }), "unfinished", undefined],
    ["unmarked", record("purchased", { commitment: { ...commitment, marked: false } }), "unfinished", "lane-1"],
    ["without its commitment", record("purchased"), "unfinished", undefined],
    ["without a submission", record("submitted", { submission: undefined }), "unfinished", undefined],
  ])("%s", (_what, one, work, lane) => {
    expect([workLeft(one), occupiedLane(one)]).toEqual([work, lane]);
  });

  test("a record rests since its last change, or from the end of its lease on", () => {
    expect(restingSince(record("claimed"))).toBe(2);
    expect(restingSince(record("claimed", { leaseUntil: 9 }))).toBe(9);
  });
});

test("functions that are serialized run one after the other, and one that fails holds up nothing", async () => {
  const oneByOne = createSerializer();
  const order: string[] = [];
  const later = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise((done) => setImmediate(done));
    order.push(`${name} ends`);
    if (name === "b") throw new Error("b failed");
    return name;
  };
  const all = await Promise.allSettled(["a", "b", "c"].map((name) => oneByOne(later(name))));
  expect(order).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

describe("errors of SQLite", () => {
  test.each([
    [5, "ledger-locked", true, "Wait until that one is done"],
    // SQLITE_BUSY_SNAPSHOT: an extended code of 5.
    [517, "ledger-locked", true, "Wait until that one is done"],
    [6, "ledger-locked", true, "It is locked"],
    [8, "ledger-read-only", false, "right to write the file"],
    [
      11,
      "ledger-corrupt",
      false,
      "Restore the ledger from a backup (`buyonce ledger restore`); never start an empty one",
    ],
    [13, "ledger-full", false, "Free some space"],
    [14, "ledger-unavailable", false, "cannot be opened"],
    [26, "ledger-corrupt", false, "no SQLite database"],
    [1, "ledger-unavailable", false, "Nothing may be bought without it."],
  ])("%d is %s", (errcode, code, retryable, advice) => {
    const cause = Object.assign(new Error("the engine's words"), { errcode });
    const error = sqliteError(cause, "/a/ledger.db");
    expect(error).toBeInstanceOf(LedgerError);
    expect(error).toMatchObject({ code, retryable, cause });
    expect(error.message).toContain("The ledger /a/ledger.db failed (the engine's words).");
    expect(error.message).toContain(advice);
  });

  test("what has no code is unavailable; an error of this package stays as it is", () => {
    for (const thrown of [new Error("x"), "x", { errcode: 5 }]) {
      expect(sqliteError(thrown, "f")).toMatchObject({ code: "ledger-unavailable", retryable: false });
    }
    const own = new LedgerError({ code: "claim-lost", message: "m" });
    expect(sqliteError(own, "f")).toBe(own);
  });
});

describe("the rules", () => {
  const reason = { code: "quote-failed", message: "The quote failed." };
  const planned = {
    ...claimRequest(0),
    generation: 0,
    price: { amount: "1", currency: "GBP" },
    handle: {},
    request: {},
    requestHash: "h",
  };

  async function claimed(): Promise<{ ledger: Ledger; claim: Claim; at: (time: number) => void }> {
    let now = 1000;
    const ledger = createMemoryLedger({ clock: () => now });
    const [answer] = await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
    if (answer?.kind !== "granted") throw new Error("not granted");
    return { ledger, claim: answer.claim, at: (time) => void (now = time) };
  }
  const one = async (ledger: Ledger) => (await ledger.recordsOf("execution-1"))[0];

  test("a write in a state that does not allow it is a defect, names the state, and changes nothing", async () => {
    const { ledger, claim } = await claimed();
    const before = await one(ledger);
    const writes = [
      () => ledger.unknown(claim, reason),
      () => ledger.park(claim, reason),
      () => ledger.dead(claim, { failed: false, detail: "" }),
      () => ledger.reopen(claim, commitment),
      () => ledger.observe(claim, commitment),
    ];
    for (const write of writes) {
      await expect(write()).rejects.toMatchObject({
        code: "internal",
        message: expect.stringContaining("is claimed, which"),
      });
    }
    expect(await one(ledger)).toEqual(before);
  });

  test("what was refused, and then another driver's: the history has the reason, and names who wrote", async () => {
    const { ledger, claim } = await claimed();
    await ledger.refuse(claim, reason);
    expect(await one(ledger)).toMatchObject({ state: "refused", error: reason });
    const gaveUp = { holder: undefined, leaseUntil: undefined, leaseLength: undefined };
    expect(await one(ledger)).not.toMatchObject({ holder: "driver-1" });
    expect({ ...gaveUp, ...(await one(ledger)) }).toMatchObject(gaveUp);
    expect((await ledger.history("token-0")).at(-1)).toEqual({
      token: "token-0",
      at: 1000,
      event: "refuse",
      from: "claimed",
      to: "refused",
      holder: "driver-1",
      epoch: 1,
      attempt: 0,
      detail: "quote-failed: The quote failed.",
    });
  });

  test("an error of before is gone once it is submitted, or bought", async () => {
    const { ledger, claim } = await claimed();
    await ledger.refuse(claim, reason);
    const [again] = await claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000);
    if (again?.kind !== "granted") throw new Error("not granted");
    expect(again.record.error).toEqual(reason);
    await ledger.submit(again.claim, planned);
    expect((await one(ledger))?.error).toBeUndefined();
    await ledger.unknown(again.claim, reason);
    expect((await one(ledger))?.error).toEqual(reason);
    const [third] = await claimPlaces(ledger, [claimRequest(0)], "driver-3", 30_000);
    if (third?.kind !== "granted") throw new Error("not granted");
    await ledger.purchase(third.claim, { ...commitment, settled: false });
    expect((await one(ledger))?.error).toBeUndefined();
    expect((await one(ledger))?.purchasedAt).toBe(1000);
  });

  test("a claim that is taken over is told whom to ask, with the token masked", async () => {
    const { ledger, claim, at } = await claimed();
    at(31_000);
    await claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000);
    await expect(ledger.refuse(claim, reason)).rejects.toMatchObject({ code: "claim-lost", retryable: true });
    await expect(
      ledger.refuse({ token: "not there", executionId: "execution-1", epoch: 1, termsVersion: 1 }, reason),
    ).rejects.toMatchObject({ code: "claim-lost" });
  });

  test("a lease holds until its last millisecond, and not longer than its length after a clock was set back", async () => {
    const { ledger, at } = await claimed();
    at(30_999);
    expect((await claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000))[0]?.kind).toBe("in-flight");
    at(31_000);
    expect((await claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000))[0]?.kind).toBe("granted");
    at(30_999);
    expect((await claimPlaces(ledger, [claimRequest(0)], "driver-3", 30_000))[0]?.kind).toBe("granted");
  });

  test("a claim that was released cannot be renewed; one that is renewed counts from now", async () => {
    const { ledger, claim, at } = await claimed();
    at(5000);
    expect(await ledger.renew([claim], 40_000)).toEqual([]);
    expect(await one(ledger)).toMatchObject({ leaseUntil: 45_000, leaseLength: 40_000, updatedAt: 1000 });
    await ledger.release([claim]);
    expect((await one(ledger))?.updatedAt).toBe(5000);
    expect(await ledger.renew([claim], 30_000)).toEqual([claim]);
    expect(await ledger.history("token-0")).toHaveLength(1);
  });

  test("the history says what happened, from which state to which, and the detail", async () => {
    const { ledger, claim: first, at } = await claimed();
    const again = async () => {
      const [answer] = await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
      if (answer?.kind !== "granted") throw new Error(`not granted, but ${answer?.kind}`);
      return answer.claim;
    };
    const pending = { ...commitment, state: "Creating", settled: false };
    await ledger.submit(first, planned);
    await ledger.resend(first);
    await ledger.resend(first, { refused: {} });
    await ledger.evidence(first, 1, ["id-1", "id-2"]);
    await ledger.reject(first, { ...reason, providerCode: "QuotaExceeded" });
    const second = await again();
    await ledger.submit(second, planned);
    await ledger.dead(second, { failed: true, detail: "order-1 Failed" });
    await ledger.submit(second, planned);
    await ledger.unknown(second, reason);
    const third = await again();
    await ledger.unknown(third, reason);
    const fourth = await again();
    await ledger.park(fourth, reason);
    const fifth = await again();
    await ledger.decide(fifth, { kind: "not-this", id: "id-1", person: "Ada", reason: "by hand" });
    await ledger.purchase(await again(), pending, {
      decision: { kind: "bought", id: "order-1", person: "Ada", reason: "on the bill" },
    });
    const sixth = await again();
    await ledger.reopen(sixth, { ...pending, state: "BillingFailed" });
    await ledger.submit(sixth, planned);
    await ledger.purchase(sixth, { ...pending, id: "order-2" });
    at(2000);
    const seventh = await again();
    await ledger.refuse(seventh, reason);
    const eighth = await again();
    await ledger.observe(eighth, { ...commitment, id: "order-2" });
    const said = "quote-failed: The quote failed.";
    const price = '{"amount":"1","currency":"GBP"}';
    expect((await ledger.history("token-0")).map(({ event, from, to, detail }) => [event, from, to, detail])).toEqual([
      ["claim", "planned", "claimed", ""],
      ["submit", "claimed", "submitted", price],
      ["resend", "submitted", "submitted", ""],
      ["resend", "submitted", "submitted", "refused"],
      ["evidence", "submitted", "submitted", "id-1, id-2"],
      ["reject", "submitted", "rejected", "quote-failed: QuotaExceeded: The quote failed."],
      ["claim", "rejected", "claimed", ""],
      ["submit", "claimed", "submitted", price],
      ["dead", "submitted", "claimed", "order-1 Failed"],
      ["submit", "claimed", "submitted", price],
      ["unknown", "submitted", "unknown", said],
      ["claim", "unknown", "unknown", ""],
      ["unknown", "unknown", "unknown", said],
      ["claim", "unknown", "unknown", ""],
      ["park", "unknown", "unknown", said],
      ["claim", "unknown", "unknown", ""],
      ["decide", "unknown", "unknown", "decided not to be id-1 by Ada: by hand"],
      ["claim", "unknown", "unknown", ""],
      ["decide", "unknown", "purchased", "decided bought as order-1 by Ada: on the bill"],
      ["claim", "purchased", "purchased", ""],
      ["reopen", "purchased", "claimed", "order-1 BillingFailed"],
      ["submit", "claimed", "submitted", price],
      ["purchase", "submitted", "purchased", "order-2 Creating"],
      ["claim", "purchased", "purchased", ""],
      ["refuse", "purchased", "purchased", said],
      ["claim", "purchased", "purchased", ""],
      ["observe", "purchased", "purchased", "order-2 Succeeded"],
    ]);
    expect(await one(ledger)).toMatchObject({
      generation: 2,
      attempt: 4,
      epoch: 9,
      purchasedAt: 1000,
      updatedAt: 2000,
    });
  });

  test("the twenty-first submission is told what to do instead", async () => {
    const { ledger, claim } = await claimed();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await ledger.submit(claim, planned);
      await ledger.dead(claim, { failed: false, detail: "expired" });
    }
    await expect(ledger.submit(claim, planned)).rejects.toMatchObject({
      message: expect.stringContaining(todoOf("too-many-attempts")),
    });
  });

  test("rejected from claimed is allowed, from unknown not: what was sent may have been bought", async () => {
    const { ledger, claim } = await claimed();
    await ledger.reject(claim, reason);
    const [next] = await claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000);
    if (next?.kind !== "granted") throw new Error("not granted");
    await ledger.submit(next.claim, planned);
    await ledger.unknown(next.claim, reason);
    await expect(ledger.reject(next.claim, reason)).rejects.toMatchObject({ code: "internal" });
  });

  test("a record that says bought without a commitment is looked after, not called settled", async () => {
    const { ledger, claim } = await claimed();
    await ledger.purchase(claim, { ...commitment, marked: false });
    await ledger.release([claim]);
    const [next] = await claimPlaces(ledger, [claimRequest(0)], "driver-2", 30_000);
    expect(next?.kind).toBe("granted");
  });

  test("what rests for equally long comes in the order of its places", async () => {
    const ledger = createMemoryLedger({ clock: () => 1 });
    await recordPlaces(ledger, 3);
    const answers = await claimPlaces(ledger, [2, 0, 1].map(claimRequest), "driver-1", 30_000);
    await ledger.release(answers.flatMap((answer) => (answer.kind === "granted" ? [answer.claim] : [])));
    const left = await ledger.unfinished({ olderThan: 0, limit: 9, refused: false, parked: false });
    expect(left.map(({ recIndex }) => recIndex)).toEqual([0, 1, 2]);
  });

  test("a token that is not there is lost, and its release changes nothing", async () => {
    const { ledger } = await claimed();
    const nobodys = { token: "not there", executionId: "execution-1", epoch: 1, termsVersion: 1 };
    expect(await ledger.renew([nobodys], 30_000)).toEqual([nobodys]);
    await ledger.release([nobodys, { token: "token-0", executionId: "execution-1", epoch: 9, termsVersion: 1 }]);
    expect(await one(ledger)).toMatchObject({ holder: "driver-1" });
  });

  test("what is bought is listed by its scope alone, executions by theirs, in the order of their places", async () => {
    const ledger = createMemoryLedger({ clock: () => 1 });
    const requests = [2, 0, 1].map(claimRequest);
    await recordPlaces(ledger, 3);
    const answers = await claimPlaces(ledger, requests, "driver-1", 30_000);
    for (const [index, answer] of answers.entries()) {
      if (answer.kind !== "granted") throw new Error("not granted");
      if (index !== 1) await ledger.purchase(answer.claim, { ...commitment, id: `order-${index}` });
    }
    const indexes = (records: readonly TokenRecord[]) => records.map(({ recIndex }) => recIndex);
    expect(indexes(await ledger.recordsOf("execution-1"))).toEqual([0, 1, 2]);
    expect(indexes(await ledger.recordsOf("execution-2"))).toEqual([]);
    expect(indexes(await ledger.purchasedIn(claimRequest(0).scope.key))).toEqual([1, 2]);
    expect(await ledger.purchasedIn("another")).toEqual([]);
    expect(await ledger.now()).toBe(1);
  });
});
