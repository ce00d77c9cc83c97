import { assertMatches, assertRefused } from "../assertions.ts";
import { bought } from "../ledger-values.ts";
import { at, record } from "./ledger-executions.ts";
import { type LedgerTest, reason } from "./ledger-world.ts";

/** What was sent, is no longer open, and may be bought. */
export const atRiskTests: readonly LedgerTest[] = [
  {
    title:
      "what was refused unseen counts until a look shows nothing, also once a guard refused it; with a later price, both",
    run: async ({ ledger }) => {
      const { claim } = await record(ledger, { maxTotals: [{ amount: "25", currency: "GBP" }] });
      const first = await claim(0);
      await ledger.submit(first, at(0));
      await ledger.reject(first, reason, { unseen: true });
      const held = await claim(0);
      await ledger.refuse(held, reason);
      await ledger.submit(await claim(1), at(1));
      const third = await claim(2);
      await assertRefused(ledger.submit(third, at(2)), { code: "total-above-limit" });
      const again = await claim(0);
      // Under another handle the two may both be bought.
      await assertRefused(ledger.submit(again, { ...at(0), handle: { id: "another" } }), { code: "total-above-limit" });
      const { former } = await ledger.proven(again, [1], "a look shows nothing");
      assertMatches(former?.[0], { attempt: 1, unproven: false });
      await ledger.submit(third, at(2, "5"));
    },
  },
  {
    title: "what was passed by counts beside what is bought, until a look shows nothing of it",
    run: async ({ ledger }) => {
      const { claim } = await record(ledger, { maxTotals: [{ amount: "29", currency: "GBP" }] });
      const held = await claim(0);
      await ledger.submit(held, at(0));
      await ledger.unknown(held, reason);
      const next = await claim(0);
      await ledger.purchase(next, bought({ price: { amount: "10", currency: "GBP" }, marked: false }), {
        passedBy: true,
        unproven: true,
      });
      const other = await claim(1);
      await assertRefused(ledger.submit(other, at(1)), { code: "total-above-limit" });
      await ledger.proven(next, [1], "a look shows nothing");
      await ledger.submit(other, at(1));
    },
  },
];
