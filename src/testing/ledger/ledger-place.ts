import { assertSame } from "../assertions.ts";
import { planned } from "../ledger-values.ts";
import { claim, granted, type LedgerTest } from "./ledger-world.ts";

/** What a ledger knows of itself: whether it is in its place, and whether it was restored from a backup. */
export const placeTests: readonly LedgerTest[] = [
  {
    title: "a ledger that is where it was opened may be sent from, as often as it is asked",
    run: async ({ ledger }) => {
      await ledger.checkPlace();
      await ledger.submit(granted(await claim(ledger, "driver-1")).claim, planned());
      await ledger.checkPlace();
    },
  },
  {
    title: "a ledger says when it was last restored, and nothing else changes",
    run: async ({ ledger, at }) => {
      await claim(ledger, "driver-1");
      const [records, history] = [await ledger.recordsOf("execution-1"), await ledger.history("token-0")];
      assertSame(await ledger.restoredAt(), undefined);
      at(2000);
      await ledger.markRestored();
      assertSame(await ledger.restoredAt(), 2000);
      at(3000);
      assertSame(await ledger.restoredAt(), 2000);
      await ledger.markRestored();
      assertSame(await ledger.restoredAt(), 3000);
      assertSame([await ledger.recordsOf("execution-1"), await ledger.history("token-0")], [records, history]);
    },
  },
];
