import assert from "node:assert/strict";
import { assertLedgerError, assertMatches, assertSame } from "../assertions.ts";
import { bought, claimRequest, planned, recordPlaces } from "../ledger-values.ts";
import { claim, granted, type LedgerTest, reason } from "./ledger-world.ts";

/** Who may work on a token, and what is recorded of it. */
export const claimTests: readonly LedgerTest[] = [
  {
    title: "a new token is granted to one driver, and refused to a second while the lease lasts",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1"));
      assert.equal(first.claim.epoch, 1);
      assert.equal(first.record.state, "claimed");
      assertMatches(await claim(ledger, "driver-2"), { kind: "in-flight", holder: "driver-1", until: 31_000 });
    },
  },
  {
    title: "a lapsed lease goes to the next driver, under a new epoch, and the old driver's writes change nothing",
    run: async ({ ledger, at }) => {
      const old = granted(await claim(ledger, "driver-1")).claim;
      at(31_001);
      const next = granted(await claim(ledger, "driver-2"));
      assert.equal(next.claim.epoch, 2);
      const attempts = [
        () => ledger.submit(old, planned()),
        () => ledger.purchase(old, bought()),
        () => ledger.reject(old, reason),
        () => ledger.refuse(old, reason),
        () => ledger.unknown(old, reason),
        () => ledger.park(old, reason),
        () => ledger.dead(old, { failed: false, detail: "" }),
        () => ledger.reopen(old, bought()),
        () => ledger.observe(old, bought()),
      ];
      for (const attempt of attempts) await assertLedgerError(attempt(), { code: "claim-lost" });
      await ledger.release([old]);
      assertSame(await ledger.renew([old], 30_000), [old]);
      const [record] = await ledger.recordsOf("execution-1");
      assertMatches(record, { state: "claimed", epoch: 2, holder: "driver-2", leaseUntil: 61_001 });
    },
  },
  {
    title: "a renewed lease holds on",
    run: async ({ ledger, at }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      at(20_000);
      assertSame(await ledger.renew([held], 30_000), []);
      at(49_000);
      assertMatches(await claim(ledger, "driver-2"), { kind: "in-flight", until: 50_000 });
    },
  },
  {
    title: "a clock that was set back does not hold a lease for longer than its length",
    run: async ({ ledger, at }) => {
      at(1_000_000);
      await claim(ledger, "driver-1");
      at(500_000);
      assert.equal(granted(await claim(ledger, "driver-2")).claim.epoch, 2);
    },
  },
  {
    title: "a claim that is given up can be taken at once",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.release([held]);
      assert.equal(granted(await claim(ledger, "driver-2")).claim.epoch, 2);
    },
  },
  {
    title: "a token that is not recorded cannot be claimed, and a record comes back as it is",
    run: async ({ ledger }) => {
      await recordPlaces(ledger, 1);
      const unknown = ledger.claim([{ token: "token-9", executionId: "execution-1" }], "driver-1", 30_000);
      await assertLedgerError(unknown, { code: "internal" });
      const other = { ...claimRequest(0), recommendation: { ...claimRequest(0).recommendation, quantity: 2 } };
      const [answer] = await ledger.claim([other], "driver-1", 30_000);
      assertSame(granted(answer).record.recommendation, claimRequest(0).recommendation);
    },
  },
  {
    title: "what is written ahead survives its driver and carries attempt and time",
    run: async ({ ledger, at }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      at(2000);
      const submission = await ledger.submit(held, planned());
      assertSame(submission, { ...planned(), attempt: 1, submittedAt: 2000 });
      await assertLedgerError(ledger.submit(held, planned()), { code: "internal" });
      at(40_000);
      const next = granted(await claim(ledger, "driver-2"));
      assertMatches(next.record, { state: "submitted", submission });
    },
  },
  {
    title: "a purchase is settled for every later driver, and its claim is given up",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.submit(held, planned());
      await ledger.purchase(held, bought());
      assertMatches(await claim(ledger, "driver-2"), {
        kind: "settled",
        record: { state: "purchased", commitment: bought() },
      });
      assertSame(
        (await ledger.purchasedIn("scope-1")).map(({ token }) => token),
        ["token-0"],
      );
      assertSame(await ledger.purchasedIn("scope-2"), []);
      assertSame([...(await ledger.ownedByOthers("scope-1", "token-1"))], [bought().id]);
      assertSame([...(await ledger.ownedByOthers("scope-1", "token-0"))], []);
      assertSame([...(await ledger.ownedByOthers("scope-2", "token-1"))], []);
      await assertLedgerError(ledger.reject(held, reason), { code: "internal" });
    },
  },
  {
    title: "a purchase that is pending, or without its marker, is granted again to be looked after",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.purchase(held, bought({ settled: false, state: "Creating" }));
      const next = granted(await claim(ledger, "driver-2"));
      assert.equal(next.record.state, "purchased");
      await ledger.observe(next.claim, bought({ marked: false }));
      const third = granted(await claim(ledger, "driver-3"));
      await ledger.observe(third.claim, bought());
      assertMatches(await claim(ledger, "driver-4"), { kind: "settled" });
    },
  },
  {
    title: "a purchase without its marker keeps the claim, so that its driver can stamp it",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.purchase(held, bought({ marked: false }));
      assertMatches(await claim(ledger, "driver-2"), { kind: "in-flight", holder: "driver-1" });
      await ledger.observe(held, bought());
      assertMatches(await claim(ledger, "driver-2"), { kind: "settled" });
    },
  },
  {
    title: "rejected and refused are tried again from the start; unknown keeps its submission",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1"));
      await ledger.refuse(first.claim, reason);
      const second = granted(await claim(ledger, "driver-2"));
      assertMatches(second.record, { state: "claimed", error: reason });
      await ledger.submit(second.claim, planned());
      await ledger.reject(second.claim, reason);
      const third = granted(await claim(ledger, "driver-3"));
      assert.equal(third.record.state, "claimed");
      assert.equal(third.record.submission, undefined);
      assertSame(third.record.former ?? [], []);
      const submission = await ledger.submit(third.claim, planned());
      assert.equal(submission.attempt, 2);
      await ledger.unknown(third.claim, reason);
      const fourth = granted(await claim(ledger, "driver-4"));
      assertMatches(fourth.record, { state: "unknown", submission });
      await ledger.refuse(fourth.claim, reason);
      assert.equal(granted(await claim(ledger, "driver-5")).record.state, "unknown");
    },
  },
];
