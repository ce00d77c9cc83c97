import assert from "node:assert/strict";
import { assertMatches, assertSame } from "../assertions.ts";
import type { ExecutionPlace, Ledger } from "../../contract/ledger.ts";
import type { Submission } from "../../contract/executor.ts";
import { bought, claimRequest, newExecution, planned } from "../ledger-values.ts";
import { granted, type LedgerTest, reason } from "./ledger-world.ts";

const day = 86_400_000;

/** The only place of an execution, of this fingerprint. */
function placeOf(executionId: string, fingerprint = "a"): ExecutionPlace {
  return { ...claimRequest(0), executionId, token: `token of ${executionId}`, fingerprint };
}

/** Records an execution of one place, which forbids twins or not, and claims that. */
async function claimed(ledger: Ledger, executionId: string, forbidTwinsWithin?: string, fingerprint?: string) {
  const place = placeOf(executionId, fingerprint);
  await ledger.recordExecution(newExecution([place], { forbidTwinsWithin }));
  const [answer] = await ledger.claim([place], `driver of ${executionId}`, 30_000);
  return granted(answer).claim;
}

/** What is about to be sent for it. */
function planFor(executionId: string): Omit<Submission, "submittedAt" | "attempt"> {
  return planned({ token: `token of ${executionId}`, handle: { orderId: `order of ${executionId}` } });
}

/** A commitment of its own. */
const boughtFor = (executionId: string, changes: Parameters<typeof bought>[0] = {}) =>
  bought({ id: `order of ${executionId}`, ...changes });

/** Of which other executions something is the same as fingerprint `a`, and was bought since. */
async function alike(ledger: Ledger, since = 0): Promise<readonly string[]> {
  const found = await ledger.boughtAlike({ fingerprints: ["a"], since, exceptExecution: "own" });
  return found.map(({ executionId }) => executionId);
}

