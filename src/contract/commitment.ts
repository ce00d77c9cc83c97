import type { Money } from "./money.ts";
import type { Payments } from "./payments.ts";

/**
 * What a commitment's state means for buying:
 * - `live`: bought, or on the way to it. A state that nobody knows is live.
 * - `failed`: final, and it came to nothing (`Failed`, `BillingFailed`, `payment-failed`).
 * - `ended`: was bought and is over (`Cancelled`, `Expired`). It does not suppress a purchase unless the ledger knows it.
 * - `unclear`: it cannot be told whether it was paid (`retired` on EC2). A person has to look.
 */
export type Standing = "live" | "failed" | "ended" | "unclear";

/** What was bought: an Azure reservation order, an AWS Reserved Instance. */
export interface Commitment {
  /** The provider's id. */
  readonly id: string;
  /** Further ids of the same purchase: an EC2 purchase that crosses a discount tier becomes several. */
  readonly furtherIds?: readonly string[] | undefined;
  /** The provider's own word for its state. */
  readonly state: string;
  readonly standing: Standing;
  /** The state is final: nothing is left to wait for. */
  readonly settled: boolean;
  /**
   * On its way, and the provider may still drop it without a trace (a commitment of GCP in `CREATING`). Counts as bought,
   * is never settled, and is not expected in listings; gone by its id after the executor's minimum age, it was not bought.
   */
  readonly tentative?: boolean | undefined;
  /**
   * The token is stamped on it at the provider. Where the marker comes after the purchase, a later drive repairs a missing one.
   * `"waived"`: it is not shown to be there, and nothing waits for it: no document says that such a commitment can carry one,
   * or it is over.
   */
  readonly marked: boolean | "waived";
  /** Price of the whole commitment over its term, where known. */
  readonly price?: Money | undefined;
  /** How that price is paid, where known; records of earlier versions do not say it. */
  readonly payments?: Payments | undefined;
  /** When the provider says that it was bought (ISO 8601), where known. */
  readonly purchasedAt?: string | undefined;
}

/** All ids of a commitment, its own first. */
export function idsOf({ id, furtherIds = [] }: Pick<Commitment, "id" | "furtherIds">): readonly string[] {
  return [id, ...furtherIds];
}
