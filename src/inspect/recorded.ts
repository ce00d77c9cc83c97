import { unseenRejection } from "../contract/at-risk.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";

/** What it cost, or at what price it was sent. */
export function recordedPrice(record: TokenRecord): Money | undefined {
  const { commitment, submission = unseenRejection(record) } = record;
  return commitment?.price ?? submission?.price;
}
