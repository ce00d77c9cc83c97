import type { TokenRecord } from "./ledger.ts";
import { unseenRejection } from "./may-be-bought.ts";
import type { Money } from "./money.ts";

/** A price, or `unknown` where one counts that nobody knows. */
export type CountedPrice = Money | "unknown";

/**
 * What a record counts towards the totals of its execution: what was sent counts from its write-ahead until it is proven dead,
 * what is bought with its price, or where the provider shows none with the most that it was allowed to cost. Undefined for what
 * is not sent. A store may index by this.
 */
export function countedPrice(record: TokenRecord): CountedPrice | undefined {
  const { state, submission, commitment, recommendation } = record;
  switch (state) {
    case "submitted":
    case "unknown":
    case "written-off":
      return submission?.price ?? "unknown";
    case "purchased":
      return commitment?.price ?? submission?.price ?? recommendation.maxPrice ?? "unknown";
    case "rejected":
      return unseenRejection(record)?.price;
    case "planned":
    case "claimed":
    case "refused":
    case "skipped":
      return undefined;
  }
}