/** That what is the same as what was bought a short time ago is found, and sent once where that is asked for. */
export const twinTests: readonly LedgerTest[] = [
  {
    title: "what is the same and was bought, or sent and may be bought, is found, the latest first",
    run: async ({ ledger, at }) => {
      const own = await claimed(ledger, "own");
      await ledger.submit(own, planFor("own"));
      at(2000);
      const first = await claimed(ledger, "bought");
      await ledger.submit(first, planFor("bought"));
      await ledger.purchase(first, boughtFor("bought"));
      at(3000);
      await ledger.submit(await claimed(ledger, "sent"), planFor("sent"));
      await claimed(ledger, "only claimed");
      const other = await claimed(ledger, "another thing", undefined, "b");
      await ledger.submit(other, planFor("another thing"));
      const dead = await claimed(ledger, "refused by the provider");
      await ledger.submit(dead, planFor("refused by the provider"));
      await ledger.reject(dead, reason);
      const unseen = await claimed(ledger, "refused, and nobody could look");
      at(4000);
      await ledger.submit(unseen, planFor("refused, and nobody could look"));
      await ledger.reject(unseen, reason, { unseen: true });
      assertSame(await alike(ledger), ["refused, and nobody could look", "sent", "bought"]);
      assertSame(await alike(ledger, 3000), ["refused, and nobody could look", "sent"]);
      assertSame(await alike(ledger, 4001), []);
      assertSame(await ledger.boughtAlike({ fingerprints: [], since: 0, exceptExecution: "own" }), []);
      const both = await ledger.boughtAlike({ fingerprints: ["b", "a"], since: 2500, exceptExecution: "sent" });
      assert.equal(both.length, 2);
    },
  },
  {
    title: "what was adopted counts from when it was bought; what is over or came to nothing is no twin",
    run: async ({ ledger, at }) => {
      at(10 * day);
      const adopted = await claimed(ledger, "adopted");
      await ledger.purchase(adopted, boughtFor("adopted", { purchasedAt: new Date(2 * day).toISOString() }));
      const over = await claimed(ledger, "over");
      await ledger.purchase(over, boughtFor("over", { standing: "ended", state: "Cancelled" }));
      const failed = await claimed(ledger, "failed");
      await ledger.purchase(failed, boughtFor("failed", { settled: false }));
      assertSame((await alike(ledger, day)).toSorted(), ["adopted", "failed"]);
      assertSame(await alike(ledger, 3 * day), ["failed"]);
      const [again] = await ledger.claim([placeOf("failed")], "driver", 30_000);
      await ledger.reopen(granted(again).claim, boughtFor("failed", { standing: "failed", state: "BillingFailed" }));
      assertSame(await alike(ledger, 3 * day), []);
    },
  },
  {
    title: "an execution that forbids twins sends nothing of what was bought within that time; one that does not, does",
    run: async ({ ledger, at }) => {
      at(10 * day);
      const first = await claimed(ledger, "first");
      await ledger.submit(first, planFor("first"));
      await ledger.purchase(first, boughtFor("first"));
      at(13 * day);
      const forbids = await claimed(ledger, "forbids", "P7D");
      await assert.rejects(ledger.submit(forbids, planFor("forbids")), (error) => {
        assertMatches(error, { code: "twin-forbidden" });
        // Not whose it is: the execution may be another caller's.
        assert.match(String(error), /The same was bought for another recommendation \(token …\) at 1970-01-11T/);
        assert.match(String(error), /within 7 days is forbidden\. Nothing was sent/);
        return true;
      });
      const [record] = await ledger.recordsOf("forbids");
      assertMatches(record, { state: "claimed", attempt: 0 });
      const another = await claimed(ledger, "another thing", "P7D", "b");
      await ledger.submit(another, planFor("another thing"));
      const shorter = await claimed(ledger, "forbids for two days", "P2D");
      await ledger.submit(shorter, planFor("forbids for two days"));
      await ledger.submit(await claimed(ledger, "allows"), planFor("allows"));
    },
  },
  {
    title: "what is sent a second time passes the same guard, and what was sent for it before is no twin of its own",
    run: async ({ ledger, at }) => {
      const own = await claimed(ledger, "forbids", "P7D");
      await ledger.submit(own, planFor("forbids"));
      await ledger.resend(own);
      at(2000);
      const other = await claimed(ledger, "allows");
      await ledger.submit(other, planFor("allows"));
      await assert.rejects(ledger.resend(own), { code: "twin-forbidden" });
      await ledger.dead(other, { failed: false, detail: "expired" });
      assertMatches(await ledger.resend(own), { resentAt: 2000 });
    },
  },
  {
    title: "of two that are the same, forbid twins and are submitted at once, one is sent",
    run: async ({ ledger }) => {
      for (let round = 0; round < 10; round += 1) {
        const both = [`left ${round}`, `right ${round}`];
        const claims = await Promise.all(both.map((id) => claimed(ledger, id, "P7D", `thing ${round}`)));
        const results = await Promise.allSettled(
          claims.map((claim) => ledger.submit(claim, planFor(claim.executionId))),
        );
        const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
        assert.equal(refused.length, 1, `round ${round}: ${results.map(({ status }) => status).join(", ")}`);
        assertMatches(refused[0], { code: "twin-forbidden" });
      }
    },
  },
  {
    title:
      "twins are forbidden, for longer or not any more by a person's word; only more of them asks for an approval anew",
    run: async ({ ledger }) => {
      const word = { person: "ann", reason: "agreed" };
      const set = (forbidTwinsWithin: string | null) =>
        ledger.amend("own", { kind: "limits", forbidTwinsWithin, ...word });
      await ledger.recordExecution(newExecution([placeOf("own")], { forbidTwinsWithin: "P7D" }));
      assertMatches(await ledger.execution("own"), { forbidTwinsWithin: "P7D", termsVersion: 1 });
      assertMatches((await set("P14D")).execution, { forbidTwinsWithin: "P14D", termsVersion: 2 });
      const { execution } = await set(null);
      assert.equal(execution.forbidTwinsWithin, undefined);
      const [, , last] = await ledger.executionHistory("own");
      assertMatches(last, { event: "limits", detail: "twins forbidden within none" });
    },
  },
];
