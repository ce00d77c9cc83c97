import assert from "node:assert/strict";
import { assertLedgerError, assertMatches, assertSame } from "../assertions.ts";
import { bought, planned } from "../ledger-values.ts";
import { claim, granted, type LedgerTest, reason } from "./ledger-world.ts";

/** What is sent, and what is kept of it once something is known of it. */
export const sendTests: readonly LedgerTest[] = [
  {
    title: "a second send of a handle is written ahead, and counts no more once it was refused",
    run: async ({ ledger, at }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await assertLedgerError(ledger.resend(held), { code: "internal" });
      const first = await ledger.submit(held, planned());
      at(2000);
      assertSame(await ledger.resend(held), { ...first, resentAt: 2000 });
      at(3000);
      assertSame(await ledger.resend(held), { ...first, resentAt: 3000 });
      assertSame(await ledger.resend(held, { refused: { resentAt: 2000 } }), { ...first, resentAt: 2000 });
      assertSame(await ledger.resend(held, { refused: {} }), first);
      await ledger.unknown(held, reason);
      await ledger.resend(granted(await claim(ledger, "driver-2")).claim);
      const [record] = await ledger.recordsOf("execution-1");
      assertMatches(record, { state: "unknown", holder: "driver-2", submission: { attempt: 1, resentAt: 3000 } });
    },
  },
  {
    title:
      "the clocks of a send and of a purchase are kept with it; an age is counted anew until something is sent or bought",
    run: async ({ ledger, at }) => {
      const clock = (monotonic: number) => ({ boot: "boot-1", monotonic, wall: 7000 + monotonic });
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      const first = await ledger.submit(held, planned({ clock: clock(1) }));
      assertSame(first.clock, clock(1));
      at(2000);
      const noted = { at: 2000, clock: clock(2) };
      assertSame((await ledger.countFrom(held, clock(2))).countedFrom, noted);
      assert.equal((await ledger.history(held.token)).at(-1)?.event, "clock");
      at(3000);
      const second = await ledger.resend(held, { clock: clock(3) });
      assertSame(second, { ...first, resentAt: 3000, resentClock: clock(3) });
      const recorded = async () => (await ledger.recordsOf("execution-1"))[0];
      assert.equal((await recorded())?.countedFrom, undefined);
      at(4000);
      await ledger.resend(held, { clock: clock(4) });
      assertSame(await ledger.resend(held, { refused: second }), second);
      assert.equal(
        (await recorded())?.countedFrom,
        undefined,
        "what was noted before a send that may have bought holds",
      );
      at(5000);
      await ledger.countFrom(held, clock(5));
      await ledger.resend(held, { clock: clock(6) });
      await ledger.resend(held, { refused: second });
      assertSame((await recorded())?.countedFrom, { at: 5000, clock: clock(5) });
      await ledger.dead(held, { failed: false, detail: "expired" });
      await ledger.submit(held, planned({ clock: clock(7) }));
      assert.equal((await recorded())?.countedFrom, undefined);
      await ledger.countFrom(held, clock(8));
      const { countedFrom, purchasedClock } = await ledger.purchase(held, bought(), { clock: clock(9) });
      assertSame([countedFrom, purchasedClock], [undefined, clock(9)]);
      await assertLedgerError(ledger.countFrom({ ...held, epoch: 0 }, clock(9)), { code: "claim-lost" });
    },
  },
  {
    title: "nothing further is written ahead once twenty submissions came to nothing",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      for (let attempt = 1; attempt <= 20; attempt += 1) {
        assertMatches(await ledger.submit(held, planned()), { attempt });
        await ledger.dead(held, { failed: false, detail: "expired" });
      }
      await assertLedgerError(ledger.submit(held, planned()), { code: "too-many-attempts" });
      assertMatches((await ledger.recordsOf("execution-1"))[0], { state: "claimed", attempt: 20 });
    },
  },
  {
    title: "what is proven dead is kept with its proof, oldest first, unless it was never sent",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      const first = await ledger.submit(held, planned());
      await ledger.dead(held, { failed: true, failedAs: ["id-1"], detail: "BillingFailed" });
      const second = await ledger.submit(held, planned());
      await ledger.dead(held, { failed: false, detail: "expired" });
      await ledger.submit(held, planned());
      const { former, submission } = await ledger.dead(held, { failed: false, sent: false, detail: "never sent" });
      assertSame(former, [{ ...first, failedAs: ["id-1"] }, second]);
      assert.equal(submission, undefined);
    },
  },
  {
    title: "what was bought and came to nothing is kept with all its ids, if it was sent",
    run: async ({ ledger }) => {
      const sent = granted(await claim(ledger, "driver-1", 0)).claim;
      const submission = await ledger.submit(sent, planned());
      const pending = bought({ furtherIds: ["order-2"], marked: false });
      await ledger.purchase(sent, pending);
      assertSame((await ledger.reopen(sent, pending)).former, [{ ...submission, failedAs: ["order-1", "order-2"] }]);
      const adopted = granted(await claim(ledger, "driver-1", 1)).claim;
      await ledger.purchase(adopted, bought({ id: "order-3", marked: false }));
      const { former = [], state } = await ledger.reopen(adopted, bought({ id: "order-3" }));
      assertSame([state, former], ["claimed", []]);
    },
  },
  {
    title: "a submission is kept among the former ones where a purchase from elsewhere passed it by, and only there",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1", 0)).claim;
      const passed = await ledger.submit(first, planned());
      assertSame((await ledger.purchase(first, bought(), { passedBy: true })).former, [passed]);
      const second = granted(await claim(ledger, "driver-1", 1)).claim;
      await ledger.submit(second, planned());
      const { former = [], error } = await ledger.purchase(second, bought({ id: "order-2" }), { over: reason });
      // What is over when it is first seen says how.
      assertSame([former, error], [[], reason]);
    },
  },
  {
    title: "what waits for another purchase is no refusal: it stays claimed, by nobody, and is work",
    run: async ({ ledger }) => {
      await ledger.refuse(granted(await claim(ledger, "driver-1")).claim, reason, { waits: true });
      const [record] = await ledger.unfinished({ olderThan: 0, limit: 9, refused: false, parked: false });
      assertMatches(record, { state: "claimed", error: reason, holder: undefined });
      assertMatches((await ledger.history("token-0")).at(-1), { event: "wait", holder: "driver-1" });
    },
  },
  {
    title: "an unknown outcome keeps its submission as it was written, and adds the evidence that there is",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1")).claim;
      const submission = await ledger.submit(first, planned());
      await ledger.unknown(first, reason);
      const second = granted(await claim(ledger, "driver-2"));
      assertSame(second.record.submission, submission);
      assertSame((await ledger.park(second.claim, reason)).submission, submission);
      await ledger.unknown(granted(await claim(ledger, "driver-3")).claim, reason, { evidence: ["id-1"] });
      assertSame((await ledger.recordsOf("execution-1"))[0]?.submission, { ...submission, evidence: ["id-1"] });
    },
  },
];
