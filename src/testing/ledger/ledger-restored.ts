import { assertSame } from "../assertions.ts";
import { claim, type LedgerTest } from "./ledger-world.ts";

/** What a ledger keeps of being restored from a backup. */
export const restoredTests: readonly LedgerTest[] = [
  {
    title: "a ledger says when it was last restored, and nothing else changes",
    run: async ({ ledger, at }) => {
      await claim(ledger, "driver-1");
      const [records, history] = [await ledger.execution("execution-1"), await ledger.history("token-0")];
      assertSame(await ledger.restoredAt(), undefined);
      at(2000);
      await ledger.markRestored();
      assertSame(await ledger.restoredAt(), 2000);
      at(3000);
      assertSame(await ledger.restoredAt(), 2000);
      await ledger.markRestored();
      assertSame(await ledger.restoredAt(), 3000);
      assertSame([await ledger.execution("execution-1"), await ledger.history("token-0")], [records, history]);
    },
  },
];
