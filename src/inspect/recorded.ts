import type { TokenRecord } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";

/** What it cost, or at what price it was sent. */
export function recordedPrice({ commitment, submission }: TokenRecord): Money | undefined {
  return commitment?.price ?? submission?.price;
}

/** Written ahead or sent, and not known to be bought or not; also where nobody finds out any more. */
export function mayBeBought({ state }: TokenRecord): boolean {
  return state === "submitted" || state === "unknown" || state === "written-off";
}
