import assert from "node:assert/strict";
import type { Claim, ClaimAnswer, Ledger, TokenRecord } from "../../contract/ledger.ts";
import { assertLedgerError, assertMatches, assertSame } from "../assertions.ts";
import { bought, claimRequest, planned } from "../ledger-values.ts";
import { claim, granted, type LedgerTest, reason } from "./ledger-world.ts";

const by = { person: "Ada", reason: "not on the bill" } as const;
const anybody = ["claimed", "submitted", "unknown", "refused", "rejected", "written-off"] as const;

/** Claims it as a person's decision does: the state stays. */
async function claimAsIs(ledger: Ledger, holder = "a person", recIndex = 0): Promise<ClaimAnswer> {
  const [answer] = await ledger.claim([claimRequest(recIndex)], holder, 30_000, { states: anybody, asIs: true });
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

async function sentAndUnknown(ledger: Ledger, recIndex = 0, lane?: string): Promise<void> {
  const { claim: held } = granted(await claim(ledger, "driver-1", recIndex));
  await ledger.submit(held, planned({ token: `token-${recIndex}`, ...(lane === undefined ? {} : { lane }) }));
  await ledger.unknown(held, reason);
}

const recordOf = async (ledger: Ledger, recIndex = 0): Promise<TokenRecord> => {
  const record = (await ledger.recordsOf("execution-1"))[recIndex];
  if (record === undefined) throw new Error("no record");
  return record;
};

const lastOf = async (ledger: Ledger) => (await ledger.history("token-0")).at(-1);
/** What is work, beside the places that nobody has tried. */
const unfinished = async (ledger: Ledger, refused = true) =>
  (await ledger.unfinished({ olderThan: 0, limit: 10, refused, parked: true })).filter(
    ({ state }) => state !== "planned",
  ).length;

/** What a person decides, and what follows from it. */
export const decisionTests: readonly LedgerTest[] = [
  {
    title: "a claim for a decision leaves the state as it is, also where the decision is refused",
    run: async ({ ledger }) => {
      const refused = granted(await claim(ledger, "driver-1", 0)).claim;
      await ledger.refuse(refused, reason);
      const rejected = granted(await claim(ledger, "driver-1", 1)).claim;
      await ledger.submit(rejected, planned());
      await ledger.reject(rejected, reason);
      for (const [recIndex, state] of (["refused", "rejected"] as const).entries()) {
        const held = granted(await claimAsIs(ledger, "a person", recIndex));
        assertMatches(held.record, { state, holder: "a person", error: reason });
        await ledger.release([held.claim]);
        assertMatches(await recordOf(ledger, recIndex), { state, error: reason });
      }
    },
  },
  {
    title: "decided not bought: the submission is kept, its generation used up, and it is work for the next driver",
    run: async ({ ledger, at }) => {
      await sentAndUnknown(ledger);
      at(5000);
      const held = granted(await claimAsIs(ledger)).claim;
      const record = await ledger.decide(held, { kind: "not-bought", ...by }, { knownUnclear: [1] });
      assertMatches(record, { state: "claimed", generation: 1, decision: { kind: "not-bought", ...by, at: 5000 } });
      assertMatches(record.former?.[0], { attempt: 1, knownUnclear: true });
      assertSame([record.submission, record.error, record.holder], [undefined, undefined, undefined]);
      const detail = "decided not bought by Ada: not on the bill";
      assertMatches(await lastOf(ledger), {
        event: "decide",
        from: "unknown",
        to: "claimed",
        holder: "a person",
        detail,
      });
      assert.equal(await unfinished(ledger), 1);
      // A further send makes it history.
      const next = granted(await claim(ledger, "driver-2")).claim;
      await ledger.submit(next, planned());
      assertSame((await recordOf(ledger)).decision, undefined);
    },
  },
  {
    title: "decided not bought, of what was sent earlier: nothing is open, so no generation is used up",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.submit(held, planned());
      await ledger.dead(held, { failed: false, detail: "expired" });
      await ledger.refuse(held, reason);
      const person = granted(await claimAsIs(ledger)).claim;
      const record = await ledger.decide(person, { kind: "not-bought", ...by });
      assertMatches(record, { state: "claimed", generation: 0 });
      assertMatches(record.former?.[0], { attempt: 1 });
      assertSame([record.error, record.former?.[0]?.knownUnclear], [undefined, undefined]);
    },
  },
  {
    title: "decided not to be an id: kept for good, whatever becomes of the recommendation; the state stays",
    run: async ({ ledger }) => {
      await sentAndUnknown(ledger);
      const held = granted(await claimAsIs(ledger)).claim;
      const excluded = await ledger.decide(held, { kind: "not-this", id: "id-1", ...by }, { ids: ["id-1", "id-2"] });
      assertMatches(excluded, { state: "unknown", notThis: ["id-1", "id-2"], error: reason });
      const detail = "decided not to be id-1 by Ada: not on the bill";
      assertMatches(await lastOf(ledger), { event: "decide", from: "unknown", to: "unknown", detail });
      const again = granted(await claimAsIs(ledger)).claim;
      assertSame((await ledger.decide(again, { kind: "not-this", id: "id-1", ...by })).notThis, ["id-1", "id-2"]);
      const driver = granted(await claim(ledger, "driver-2")).claim;
      const dead = await ledger.dead(driver, { failed: false, detail: "expired" });
      assertSame([dead.notThis, dead.decision], [["id-1", "id-2"], undefined]);
      await ledger.submit(driver, planned());
      assertSame((await ledger.purchase(driver, bought())).notThis, ["id-1", "id-2"]);
    },
  },
  {
    title: "decided under terms that moved on since they were seen: nothing is recorded, whatever is decided",
    run: async ({ ledger }) => {
      await sentAndUnknown(ledger);
      const held = granted(await claimAsIs(ledger)).claim;
      const seen = { ...by, expectedVersion: held.termsVersion };
      const maxTotals = [{ amount: "1000", currency: "GBP" }];
      await ledger.amend("execution-1", { kind: "limits", maxTotals, ...by });
      const before = await recordOf(ledger);
      const moved = { code: "terms-changed" };
      for (const kind of ["not-bought", "written-off"] as const) {
        await assert.rejects(ledger.decide(held, { kind, ...seen }), moved);
      }
      await assert.rejects(ledger.decide(held, { kind: "not-this", id: "id-1", ...seen }), moved);
      const decision = { kind: "bought", id: "order-1", ...seen } as const;
      await assert.rejects(ledger.purchase(held, bought(), { decision }), moved);
      assertSame(await recordOf(ledger), before);
      const now = { ...by, expectedVersion: held.termsVersion + 1 };
      const { decision: kept } = await ledger.decide(held, { kind: "not-bought", ...now });
      assertMatches(kept, { kind: "not-bought", ...by });
      assertSame("expectedVersion" in (kept ?? {}), false);
    },
  },
  {
    title: "decided not to be an id, of what was never sent: it is refused for that no more, and no timer takes it up",
    run: async ({ ledger }) => {
      await ledger.refuse(granted(await claim(ledger, "driver-1")).claim, reason);
      const record = await ledger.decide(granted(await claimAsIs(ledger)).claim, {
        kind: "not-this",
        id: "id-1",
        ...by,
      });
      const error = { code: "resolved-as-not-this", message: "decided not to be id-1 by Ada: not on the bill" };
      assertMatches(record, { state: "refused", notThis: ["id-1"], error });
      assert.equal(await unfinished(ledger, false), 0);
    },
  },
  {
    title: "written off: nobody drives it, no timer takes it up, its submission stays and its lane is free",
    run: async ({ ledger }) => {
      await sentAndUnknown(ledger, 0, "lane-1");
      const parked = granted(await claim(ledger, "driver-1")).claim;
      await ledger.park(parked, reason);
      const record = await ledger.decide(granted(await claimAsIs(ledger)).claim, { kind: "written-off", ...by });
      assertMatches(record, { state: "written-off", submission: { attempt: 1, price: planned().price } });
      assertSame([record.parkedAt, record.holder], [undefined, undefined]);
      assertMatches(await claim(ledger, "driver-2"), { kind: "other-state", record: { state: "written-off" } });
      assert.equal(await unfinished(ledger), 0);
      assert.equal((await ledger.records({ work: "parked", limit: 10 })).length, 0);
      assertMatches((await ledger.records({ states: ["written-off"], limit: 10 }))[0], { token: "token-0" });
      const second = granted(await claim(ledger, "driver-2", 1)).claim;
      await ledger.submit(second, planned({ token: "token-1", lane: "lane-1" }));
      await assertLedgerError(decideNow(ledger, 0, "not-bought"), { code: "internal" });
      await assertLedgerError(decideNow(ledger, 0, "written-off"), { code: "internal" });
    },
  },
  {
    title: "written off, of what was sent earlier: the last submission is the one that may be bought",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        await ledger.submit(held, planned());
        await ledger.dead(held, { failed: false, detail: "expired" });
      }
      await ledger.refuse(held, reason);
      const record = await decideNow(ledger, 0, "written-off");
      assertMatches(record, { state: "written-off", submission: { attempt: 2 } });
      assertSame(
        record.former?.map(({ attempt }) => attempt),
        [1],
      );
    },
  },
  {
    title:
      "decided bought: from every state that is not bought, under an id that is nobody else's, with name and reason",
    run: async ({ ledger }) => {
      const decision = { kind: "bought", id: "order-1", ...by } as const;
      await sentAndUnknown(ledger, 0);
      await decideNow(ledger, 0, "written-off");
      await ledger.refuse(granted(await claim(ledger, "driver-1", 1)).claim, reason);
      const held = granted(await claimAsIs(ledger)).claim;
      const record = await ledger.purchase(held, bought(), { decision, passedBy: true });
      assertMatches(record, { state: "purchased", decision });
      assertMatches(record.former?.[0], { attempt: 1 });
      const detail = "decided bought as order-1 by Ada: not on the bill";
      assertMatches(await lastOf(ledger), { event: "decide", from: "written-off", to: "purchased", detail });
      const second = granted(await claimAsIs(ledger, "a person", 1)).claim;
      await assertLedgerError(ledger.purchase(second, bought(), { decision }), { code: "commitment-taken" });
      assertMatches(await recordOf(ledger, 1), { state: "refused", decision: undefined });
      await ledger.purchase(second, bought({ id: "order-2" }), { decision });
      assertMatches(await recordOf(ledger, 1), { state: "purchased", error: undefined });
    },
  },
  {
    title:
      "a decision about what is gone changes nothing else, and keeps the claim; what came to nothing is decided no more",
    run: async ({ ledger }) => {
      const held = granted(await claim(ledger, "driver-1")).claim;
      await assertLedgerError(ledger.decide(held, { kind: "lost", id: "order-1", ...by }), { code: "internal" });
      await ledger.submit(held, planned());
      await ledger.purchase(held, bought({ settled: false }));
      const next = granted(await claim(ledger, "driver-2"));
      const { decision, ...record } = await ledger.decide(next.claim, { kind: "lost", id: "order-1", ...by });
      assertMatches(decision, { kind: "lost", id: "order-1", ...by });
      assertSame(record, next.record);
      assertMatches(await lastOf(ledger), { detail: "decided gone before its term (order-1) by Ada: not on the bill" });
      assertSame((await ledger.reopen(next.claim, bought({ state: "BillingFailed" }))).decision, undefined);
    },
  },
];

async function decideNow(ledger: Ledger, recIndex: number, kind: "not-bought" | "written-off"): Promise<TokenRecord> {
  const answer = await claimAsIs(ledger, "a person", recIndex);
  const held: Claim = granted(answer).claim;
  try {
    return await ledger.decide(held, { kind, ...by });
  } finally {
    await ledger.release([held]);
  }
}
