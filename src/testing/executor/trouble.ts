import assert from "node:assert/strict";
import { PurchaseRejectedError } from "../../contract/errors.ts";
import type { OldResolution } from "../../contract/old-executor.ts";
import { calm, type ExecutorTest, idsOf, nothing } from "./executor-world.ts";

/** A lost answer, a second send, a purchase that was never sent, a signal that is aborted. */
export const troubleTests: readonly ExecutorTest[] = [
  {
    title: "a lost answer is not called a rejection, and what was bought is found by its submission",
    run: async ({ executor, submission, purchases, loseNextAnswer, mark, find }) => {
      const sent = await submission(0);
      loseNextAnswer();
      const unheard = (error: unknown) => {
        assert.ok(!PurchaseRejectedError.isInstance(error), "what may have been bought is called rejected");
        return true;
      };
      const resent = "the answer was lost, yet doPurchase has one: it sent again, or the world lost none";
      await assert.rejects(executor.doPurchase(sent, { sentBefore: false }), unheard, resent);
      assert.equal(purchases(), 1, "the world lost no answer, or the purchase was sent again");
      const resolution = await executor.resolve(sent, { signal: calm, owned: nothing });
      assert.ok(resolution.kind === "found", `it is bought, but ${said(resolution)}`);
      const commitment = await mark(resolution.commitment, sent);
      const found = ((await find([sent.token])).byToken.get(sent.token) ?? []).map(idsOf);
      const unmarked = executor.recovery.kind === "manual" && found.length === 0;
      if (!unmarked) assert.deepEqual(found, [idsOf(commitment)]);
      assert.equal(purchases(), 1, "looking bought");
    },
  },
  {
    title: "a second send of one submission buys no second one (recovery: resend)",
    run: async ({ executor, submission, purchases }) => {
      // Where there is no handle, the drive never sends twice.
      if (executor.recovery.kind !== "resend") return;
      const sent = await submission(0);
      const first = await executor.doPurchase(sent, { sentBefore: false });
      // That the provider refuses it is as good, whatever its words: the drive then looks for it.
      const second = await executor.doPurchase(sent, { sentBefore: true }).catch(() => undefined);
      assert.equal(purchases(), 1, "the second send bought");
      if (second !== undefined) assert.deepEqual(idsOf(second), idsOf(first), "the second send returns another one");
      const resolution = await executor.resolve(sent, { signal: calm, owned: nothing });
      assert.ok(resolution.kind === "found", `after a second send ${said(resolution)}`);
    },
  },
  {
    title: "a submission that was never sent is absent",
    run: async ({ executor, submission, purchases }) => {
      const resolution = await executor.resolve(await submission(0), { signal: calm, owned: nothing });
      assert.equal(resolution.kind, "absent", said(resolution));
      assert.equal(purchases(), 0, "looking bought");
    },
  },
  {
    title: "a submission that was never sent adopts nothing that belongs to another token, marked or not",
    run: async ({ executor, submission, mark, purchases }) => {
      const unsent = await submission(0);
      const other = await submission(1);
      const commitment = await executor.doPurchase(other, { sentBefore: false });
      const ids = new Set(idsOf(commitment));
      const before = await executor.resolve(unsent, { signal: calm, owned: ids });
      assert.equal(before.kind, "absent", `beside one that is owned and not marked yet, ${said(before)}`);
      const owned = new Set([...ids, ...idsOf(await mark(commitment, other))]);
      const after = await executor.resolve(unsent, { signal: calm, owned });
      assert.equal(after.kind, "absent", `beside one that is owned, ${said(after)}`);
      assert.equal(purchases(), 1, "looking bought");
    },
  },
  {
    title: "an aborted signal ends reads",
    run: async ({ executor, recommendation, submission, buy, marker, purchases }) => {
      const sent = await submission(0);
      const commitment = await buy(sent);
      const scope = executor.scopeOf(recommendation);
      const signal = AbortSignal.abort(new Error("the drive has ended"));
      const wanted = { tokens: new Set([sent.token]), ids: new Set([commitment.id]) };
      const reads: Readonly<Record<string, () => Promise<unknown>>> = {
        findByTokens: () => executor.findByTokens(scope, wanted, { signal }),
        read: () => executor.read(scope, commitment.id, { signal }),
        verify: () => executor.verify(recommendation, commitment, { signal }),
        quote: () => executor.quote(recommendation, marker(1), { signal }),
      };
      for (const [name, read] of Object.entries(reads)) {
        await assert.rejects(read, () => true, `${name} goes on although its signal is aborted`);
      }
      const resolution = await resolveOrUnclear(() => executor.resolve(sent, { signal, owned: nothing }));
      assert.equal(resolution.kind, "unclear", `resolve goes on although its signal is aborted: ${said(resolution)}`);
      assert.equal(purchases(), 1);
    },
  },
];

/** An error that resolve throws counts as unclear. */
async function resolveOrUnclear(resolve: () => Promise<OldResolution>): Promise<OldResolution> {
  return resolve().catch((): OldResolution => ({ kind: "unclear", reason: "" }));
}

function said(resolution: OldResolution): string {
  const detail = resolution.kind === "found" ? resolution.commitment.id : resolution.reason;
  return `resolve says ${resolution.kind} (${detail})`;
}
