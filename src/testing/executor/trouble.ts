import assert from "node:assert/strict";
import { messageOf } from "../../contract/errors.ts";
import type { Resolution } from "../../contract/executor.ts";
import type { PurchaseAnswer } from "../../contract/purchase-answer.ts";
import { type ExecutorTest, idsOf, nothing, saidBy } from "./executor-world.ts";

/** A lost answer, a second send, a purchase that was never sent, a signal that is aborted. */
export const troubleTests: readonly ExecutorTest[] = [
  {
    title: "a lost answer is not called a rejection, and what was bought is found by its submission",
    run: async ({ executor, submission, purchases, loseNextAnswer, mark, resolve, find }) => {
      const sent = await submission(0);
      loseNextAnswer();
      const answer = await executor.send(sent, { sentBefore: false }).catch(unheard);
      assert.notEqual(answer.kind, "rejected", "what may have been bought is called rejected");
      const resent = "the answer was lost, yet send has one: it sent again, or the world lost none";
      assert.equal(answer.kind, "unknown", `${resent} (${saidBy(answer)})`);
      assert.equal(purchases(), 1, "the world lost no answer, or the purchase was sent again");
      const resolution = await resolve(sent);
      assert.ok(resolution.kind === "found", `it is bought, but ${said(resolution)}`);
      const commitment = await mark(resolution.found.commitment, sent);
      const seen = (await find([sent.token])).byToken.get(sent.token) ?? [];
      const found = seen.map((listed) => idsOf(listed.commitment));
      const unmarked = executor.recovery.kind === "manual" && found.length === 0;
      if (!unmarked) assert.deepEqual(found, [idsOf(commitment)]);
      assert.equal(purchases(), 1, "looking bought");
    },
  },
  {
    title: "a second send of one submission buys no second one (recovery: resend)",
    run: async ({ executor, submission, resolve, purchases }) => {
      // Where there is no handle, the drive never sends twice.
      if (executor.recovery.kind !== "resend") return;
      const sent = await submission(0);
      const first = await executor.send(sent, { sentBefore: false });
      // That the provider refuses it is as good, whatever its words: the drive then looks for it.
      const second = await executor.send(sent, { sentBefore: true }).catch(unheard);
      assert.equal(purchases(), 1, "the second send bought");
      assert.ok(first.kind === "bought", `the first send is not bought: ${saidBy(first)}`);
      if (second.kind === "bought")
        assert.deepEqual(idsOf(second.commitment), idsOf(first.commitment), "the second send returns another one");
      const resolution = await resolve(sent);
      assert.ok(resolution.kind === "found", `after a second send ${said(resolution)}`);
    },
  },
  {
    title: "a submission that was never sent is absent",
    run: async ({ submission, resolve, purchases }) => {
      const resolution = await resolve(await submission(0));
      assert.equal(resolution.kind, "absent", said(resolution));
      assert.equal(purchases(), 0, "looking bought");
    },
  },
  {
    title: "a submission that was never sent adopts nothing that belongs to another token, marked or not",
    run: async ({ executor, submission, mark, resolve, purchases }) => {
      const unsent = await submission(0);
      const other = await submission(1);
      const answer = await executor.send(other, { sentBefore: false });
      assert.ok(answer.kind === "bought", `it is not bought: ${saidBy(answer)}`);
      const { commitment } = answer;
      const ids = new Set(idsOf(commitment));
      const before = await resolve(unsent, ids);
      assert.equal(before.kind, "absent", `beside one that is owned and not marked yet, ${said(before)}`);
      const owned = new Set([...ids, ...idsOf(await mark(commitment, other))]);
      const after = await resolve(unsent, owned);
      assert.equal(after.kind, "absent", `beside one that is owned, ${said(after)}`);
      assert.equal(purchases(), 1, "looking bought");
    },
  },
  {
    title: "an aborted signal ends reads",
    run: async ({ executor, recommendation, submission, buy, marker, resolve, purchases }) => {
      const sent = await submission(0);
      const commitment = await buy(sent);
      const scope = executor.scopeOf(recommendation);
      const { facts } = executor.inventory;
      const signal = AbortSignal.abort(new Error("the drive has ended"));
      const reads: Readonly<Record<string, () => Promise<unknown>>> = {
        "inventory.list": () => Array.fromAsync(executor.inventory.list(scope, { signal, isComplete: () => false })),
        "inventory.read": () => executor.inventory.read(scope, commitment.id, { signal }),
        ...(facts === undefined ? {} : { "inventory.facts": () => facts(scope, commitment, { signal }) }),
        quote: () => executor.quote(recommendation, marker(1), { signal }),
      };
      for (const [name, read] of Object.entries(reads)) {
        await assert.rejects(read, () => true, `${name} goes on although its signal is aborted`);
      }
      const resolution = await resolveOrUnclear(() => resolve(sent, nothing, signal));
      assert.equal(resolution.kind, "unclear", `resolve goes on although its signal is aborted: ${said(resolution)}`);
      assert.equal(purchases(), 1);
    },
  },
];

/** An error that resolve throws counts as unclear. */
async function resolveOrUnclear(resolve: () => Promise<Resolution>): Promise<Resolution> {
  return resolve().catch((): Resolution => ({ kind: "unclear", reason: "" }));
}

/** What send throws counts as unknown. */
function unheard(error: unknown): PurchaseAnswer {
  return { kind: "unknown", reason: messageOf(error) };
}

function said(resolution: Resolution): string {
  const detail = resolution.kind === "found" ? resolution.found.commitment.id : resolution.reason;
  return `resolve says ${resolution.kind} (${detail})`;
}
