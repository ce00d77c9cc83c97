import assert from "node:assert/strict";
import type { Claim } from "../../contract/ledger.ts";
import { assertLedgerError, assertMatches, assertSame } from "../assertions.ts";
import { bought, claimRequest, planned, claimPlaces } from "../ledger-values.ts";
import { claim, granted, type LedgerTest, reason } from "./ledger-world.ts";

/** What proves what: death, generations, owners, lanes, evidence. */
export const proofTests: readonly LedgerTest[] = [
  {
    title: "proof of failure opens a new generation; proof that nothing was bought does not",
    run: async ({ ledger }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.submit(held, planned());
      const dead = await ledger.dead(held, { failed: false, detail: "expired" });
      assertMatches(dead, { state: "claimed", generation: 0 });
      await ledger.submit(held, planned());
      assertMatches(await ledger.dead(held, { failed: true, detail: "BillingFailed" }), { generation: 1 });
      await ledger.purchase(held, bought({ settled: false }));
      const next = granted(await claim(ledger, "driver-2"));
      const reopened = await ledger.reopen(next.claim, bought({ state: "BillingFailed" }));
      assertMatches(reopened, { state: "claimed", generation: 2 });
      assert.equal(reopened.commitment, undefined);
    },
  },
  {
    title: "one commitment cannot count for two tokens",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1", 0));
      const second = granted(await claim(ledger, "driver-1", 1));
      await ledger.purchase(first.claim, bought({ furtherIds: ["order-2"] }));
      const taken = ledger.purchase(second.claim, bought({ id: "order-2" }));
      await assertLedgerError(taken, { code: "commitment-taken" });
      assert.equal((await ledger.recordsOf("execution-1"))[1]?.state, "claimed");
      await ledger.purchase(second.claim, bought({ id: "order-3" }));
    },
  },
  {
    title: "a UUID cannot count for two tokens, though their scopes go by two keys",
    run: async ({ ledger }) => {
      const id = "E3BCB222-59b7-4951-ad81-2822c078ec8c";
      const scope = { key: "imitation/named", label: "the same account, by its name" };
      const [answer] = await claimPlaces(ledger, [{ ...claimRequest(1), scope }], "driver-1", 30_000);
      const first = granted(await claim(ledger, "driver-1", 0));
      const second = granted(answer);
      await ledger.purchase(first.claim, bought({ id, furtherIds: ["order-1"] }));
      const taken = ledger.purchase(second.claim, bought({ id: id.toLowerCase() }));
      await assertLedgerError(taken, { code: "commitment-taken" });
      // Other ids are unique in their scope only, and what a scope holds is told by its own key.
      assert.deepEqual([...(await ledger.ownedByOthers(scope.key, "none"))], []);
      await ledger.purchase(second.claim, bought({ id: "order-1" }));
    },
  },
  {
    title: "an id that only holds a UUID is unique in its scope alone",
    run: async ({ ledger }) => {
      const ids = {
        id: "plans/e3bcb222-59b7-4951-ad81-2822c078ec8c",
        furtherIds: ["e3bcb222-59b7-4951-ad81-2822c078ec8c/1"],
      };
      const scope = { key: "scope-2", label: "scope 2" };
      const [answer] = await claimPlaces(ledger, [{ ...claimRequest(1), scope }], "driver-1", 30_000);
      await ledger.purchase(granted(await claim(ledger, "driver-1", 0)).claim, bought(ids));
      await ledger.purchase(granted(answer).claim, bought(ids));
    },
  },
  {
    title: "a lane admits one open submission at a time",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1", 0));
      const second = granted(await claim(ledger, "driver-1", 1));
      await ledger.submit(first.claim, planned({ lane: "lane-1" }));
      const refused = ledger.submit(second.claim, planned({ lane: "lane-1" }));
      await assertLedgerError(refused, { code: "identical-purchase-open", retryable: true });
      await ledger.unknown(first.claim, reason);
      await assertLedgerError(ledger.submit(second.claim, planned({ lane: "lane-1" })), {
        code: "identical-purchase-open",
      });
      const again = granted(await claim(ledger, "driver-2", 0));
      await ledger.purchase(again.claim, bought());
      await ledger.submit(second.claim, planned({ lane: "lane-1" }));
    },
  },
  {
    title: "a commitment that only fits is not recorded while another submission of its lane is open",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1", 0));
      const second = granted(await claim(ledger, "driver-1", 1));
      await ledger.submit(first.claim, planned({ lane: "lane-1" }));
      const guessed = ledger.purchase(second.claim, bought({ id: "order-2" }), { guessedIn: "lane-1" });
      await assertLedgerError(guessed, { code: "identical-purchase-open", retryable: true });
      // Its own submission is no rival.
      await ledger.purchase(first.claim, bought(), { guessedIn: "lane-1" });
      await ledger.purchase(second.claim, bought({ id: "order-2" }), { guessedIn: "lane-1" });
    },
  },
  {
    title: "evidence is kept with an unknown outcome, and a refusal that nobody could look at keeps its submission",
    run: async ({ ledger }) => {
      const first = granted(await claim(ledger, "driver-1"));
      await ledger.submit(first.claim, planned());
      await ledger.evidence(first.claim, 1, ["id-1"]);
      await ledger.unknown(first.claim, reason, { evidence: ["id-1", "id-2"] });
      const second = granted(await claim(ledger, "driver-2"));
      assertSame(second.record.submission?.evidence, ["id-1", "id-2"]);
      assertSame((await ledger.park(second.claim, reason, { evidence: ["id-3"] })).submission?.evidence, [
        "id-1",
        "id-2",
        "id-3",
      ]);
      const third = granted(await claim(ledger, "driver-3", 1));
      await ledger.submit(third.claim, planned());
      await ledger.reject(third.claim, reason, { unseen: true });
      const { record } = granted(await claim(ledger, "driver-4", 1));
      assertMatches(record.former?.[0], { attempt: 1, knownUnclear: true });
      assertSame(record.submission, undefined);
    },
  },
  {
    title: "an answer that comes after the claim is lost is evidence all the same, for what is open, dead or passed by",
    run: async ({ ledger, at }) => {
      const late = async (held: Claim, id: string) =>
        assertLedgerError(ledger.evidence(held, 1, [id]), { code: "claim-lost" });
      const first = granted(await claim(ledger, "driver-1"));
      await ledger.submit(first.claim, planned());
      at(40_000);
      const second = granted(await claim(ledger, "driver-2"));
      await late(first.claim, "id-1");
      assertSame((await ledger.recordsOf("execution-1"))[0]?.submission?.evidence, ["id-1"]);
      assertSame((await ledger.recordsOf("execution-1"))[0]?.holder, "driver-2");
      const { former } = await ledger.dead(second.claim, { failed: false, detail: "expired" });
      assertSame(former?.[0]?.evidence, ["id-1"]);
      await late(first.claim, "id-2");
      await ledger.submit(second.claim, planned());
      const bothKnown = await ledger.purchase(second.claim, bought());
      assertSame(bothKnown.former?.[0]?.evidence, ["id-1", "id-2"]);
      await assertLedgerError(
        ledger.evidence(second.claim, 2, ["id-3"]).then(() => ledger.evidence(first.claim, 2, ["id-4"])),
        {
          code: "claim-lost",
        },
      );
      await late({ token: "token-9", executionId: "execution-1", epoch: 1, termsVersion: 1 }, "id-5");
      const [record] = await ledger.recordsOf("execution-1");
      assertMatches(record, { state: "purchased", commitment: { id: "order-1" } });
      assertSame(
        record?.former?.map(({ attempt, evidence }) => [attempt, evidence]),
        [
          [1, ["id-1", "id-2"]],
          [2, ["id-3", "id-4"]],
        ],
      );
    },
  },
];
