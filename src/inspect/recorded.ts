import { unprovenOf } from "../contract/at-risk.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";

/** What it cost, or at what price it was sent. */
export function recordedPrice(record: TokenRecord): Money | undefined {
  const { commitment, submission = unprovenOf(record).at(-1) } = record;
  return commitment?.price ?? submission?.price;
}
