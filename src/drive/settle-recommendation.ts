import { PurchaseRejectedError, LedgerError } from "../spec/errors.ts";
import type { TokenRecord } from "../spec/ledger.ts";
import type { Outcome } from "../spec/report.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { lookAtPurchase } from "./look-at-purchase.ts";
import { errorOutcome, rejected } from "./outcome.ts";

/**
 * Looks after one purchase without ever buying: notes its state, stamps a missing marker, and where it came to nothing,
 * records that, so that the next drive may buy it anew.
 */
export async function settleRecommendation(drive: DriveContext, task: Task): Promise<Outcome> {
  if (task.record.state !== "purchased") return errorOutcome(task.record, "in-progress", takenUp());
  const seen = await lookAtPurchase(drive, task);
  if (seen.kind === "done") return seen.outcome;
  const { id, state } = seen.commitment;
  const error = new PurchaseRejectedError({
    providerCode: state,
    message: `It was bought as ${id}, and came to nothing: the provider ended it as ${state}, so nothing is bought. Look up why at the provider, then drive again: it is bought anew.`,
  });
  return rejected(drive, { ...task, record: seen.record }, error);
}

/** Bought, and something is left to wait for: its final state, or its marker. */
export function isPending({ state, commitment }: TokenRecord): boolean {
  return state === "purchased" && !(commitment?.settled === true && commitment.marked);
}

/** Between the look at the ledger and the claim, another driver found that it came to nothing. */
function takenUp(): LedgerError {
  return new LedgerError({
    code: "claim-lost",
    message:
      "Another driver took it up meanwhile, and it is no longer recorded as bought. Drive again to see the result.",
    retryable: true,
  });
}
