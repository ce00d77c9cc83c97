import assert from "node:assert/strict";
import type { RecordsQuery, TokenRecord, TokenState } from "../../contract/ledger.ts";
import { assertMatches, assertSame } from "../assertions.ts";
import { bought, claimPlaces, claimRequest, newExecution, planned, recordPlaces } from "../ledger-values.ts";
import { claim, granted, type LedgerTest, pendingOf, reason } from "./ledger-world.ts";

/** What is read back: history, corrections, what is left to do, pages. */
export const readingTests: readonly LedgerTest[] = [
  {
    title: "every change is in the history, in order, with who made it",
    run: async ({ ledger, at }) => {
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      at(2000);
      await ledger.submit(held, planned());
      await ledger.purchase(held, bought());
      const history = await ledger.history("token-0");
      assertSame(
        history.map(({ event, from, to, holder, at, attempt }) => ({ event, from, to, holder, at, attempt })),
        [
          { event: "claim", from: "planned", to: "claimed", holder: "driver-1", at: 1000, attempt: 0 },
          { event: "submit", from: "claimed", to: "submitted", holder: "driver-1", at: 2000, attempt: 1 },
          { event: "purchase", from: "submitted", to: "purchased", holder: "driver-1", at: 2000, attempt: 1 },
        ],
      );
      assertSame(await ledger.history("token-9"), []);
    },
  },
  {
    title: "many claims at once are granted to exactly one driver each",
    run: async ({ ledger }) => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, driver) =>
          claimPlaces(ledger, [claimRequest(0), claimRequest(1)], `driver-${driver}`, 30_000),
        ),
      );
      const kinds = answers.map((pair) => pair.map(({ kind }) => kind));
      assert.equal(kinds.flat().filter((kind) => kind === "granted").length, 2);
      assert.equal(kinds.flat().filter((kind) => kind === "in-flight").length, 14);
    },
  },
  {
    title: "a correction takes up what is settled, and nothing that a driver holds",
    run: async ({ ledger }) => {
      const correct = async (holder: string) => {
        const [answer] = await claimPlaces(ledger, [claimRequest(0)], holder, 30_000, { corrections: true });
        return answer;
      };
      await ledger.purchase(granted(await claim(ledger, "driver-1")).claim, bought());
      assertMatches(await claim(ledger, "driver-2"), { kind: "settled" });
      const held = granted(await correct("driver-2")).claim;
      assertMatches(await correct("driver-3"), { kind: "in-flight", holder: "driver-2" });
      const gone = bought({ standing: "ended", state: "Exchanged" });
      assertMatches(await ledger.observe(held, gone), { state: "purchased", commitment: gone, holder: undefined });
      assertMatches(await claim(ledger, "driver-3"), { kind: "settled", record: { commitment: gone } });
    },
  },
  {
    title: "a claim of some states leaves what is in another one as it is",
    run: async ({ ledger }) => {
      const claimOf = async (recIndex: number, states: readonly TokenState[]) => {
        const [answer] = await claimPlaces(ledger, [claimRequest(recIndex)], "driver-2", 30_000, { states });
        return answer;
      };
      await ledger.reject(granted(await claim(ledger, "driver-1")).claim, reason);
      const before = await ledger.recordsOf("execution-1");
      assertMatches(await claimOf(0, ["purchased", "claimed"]), { kind: "other-state", record: { state: "rejected" } });
      assertSame(await ledger.recordsOf("execution-1"), before);
      assertMatches(await claimOf(0, ["rejected"]), { kind: "granted" });
      assertMatches(await claimOf(0, ["purchased"]), { kind: "in-flight", holder: "driver-2" });
    },
  },
  {
    title: "unfinished is what nobody holds and work is left on, longest untouched first",
    run: async ({ ledger, at }) => {
      const found = async (olderThan: number, refused: boolean, limit = 9) =>
        (await ledger.unfinished({ olderThan, limit, refused, parked: false })).map(({ recIndex }) => recIndex);
      await recordPlaces(ledger, 5);
      const sent = granted(await claim(ledger, "driver-1", 0)).claim;
      await ledger.submit(sent, planned());
      await ledger.unknown(sent, reason);
      at(2000);
      await ledger.refuse(granted(await claim(ledger, "driver-1", 1)).claim, reason);
      await ledger.purchase(granted(await claim(ledger, "driver-1", 2)).claim, bought({ id: "order-2" }));
      at(3000);
      const pending = bought({ id: "order-3", settled: false });
      await ledger.purchase(granted(await claim(ledger, "driver-1", 3)).claim, pending);
      await claim(ledger, "driver-1", 4);
      at(4000);
      assertSame(await found(0, false), [0, 3]);
      assertSame(await found(0, true), [0, 1, 3]);
      assertSame(await found(0, true, 2), [0, 1]);
      assertSame(await found(2000, true), [0, 1]);
      at(40_000);
      assertSame(await found(0, false), [0, 3, 4]);
    },
  },
  {
    title:
      "what is parked waits for a person: skipped unless asked for, granted all the same, and kept until it is resolved",
    run: async ({ ledger, at }) => {
      const found = async (parked: boolean) =>
        (await ledger.unfinished({ olderThan: 0, limit: 9, refused: false, parked })).map(({ recIndex }) => recIndex);
      const records = async () => ledger.recordsOf("execution-1");
      for (const recIndex of [0, 1, 2, 3]) {
        const { claim: held } = granted(await claim(ledger, "driver-1", recIndex));
        await ledger.submit(held, planned());
        at(2000 + recIndex);
        const parked = await ledger.park(held, reason);
        assertMatches(parked, { state: "unknown", parkedAt: 2000 + recIndex, error: reason });
        assert.equal(parked.holder, undefined);
      }
      assertSame([await found(false), await found(true)], [[], [0, 1, 2, 3]]);
      const last = (await ledger.history("token-0")).at(-1);
      assertMatches(last, { event: "park", from: "submitted", to: "unknown", holder: "driver-1" });

      at(9000);
      const looked = granted(await claim(ledger, "driver-2", 0));
      assert.equal(looked.record.parkedAt, 2000);
      await ledger.unknown(looked.claim, reason);
      const again = granted(await claim(ledger, "driver-2", 0));
      assertMatches(await ledger.park(again.claim, reason), { parkedAt: 2000 });
      await claim(ledger, "driver-3", 0);
      at(50_000);
      assertSame([await found(false), await found(true)], [[], [1, 2, 3, 0]]);

      await ledger.purchase(granted(await claim(ledger, "driver-2", 1)).claim, bought());
      const dead = granted(await claim(ledger, "driver-2", 2)).claim;
      assert.equal((await ledger.dead(dead, { failed: false, detail: "" })).parkedAt, undefined);
      await ledger.release([dead]);
      const later = granted(await claim(ledger, "driver-2", 3)).claim;
      await ledger.refuse(later, reason);
      assertSame(
        (await records()).map(({ parkedAt }) => parkedAt),
        [2000, undefined, undefined, 2003],
      );
      assertSame([await found(false), await found(true)], [[2], [0, 2, 3]]);
    },
  },
  {
    title: "records are listed, those worked on last first, by state, by lease and by what is left to do",
    run: async ({ ledger, at }) => {
      const found = async (query: Partial<RecordsQuery> = {}) =>
        (await ledger.records({ limit: 9, ...query })).map(({ recIndex }) => recIndex);
      await ledger.refuse(granted(await claim(ledger, "driver-1", 0)).claim, reason);
      at(2000);
      await ledger.purchase(granted(await claim(ledger, "driver-1", 1)).claim, bought());
      at(3000);
      const pending = bought({ id: "order-2", settled: false });
      await ledger.purchase(granted(await claim(ledger, "driver-1", 2)).claim, pending);
      at(4000);
      await ledger.submit(granted(await claim(ledger, "driver-1", 3)).claim, planned());
      assertSame(await found(), [3, 2, 1, 0]);
      assertSame(await found({ limit: 2 }), [3, 2]);
      assertSame(await found({ states: ["purchased", "refused"] }), [2, 1, 0]);
      assertSame(await found({ states: [] }), []);
      assertSame(await found({ held: true }), [3]);
      assertSame(await found({ held: false }), [2, 1, 0]);
      assertSame(await found({ work: "unfinished" }), [3, 2]);
      assertSame(await found({ work: "unfinished", states: ["purchased"], held: false }), [2]);
      const [first] = await ledger.records({ limit: 1 });
      assertMatches(first, { state: "submitted", holder: "driver-1", submission: planned() });
      at(33_999);
      assertSame(await found({ held: true }), [3]);
      at(34_000);
      assertSame(await found({ held: true }), []);
      await ledger.refuse(granted(await claim(ledger, "driver-2", 0)).claim, reason);
      assertSame(await found({ held: false }), [0, 3, 2, 1]);
      assertSame(await found({ work: "parked" }), []);
      await ledger.park(granted(await claim(ledger, "driver-2", 3)).claim, reason);
      assertSame([await found({ work: "parked" }), await found({ work: "unfinished" })], [[3], [2]]);
    },
  },
  {
    title: "records are read in pages, longest untouched first; or those of some tokens",
    run: async ({ ledger, at }) => {
      const order = [3, 1, 4, 0, 2];
      await recordPlaces(ledger, 5);
      for (const [position, index] of order.entries()) {
        at(2000 + 1000 * Math.floor(position / 2));
        await ledger.purchase(granted(await claim(ledger, "driver-1", index)).claim, pendingOf(index));
      }
      at(9000);
      await claim(ledger, "driver-2", 3);
      const query = { states: ["purchased"], work: "unfinished", limit: 2 } as const;
      const pages: number[][] = [];
      for (let last: TokenRecord | undefined; pages.length < 9;) {
        const page = await ledger.records({ ...query, oldestAfter: last ?? "beginning" });
        pages.push(page.map(({ recIndex }) => recIndex));
        last = page.at(-1);
        if (last === undefined) break;
      }
      // Of one time, by index; what is held, last.
      assertSame(pages, [[1, 0], [4, 2], [3], []]);
      const some = await ledger.records({ ...query, limit: 9, tokens: ["token-4", "token-1", "token-9"] });
      assertSame(
        some.map(({ token }) => token),
        ["token-4", "token-1"],
      );
      assertSame(await ledger.records({ ...query, tokens: [] }), []);
      assertSame(await ledger.records({ limit: 9, tokens: ["token-9"] }), []);
    },
  },
  {
    title: "what is bought in a scope is read in pages: each once, also what changes meanwhile",
    run: async ({ ledger, at }) => {
      await recordPlaces(ledger, 5);
      for (const index of [2, 0, 3, 1]) {
        await ledger.purchase(granted(await claim(ledger, "driver-1", index)).claim, pendingOf(index));
      }
      await ledger.refuse(granted(await claim(ledger, "driver-1", 4)).claim, reason);
      const seen: string[] = [];
      const sizes: number[] = [];
      for (let after: string | undefined; sizes.length < 9;) {
        const page = await ledger.purchasedIn("scope-1", { after, limit: 3 });
        sizes.push(page.length);
        seen.push(...page.map(({ token }) => token));
        after = page.at(-1)?.token;
        if (after === undefined) break;
        at(5000);
        const { claim: held } = granted(await claim(ledger, "driver-2", 2));
        await ledger.observe(held, pendingOf(2));
      }
      assertSame(sizes, [3, 1, 0]);
      assertSame(seen.toSorted(), ["token-0", "token-1", "token-2", "token-3"]);
      assertSame((await ledger.purchasedIn("scope-1")).map(({ token }) => token).toSorted(), seen.toSorted());
      assertSame(await ledger.purchasedIn("scope-2", { after: undefined, limit: 3 }), []);
    },
  },
  {
    title: "records of the same time are listed by execution, then by index",
    run: async ({ ledger }) => {
      const of = (executionId: string, recIndex: number) => ({
        ...claimRequest(recIndex),
        executionId,
        token: `${executionId} ${recIndex}`,
      });
      await claimPlaces(ledger, [of("b", 1), of("c", 0), of("a", 2), of("b", 0), of("a", 1)], "driver-1", 30_000);
      assertSame(
        (await ledger.records({ limit: 9 })).map(({ token }) => token),
        ["a 1", "a 2", "b 0", "b 1", "c 0"],
      );
    },
  },
  {
    title: "what is left is read in pages, each record once",
    run: async (world) => {
      const { ledger, at } = world;
      const of = (executionId: string) =>
        [0, 1, 2].map((recIndex) => {
          return { ...claimRequest(recIndex), executionId, token: `${executionId} ${recIndex}` };
        });
      for (const executionId of ["b", "a", "c"]) {
        if (executionId === "c") at(2000);
        await ledger.recordExecution(newExecution(of(executionId), { executionId }));
      }
      const [last] = await ledger.claim([of("a")[0]!], "driver-1", 30_000);
      await ledger.refuse(granted(last).claim, reason);
      at(3000);
      const query = { olderThan: 500, limit: 2, refused: true, parked: false };
      const pages: string[][] = [];
      for (let after: TokenRecord | undefined; ;) {
        const page = await ledger.unfinished({ ...query, after });
        after = page.at(-1);
        if (after === undefined) break;
        pages.push(page.map(({ token }) => token));
      }
      assertSame(pages, [["a 1", "a 2"], ["b 0", "b 1"], ["b 2", "a 0"], ["c 0", "c 1"], ["c 2"]]);
    },
  },
];
