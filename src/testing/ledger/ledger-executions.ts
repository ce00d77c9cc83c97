import assert from "node:assert/strict";
import type { Amendment, NewExecution } from "../../contract/execution-record.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { Money } from "../../contract/money.ts";
import { termsHash } from "../../contract/terms.ts";
import { assertMatches, assertRefused, assertSame } from "../assertions.ts";
import { bought, claimRequest, newExecution, planned } from "../ledger-values.ts";
import { granted, type LedgerTest, reason } from "./ledger-world.ts";

const person = { person: "ann", reason: "because" } as const;
const gbp = (amount: string): Money => ({ amount, currency: "GBP" });

/** Records an execution of three places, and returns what a driver claims of it. */
export async function record(ledger: Ledger, changes: Partial<NewExecution> = {}) {
  const places = [0, 1, 2].map((recIndex) => claimRequest(recIndex));
  const recorded = await ledger.recordExecution(newExecution(places, changes));
  const claim = async (recIndex: number, holder = "driver-1") => {
    const [answer] = await ledger.claim([claimRequest(recIndex)], holder, 30_000);
    return granted(answer).claim;
  };
  const amend = (amendment: Partial<Amendment> & Pick<Amendment, "kind">) =>
    ledger.amend("execution-1", { ...person, ...amendment } as Amendment);
  return { recorded, claim, amend };
}

/** A submission of the place, at a price. */
export const at = (recIndex: number, amount = "10") => planned({ token: `token-${recIndex}`, price: gbp(amount) });

