import type { TokenRecord } from "./ledger.ts";
import { unseenRejection } from "./at-risk.ts";
import type { Money } from "./money.ts";
import { saidBought } from "./said-bought.ts";

/** A price, or `unknown` where one counts that nobody knows. */
export type CountedPrice = Money | "unknown";

/**
 * What a record counts towards the totals of its execution: what was sent counts from its write-ahead until it is proven dead,
 * what is bought with its price, or where the provider shows none with the most that it was allowed to cost; so does what another
 * engine says that it bought. Undefined for what is not sent. A store may index by this.
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
    case "planned":
    case "claimed":
    case "refused":
    case "rejected":
      if (saidBought(record) !== undefined) return recommendation.maxPrice ?? "unknown";
      return unseenRejection(record)?.price;
    case "skipped":
      return undefined;
  }
}
