import type { Commitment } from "./commitment.ts";

/** What a commitment is, in the provider's words, by field; what the provider did not say is left out. */
export type Attributes = Readonly<Record<string, string>>;

/** A commitment as a listing of its whole scope shows it, whoever bought it. */
export interface ListedCommitment {
  /** `marked` says whether it carries any token at all. */
  readonly commitment: Commitment;
  /**
   * The token that it carries; where the marker holds no more, the beginning of it, at least 32 characters, or its digest
   * ({@link tokenDigest}).
   */
  readonly token?: string | undefined;
  /** All that decides what was bought, but for the count: two that are equal in it are of one kind. */
  readonly attributes: Attributes;
  /** How many, where the service counts what it sells. */
  readonly count?: number | undefined;
}