/** The execution's record: its guard, its changes, its totals. */
export const executionTests: readonly LedgerTest[] = [
  {
    title: "an execution is recorded once, whole, and a second time it comes back as it is",
    run: async ({ ledger, at: setClock }) => {
      assert.equal(await ledger.execution("execution-1"), undefined);
      assert.equal(await ledger.recorded("execution-1"), undefined);
      const { recorded } = await record(ledger, {
        emptyPlaces: [{ recIndex: 3, why: "later" }],
        maxTotals: [gbp("50")],
      });
      assertMatches(recorded, { isNew: true, execution: { size: 4, termsVersion: 1, maxTotals: [gbp("50")] } });
      assertSame(
        recorded.records.map(({ recIndex, state }) => [recIndex, state]),
        [
          [0, "planned"],
          [1, "planned"],
          [2, "planned"],
        ],
      );
      setClock(2000);
      const other = { ...newExecution([claimRequest(0)]), source: "another" };
      const again = await ledger.recordExecution(other);
      assertSame({ ...again, isNew: true, at: 1000 }, recorded);
      assertSame([recorded.at, again.at, again.isNew], [1000, 2000, false]);
      assertSame(await ledger.recordsOf("execution-1"), recorded.records);
      assertSame(await ledger.recorded("execution-1"), { ...again, isNew: undefined });
      assertSame(await ledger.executionHistory("execution-1"), [
        { executionId: "execution-1", at: 1000, event: "record", termsVersion: 1, detail: "4 places" },
      ]);
    },
  },
  {
    title: "an id may have 255 characters, of three bytes each; the Go engine's keys have up to 221",
    run: async ({ ledger }) => {
      const ids = ["k".repeat(221), "k".repeat(255), "\u20ac".repeat(255)];
      for (const [index, executionId] of ids.entries()) {
        const place = { ...claimRequest(0), token: `token of ${index}`, executionId };
        await ledger.recordExecution(newExecution([place]));
        const [answer] = await ledger.claim([place], "driver-1", 30_000);
        await ledger.submit(granted(answer).claim, planned({ token: place.token }));
      }
      for (const executionId of ids) {
        assertMatches(await ledger.execution(executionId), { executionId });
        assertSame(
          (await ledger.recordsOf(executionId)).map(({ state }) => state),
          ["submitted"],
        );
      }
    },
  },
  {
    title: "many that record one execution at once: it is new to one of them",
    run: async ({ ledger }) => {
      const all = await Promise.all(Array.from({ length: 8 }, () => record(ledger)));
      assert.equal(all.filter(({ recorded }) => recorded.isNew).length, 1);
      assert.equal((await ledger.recordsOf("execution-1")).length, 3);
    },
  },
  {
    title: "after a cancel nothing passes the guard, first send or second; it says what had passed; reopened, it does",
    run: async ({ ledger }) => {
      const { claim, amend } = await record(ledger);
      const [sent, claimed] = [await claim(0), await claim(1)];
      await ledger.submit(sent, at(0));
      const after = await amend({ kind: "cancel" });
      assertMatches(after.execution, { termsVersion: 2, cancelled: { ...person, at: 1000 } });
      assertSame(
        after.records.map(({ state }) => state),
        ["submitted", "claimed", "planned"],
      );
      await assertRefused(ledger.submit(claimed, at(1)), { code: "execution-cancelled" });
      await assertRefused(ledger.resend(sent), { code: "execution-cancelled" });
      await ledger.resend(sent, { refused: {} });
      await assertRefused(amend({ kind: "cancel" }), { code: "nothing-to-change" });
      await ledger.release([sent, claimed]);
      await amend({ kind: "reopen" });
      await assertRefused(amend({ kind: "reopen" }), { code: "nothing-to-change" });
      assert.equal((await ledger.submit(await claim(1), at(1))).attempt, 1);
      await ledger.resend(await claim(0));
    },
  },
  {
    title: "before it is due, once it has expired, and while it is incomplete nothing is sent",
    run: async ({ ledger, at: setClock }) => {
      const { claim, amend } = await record(ledger, {
        notBefore: new Date(5000).toISOString(),
        expiresAt: new Date(9000).toISOString(),
      });
      const held = await claim(0);
      setClock(4999);
      await assertRefused(ledger.submit(held, at(0)), { code: "not-due" });
      setClock(5000);
      await ledger.submit(held, at(0));
      setClock(8999);
      await ledger.resend(held);
      setClock(9000);
      await assertRefused(ledger.resend(held), { code: "execution-expired" });
      await assertRefused(ledger.submit(await claim(1), at(1)), { code: "execution-expired" });
      await amend({ kind: "cancel" });
      await assertRefused(amend({ kind: "reopen" }), { code: "execution-expired" });
    },
  },
  {
    title:
      "an approval names the terms; other terms are not approved, a raised limit asks for a new one, a lowered does not",
    run: async ({ ledger }) => {
      const { recorded, claim, amend } = await record(ledger, { approvalRequired: true, maxTotals: [gbp("30")] });
      const hash = termsHash(recorded.execution, recorded.records);
      const held = await claim(0);
      await assertRefused(ledger.submit(held, at(0)), { code: "approval-missing" });
      await assertRefused(amend({ kind: "approve", termsHash: "0".repeat(64) }), { code: "terms-changed" });
      const approved = await amend({ kind: "approve", termsHash: hash });
      assertMatches(approved.execution.approval, { ...person, termsHash: hash });
      await assertRefused(amend({ kind: "approve", termsHash: hash }), { code: "nothing-to-change" });
      // The driver read the terms before.
      await assertRefused(ledger.submit(held, at(0)), { code: "terms-changed" });
      await ledger.release([held]);
      await ledger.submit(await claim(0), at(0));

      const lowered = await amend({ kind: "limits", maxTotals: [gbp("20")], maxPrices: { 1: gbp("9") } });
      assert.notEqual(lowered.execution.approval, undefined);
      assertSame(lowered.records[1]?.recommendation.maxPrice, gbp("9"));
      const raised = await amend({ kind: "limits", maxPrices: { 1: null } });
      assert.equal(raised.execution.approval, undefined);
      assert.equal(raised.records[1]?.recommendation.maxPrice, undefined);
      await assertRefused(ledger.submit(await claim(1), at(1)), { code: "approval-missing" });
    },
  },
  {
    title: "a change that was meant for an older version changes nothing",
    run: async ({ ledger }) => {
      const { amend } = await record(ledger);
      await amend({ kind: "limits", maxTotals: [gbp("20")], expectedVersion: 1 });
      await assertRefused(amend({ kind: "limits", maxTotals: [gbp("99")], expectedVersion: 1 }), {
        code: "terms-changed",
      });
      const execution = await ledger.execution("execution-1");
      assertMatches(execution, { termsVersion: 2, maxTotals: [gbp("20")] });
      assert.equal((await ledger.executionHistory("execution-1")).length, 2);
    },
  },
  {
    title:
      "all that is sent and may be bought stays within the totals, until it is proven dead; at once as one after the other",
    run: async ({ ledger }) => {
      const { claim } = await record(ledger, { maxTotals: [gbp("20")] });
      const [first, second, third] = [await claim(0), await claim(1), await claim(2)];
      const results = await Promise.allSettled(
        [first, second, third].map((held, index) => ledger.submit(held, at(index))),
      );
      assertSame(results.map(({ status }) => status).toSorted(), ["fulfilled", "fulfilled", "rejected"]);
      const late = [first, second, third][results.findIndex(({ status }) => status === "rejected")];
      const sent = [first, second, third].find((held) => held !== late);
      if (late === undefined || sent === undefined) throw new Error("one was refused");
      const again = () => ledger.submit(late, at(Number(late.token.slice(-1))));
      await assertRefused(again(), { code: "total-above-limit" });
      await ledger.unknown(sent, reason);
      await assertRefused(again(), { code: "total-above-limit" });
      const [answer] = await ledger.claim([claimRequest(Number(sent.token.slice(-1)))], "driver-2", 30_000);
      await ledger.dead(granted(answer).claim, { failed: false, detail: "" });
      await again();
    },
  },
  {
    title:
      "what is bought counts with its price, what shows none with its limit, which does not fall, and without one nothing more is sent",
    run: async ({ ledger }) => {
      const { claim, amend } = await record(ledger, { maxTotals: [gbp("25")] });
      await ledger.purchase(await claim(0), bought({ price: gbp("10") }));
      await ledger.purchase(await claim(1), bought({ id: "order-2" }));
      const held = await claim(2);
      await assertRefused(ledger.submit(held, at(2)), { code: "total-unknown" });
      await ledger.release([held]);
      // What it cost is stated, within the total; from then on that does not fall.
      await assertRefused(amend({ kind: "limits", maxPrices: { 1: gbp("15.01") } }), { code: "limit-below-spent" });
      await amend({ kind: "limits", maxPrices: { 1: gbp("6") } });
      for (const price of [gbp("5"), null]) {
        await assertRefused(amend({ kind: "limits", maxPrices: { 1: price } }), { code: "already-sent" });
      }
      const next = await claim(2);
      await assertRefused(ledger.submit(next, at(2, "9.01")), { code: "total-above-limit" });
      await ledger.submit(next, at(2, "9"));
    },
  },
  {
    title: "what is noted of an execution and of a place is kept as it was first said",
    run: async ({ ledger }) => {
      const place = { ...claimRequest(0), note: "saves 5" };
      await ledger.recordExecution(newExecution([place], { note: "imported" }));
      const other = newExecution([{ ...place, note: "saves 6" }], { note: "again" });
      const { execution, records } = await ledger.recordExecution(other);
      assert.deepEqual([execution.note, records[0]?.note], ["imported", "saves 5"]);
      const [answer] = await ledger.claim([claimRequest(0)], "driver-1", 30_000);
      assert.equal(granted(answer).record.note, "saves 5");
    },
  },
  {
    title:
      "what another engine says that it bought is kept, and counts towards the totals with its limit, until a person says no",
    run: async ({ ledger }) => {
      const maxPrice = gbp("8");
      const elsewhere = { ...claimRequest(0), boughtElsewhere: "their-1" };
      const recommendation = { ...elsewhere.recommendation, maxPrice };
      const places = [{ ...elsewhere, recommendation }, claimRequest(1)];
      await ledger.recordExecution(newExecution(places, { maxTotals: [gbp("15")] }));
      const [own, other] = await ledger.claim(places, "driver-1", 30_000);
      assert.equal(granted(own).record.boughtElsewhere, "their-1");
      const { claim } = granted(other);
      await assertRefused(ledger.submit(claim, at(1)), { code: "total-above-limit" });
      await ledger.decide(granted(own).claim, { kind: "not-this", id: "their-1", ...person });
      // Said of one that is recorded and claimed by now: its driver sends nothing more.
      const said = { kind: "elsewhere", id: "their-2", ...person } as const;
      const after = await ledger.amend("execution-1", { ...said, recIndex: 0 });
      assertMatches(after.records[0], { boughtElsewhere: "their-2" });
      await assertRefused(ledger.submit(claim, at(1)), { code: "terms-changed" });
      await ledger.amend("execution-1", { kind: "limits", maxTotals: [gbp("20")], ...person });
      await ledger.release([claim]);
      const [next] = await ledger.claim([claimRequest(1)], "driver-2", 30_000);
      await ledger.submit(granted(next).claim, at(1));
      await assertRefused(ledger.amend("execution-1", { ...said, recIndex: 1 }), { code: "already-sent" });
    },
  },
  {
    title: "a total in another currency, or below what is spent, is refused with the sum",
    run: async ({ ledger }) => {
      const { claim, amend } = await record(ledger);
      await ledger.submit(await claim(0), at(0));
      const usd = { amount: "99", currency: "USD" };
      await assertRefused(amend({ kind: "limits", maxTotals: [usd] }), {
        code: "total-currency-missing",
        message: /10.00 GBP/,
      });
      await assertRefused(amend({ kind: "limits", maxTotals: [gbp("9.99")] }), {
        code: "limit-below-spent",
        message: /10.00 GBP/,
      });
      await amend({ kind: "limits", maxTotals: [gbp("10"), usd] });
      await assertRefused(ledger.submit(await claim(1), at(1, "0.01")), { code: "total-above-limit" });
    },
  },
  {
    title: "what was never sent can be skipped, for good, and its source changed; what was sent cannot",
    run: async ({ ledger }) => {
      const { claim, amend } = await record(ledger);
      const [sent, held] = [await claim(0), await claim(1)];
      await ledger.submit(sent, at(0));
      await assertRefused(amend({ kind: "skip", recIndex: 0 }), { code: "already-sent" });
      await amend({ kind: "skip", recIndex: 1 });
      await assertRefused(amend({ kind: "skip", recIndex: 1 }), { code: "nothing-to-change" });
      await assertRefused(ledger.submit(held, at(1)), { code: "terms-changed" });
      await ledger.release([held]);
      assertMatches((await ledger.claim([claimRequest(1)], "driver-2", 30_000))[0], { kind: "other-state" });
      const { records, execution } = await amend({ kind: "source", source: "another" });
      assert.equal(execution.source, "another");
      assertSame(
        records.map(({ source }) => source),
        ["test", "another", "another"],
      );
      assertMatches((await ledger.history("token-1")).at(-2), { event: "skip", to: "skipped" });
    },
  },
  {
    title: "what is written off counts towards the totals, and can neither be skipped nor be given another source",
    run: async ({ ledger }) => {
      const { claim, amend } = await record(ledger, { maxTotals: [gbp("19.99")] });
      await ledger.submit(await claim(0), at(0));
      const [answer] = await ledger.claim([claimRequest(0)], "driver-1", 30_000);
      assert.equal(answer?.kind, "in-flight");
      const held = { ...(await claim(1)), token: "token-0", epoch: 1 };
      await ledger.decide(held, { kind: "written-off", ...person });
      await assertRefused(amend({ kind: "skip", recIndex: 0 }), { code: "already-sent" });
      await assertRefused(amend({ kind: "limits", maxTotals: [gbp("9.99")] }), { code: "limit-below-spent" });
      await assertRefused(ledger.submit(await claim(2), at(2)), { code: "total-above-limit" });
      const { records } = await amend({ kind: "source", source: "another" });
      assertSame([records[0]?.state, records[0]?.source, records[2]?.source], ["written-off", "test", "another"]);
    },
  },
  {
    title: "executions are listed, last changed first, in pages",
    run: async ({ ledger, at: setClock }) => {
      for (const [index, executionId] of ["a", "b", "c", "d"].entries()) {
        setClock(1000 + Math.floor(index / 2));
        const place = { ...claimRequest(0), executionId, token: `token-${executionId}` };
        await ledger.recordExecution({ ...newExecution([place]), executionId });
      }
      setClock(9000);
      await ledger.amend("b", { kind: "cancel", ...person });
      const found: string[] = [];
      for (let last: Awaited<ReturnType<Ledger["executions"]>>[number] | undefined; found.length < 9;) {
        const page = await ledger.executions({ limit: 3, after: last });
        found.push(...page.map(({ executionId }) => executionId));
        last = page.at(-1);
        if (last === undefined) break;
      }
      assertSame(found, ["b", "c", "d", "a"]);
    },
  },
  {
    title:
      "restored, the ledger sends nothing of what it held until a person confirms each after an audit; what is recorded later is sent",
    run: async ({ ledger, at: setClock }) => {
      const { claim, amend } = await record(ledger);
      const [sent, held] = [await claim(0), await claim(1)];
      await ledger.submit(sent, at(0));
      setClock(2000);
      await ledger.markRestored();
      await assertRefused(ledger.submit(held, at(1)), { code: "restored-unconfirmed" });
      await assertRefused(ledger.resend(sent), { code: "restored-unconfirmed" });
      assertMatches(await ledger.execution("execution-1"), { restored: true });
      assertMatches((await ledger.executions({ limit: 9 }))[0], { restored: true });
      assertMatches(await ledger.recorded("execution-1"), { execution: { restored: true } });
      await ledger.release([sent, held]);
      setClock(3000);
      const place = { ...claimRequest(0), executionId: "later", token: "token-later" };
      await ledger.recordExecution({ ...newExecution([place]), executionId: "later" });
      const [answer] = await ledger.claim([place], "driver-1", 30_000);
      await ledger.submit(granted(answer).claim, planned({ token: place.token }));
      await assertRefused(amend({ kind: "confirm" }), { code: "restored-unconfirmed" });
      // The audit began before it was restored.
      await amend({ kind: "confirm", audited: { at: 1999, found: "nothing found" } });
      assertMatches(await ledger.execution("execution-1"), { restored: true, confirmedAt: 1999 });
      const confirmed = await amend({ kind: "confirm", audited: { at: 2000, found: "nothing found" } });
      assert.notEqual(confirmed.execution.restored, true);
      await ledger.submit(await claim(1), at(1));
      await ledger.resend(await claim(0));
      assertMatches((await ledger.executionHistory("execution-1")).at(-1), {
        event: "confirm",
        detail: "nothing found",
      });
      setClock(9000);
      await ledger.markRestored();
      await assertRefused(ledger.submit(await claim(2), at(2)), { code: "restored-unconfirmed" });
    },
  },
  {
    title: "restored where the clock is behind the one by which it was recorded: it waits for a person all the same",
    run: async ({ ledger, at: setClock }) => {
      setClock(5000);
      const { claim, amend } = await record(ledger);
      setClock(2000);
      await ledger.markRestored();
      const restoredAt = await ledger.restoredAt();
      assertMatches(await ledger.execution("execution-1"), { restored: true });
      const confirmed = await amend({ kind: "confirm", audited: { at: restoredAt ?? 0, found: "nothing found" } });
      assert.notEqual(confirmed.execution.restored, true);
      await ledger.submit(await claim(1), at(1));
      await ledger.markRestored();
      await assertRefused(ledger.submit(await claim(2), at(2)), { code: "restored-unconfirmed" });
    },
  },
];
