import assert from "node:assert/strict";
import { assertMatches, assertSame } from "../assertions.ts";
import { termsHash } from "../../contract/terms.ts";
import { claimRequest, newExecution, planned, recordPlaces } from "../ledger-values.ts";
import { claim, granted, type LedgerTest, type LedgerWorld, reason } from "./ledger-world.ts";

/** That somebody asks for another try, as a ledger keeps it. */
export const redriveTests: readonly LedgerTest[] = [
  {
    title:
      "another try that is asked for makes work of what was refused, rejected or parked, until a driver said what it found",
    run: async (world) => {
      const { ledger, at } = world;
      await recordPlaces(ledger, 4);
      await ledger.refuse(granted(await claim(ledger, "driver-1", 0)).claim, reason);
      const second = granted(await claim(ledger, "driver-1", 1)).claim;
      await ledger.submit(second, planned());
      await ledger.reject(second, reason);
      const third = granted(await claim(ledger, "driver-1", 2)).claim;
      await ledger.submit(third, planned({ handle: { id: "other" }, lane: "other" }));
      await ledger.park(third, reason);
      assertSame(await unfinished(world), [3]);
      at(2000);
      const asked = await ledger.askRedrive("execution-1", "ann");
      assertSame(
        asked.records.map(({ redriveAskedAt }) => redriveAskedAt),
        [2000, 2000, 2000, undefined],
      );
      assertSame(await unfinished(world), [0, 1, 2, 3]);
      const line = { event: "redrive", detail: "asked by ann", person: "ann", at: 2000 };
      assertMatches((await ledger.history("token-1")).at(-1), line);
      at(3000);
      await ledger.refuse(granted(await claim(ledger, "driver-2", 0)).claim, reason);
      await ledger.reject(granted(await claim(ledger, "driver-2", 1)).claim, reason);
      await ledger.park(granted(await claim(ledger, "driver-2", 2)).claim, reason);
      assertSame(await unfinished(world), [3]);
    },
  },
  {
    title:
      "another try that is asked for outlives a driver that ends before it says what it found, and asks for nothing twice",
    run: async (world) => {
      const { ledger } = world;
      const first = granted(await claim(ledger, "driver-1")).claim;
      await ledger.submit(first, planned());
      await ledger.park(first, reason);
      await ledger.askRedrive("execution-1", "ann");
      await ledger.askRedrive("execution-1", "bob");
      const history = await ledger.history("token-0");
      assert.equal(history.filter(({ event }) => event === "redrive").length, 1);
      await ledger.release([granted(await claim(ledger, "driver-2")).claim]);
      assertMatches((await unfinished(world))[0], 0);
      await assert.rejects(ledger.askRedrive("unknown", "ann"), { code: "invalid-execution" });
    },
  },
  {
    title:
      "another try that is asked for under a key is asked for once, also after it was done; a key is one person's, for one execution",
    run: async (world) => {
      const { ledger } = world;
      await recordPlaces(ledger, 1);
      const refused = async () => ledger.refuse(granted(await claim(ledger, "driver-1", 0)).claim, reason);
      await refused();
      assert.equal((await ledger.askRedrive("execution-1", "ann", "key")).isReplay, false);
      await refused();
      assert.equal((await ledger.askRedrive("execution-1", "ann", "key")).isReplay, true);
      assertSame([await askedFor(world), await unfinished(world)], [[], []]);
      assert.equal(await ledger.executionOfKey("ann", "key"), undefined);
      await ledger.recordExecution({ ...newExecution([claimRequest(1)]), executionId: "execution-2" });
      await assert.rejects(ledger.askRedrive("execution-2", "ann", "key"), { code: "execution-changed" });
      assert.equal((await ledger.askRedrive("execution-1", "bob", "key")).isReplay, false);
      assertSame(await askedFor(world), [0]);
    },
  },
  {
    title:
      "another try of what was not sent of a stopped execution is not recorded, and reopened it begins nothing that was asked before",
    run: async (world) => {
      const { ledger } = world;
      await recordPlaces(ledger, 3);
      await ledger.refuse(granted(await claim(ledger, "driver-1", 0)).claim, reason);
      const second = granted(await claim(ledger, "driver-1", 1)).claim;
      await ledger.submit(second, planned());
      await ledger.park(second, reason);
      await ledger.askRedrive("execution-1", "ann");
      assertSame(await askedFor(world), [0, 1]);
      await ledger.amend("execution-1", { kind: "cancel", ...word });
      // What was sent is looked after, also once it is stopped.
      assertSame(await askedFor(world), [1]);
      await ledger.askRedrive("execution-1", "ann");
      assertSame(await askedFor(world), [1]);
      await ledger.amend("execution-1", { kind: "reopen", ...word });
      assertSame(await askedFor(world), [1]);
      assertSame(await unfinished(world), [1, 2]);
    },
  },
  {
    title: "another try that is asked of what an execution was refused before it expired is not recorded",
    run: async (world) => {
      const { ledger, at } = world;
      const expiresAt = new Date(5000).toISOString();
      await ledger.recordExecution(newExecution([claimRequest(0)], { expiresAt }));
      await ledger.refuse(granted(await claim(ledger, "driver-1", 0)).claim, reason);
      at(5000);
      const { records } = await ledger.askRedrive("execution-1", "ann");
      assertSame(records, await ledger.recordsOf("execution-1"));
      assertSame([await askedFor(world), await unfinished(world)], [[], []]);
    },
  },
  {
    title: "another try that was asked for hides nothing that is parked, and is forgotten while its execution waits",
    run: async (world) => {
      const { ledger } = world;
      const maxTotals = [{ amount: "100", currency: "GBP" }];
      const asked = newExecution([claimRequest(0)], { approvalRequired: true, maxTotals });
      const recorded = await ledger.recordExecution(asked);
      const terms = termsHash(recorded.execution, recorded.records);
      await ledger.amend("execution-1", { kind: "approve", termsHash: terms, ...word });
      const first = granted(await claim(ledger, "driver-1")).claim;
      await ledger.submit(first, planned());
      await ledger.park(first, reason);
      const parked = async () => (await ledger.records({ work: "parked", limit: 9 })).map(({ recIndex }) => recIndex);
      await ledger.askRedrive("execution-1", "ann");
      assertSame([await parked(), await unfinished(world)], [[0], [0]]);
      // It waits for another approval.
      const raised = [{ amount: "200", currency: "GBP" }];
      await ledger.amend("execution-1", { kind: "limits", maxTotals: raised, ...word });
      assertSame([await parked(), await unfinished(world), await askedFor(world)], [[0], [], []]);
      await assert.rejects(ledger.askRedrive("execution-1", "ann"), { code: "approval-missing" });
      assertSame([await parked(), await unfinished(world)], [[0], []]);
      await ledger.markRestored();
      await assert.rejects(ledger.askRedrive("execution-1", "ann"), { code: "restored-unconfirmed" });
    },
  },
  {
    title: "another try that is asked for outlives a person's decision that leaves a recommendation as it was",
    run: async (world) => {
      const { ledger } = world;
      await recordPlaces(ledger, 2);
      await ledger.refuse(granted(await claim(ledger, "driver-1", 0)).claim, reason);
      const second = granted(await claim(ledger, "driver-1", 1)).claim;
      await ledger.submit(second, planned());
      await ledger.park(second, reason);
      const held = await ledger.claim([claimRequest(0), claimRequest(1)], "ann", 30_000, { asIs: true });
      // While a person looks, another one asks.
      await ledger.askRedrive("execution-1", "bob");
      for (const answer of held) await ledger.decide(granted(answer).claim, { kind: "not-this", id: "other", ...word });
      assertSame(await askedFor(world), [0, 1]);
      assertSame(await unfinished(world), [0, 1]);
      const [again] = await ledger.claim([claimRequest(1)], "ann", 30_000, { asIs: true });
      await ledger.decide(granted(again).claim, { kind: "written-off", ...word });
      assertSame(await askedFor(world), [0]);
    },
  },
];

const word = { person: "ann", reason: "because" } as const;

/** The places for which another try is asked. */
async function askedFor({ ledger }: LedgerWorld): Promise<readonly number[]> {
  const records = await ledger.recordsOf("execution-1");
  return records.filter(({ redriveAskedAt }) => redriveAskedAt !== undefined).map(({ recIndex }) => recIndex);
}

/** The places of the execution that a timer takes up. */
async function unfinished({ ledger }: LedgerWorld): Promise<readonly number[]> {
  const found = await ledger.unfinished({ olderThan: 0, limit: 10, refused: false, parked: false });
  return found.map(({ recIndex }) => recIndex).toSorted((a, b) => a - b);
}
