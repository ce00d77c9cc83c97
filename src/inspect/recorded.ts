import { unprovenOf } from "../contract/at-risk.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";
import { type Priced, pricedAs } from "../contract/payments.ts";

/** What it cost, or at what price it was sent; and how that is paid, where known. */
export function recordedPriced(record: TokenRecord): Priced {
  const { commitment, submission = unprovenOf(record).at(-1) } = record;
  return pricedAs(commitment, submission);
}

/** The price of {@link recordedPriced}. */
export function recordedPrice(record: TokenRecord): Money | undefined {
  return recordedPriced(record).price;
}
