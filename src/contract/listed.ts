import type { Commitment } from "./commitment.ts";
import type { TokenMark } from "./token.ts";

/**
 * What a purchase is, by field: quantity, term, SKU and all else that decides what was bought. Canonical, so that equal things
 * are equal texts, on the side of what was asked for and on the side of what is found; `undefined`: the provider did not say.
 */
export type Facts = Readonly<Record<string, string | undefined>>;

/** One purchase as the provider shows it, whoever made it: ids that one purchase was split over are one of these. */
export interface Listed {
  readonly commitment: Commitment;
  /** The tokens that it carries, whole or in part; several only where somebody tampered with them. */
  readonly marks: readonly TokenMark[];
  readonly facts: Facts;
  /**
   * Only where it carries no token: why it may have been bought for one all the same, as the end of a sentence: `is tagged Tool =
   * CUDly`. While the ledger does not know it, nothing that it fits is bought beside it: a person says what it is.
   */
  readonly resembles?: string | undefined;
  /** Only where it carries no token, and the provider merges and splits purchases: fields of `facts` in which it may differ from what was bought. */
  readonly mayDiffer?: readonly string[] | undefined;
}
