import { BuyonceError } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Outcome } from "../contract/report.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import type { Work } from "./drive-execution.ts";
import { recheckPurchase } from "./recheck-purchase.ts";
import { recordEnding } from "./record.ts";

/**
 * Looks after one purchase without ever buying: notes its state, stamps a missing marker, and where it came to nothing,
 * records that, so that the next drive may buy it anew.
 */
async function watchRecommendation(drive: DriveContext, task: Task): Promise<Outcome> {
  const seen = await recheckPurchase(drive, task);
  if (seen.kind !== "failed") return recordEnding(drive, task, seen);
  const { id, state } = seen.commitment;
  const error = new BuyonceError({
    code: "purchase-rejected",
    providerCode: state,
    message: `It was bought as ${id}, and came to nothing: the provider ended it as ${state}, so nothing is bought. Look up why at the provider, then drive again: it is bought anew.`,
  });
  return recordEnding(drive, { ...task, record: seen.record }, { kind: "rejected", error });
}

/** Leaves alone what another driver meanwhile found not to be bought. */
export const watchWork: Work = { run: watchRecommendation, states: ["purchased"] };

/** Bought, and something is left to wait for: its final state, or its marker. */
export function isPending({ state, commitment }: TokenRecord): boolean {
  return state === "purchased" && !(commitment?.settled === true && commitment.marked);
}
