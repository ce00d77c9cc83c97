import assert from "node:assert/strict";
import { assertMatches, assertSame } from "../assertions.ts";
import { planned, recordPlaces } from "../ledger-values.ts";
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
      assertMatches((await ledger.history("token-1")).at(-1), { event: "redrive", detail: "asked by ann", at: 2000 });
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
];

/** The places of the execution that a timer takes up. */
async function unfinished({ ledger }: LedgerWorld): Promise<readonly number[]> {
  const found = await ledger.unfinished({ olderThan: 0, limit: 10, refused: false, parked: false });
  return found.map(({ recIndex }) => recIndex).toSorted((a, b) => a - b);
}
