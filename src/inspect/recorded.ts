import type { TokenRecord } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";
import { saidBought } from "../contract/said-bought.ts";

/** What it cost, or at what price it was sent. */
export function recordedPrice({ commitment, submission }: TokenRecord): Money | undefined {
  return commitment?.price ?? submission?.price;
}

/** Written ahead or sent, also by another engine, and not known to be bought or not; also where nobody finds out any more. */
export function mayBeBought(record: TokenRecord): boolean {
  const { state } = record;
  return state === "submitted" || state === "unknown" || state === "written-off" || saidBought(record) !== undefined;
}
