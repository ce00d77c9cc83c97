import type { Commitment } from "./commitment.ts";
import type { Money } from "./money.ts";

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

/** What giving a commitment back would return, as its provider calculates it. Nothing is given back by asking. */
export interface Refund {
  /** What would be paid back today; undefined where the provider would not take it back. */
  readonly amount?: Money | undefined;
  /** The last day on which it can be given back (`2027-11-22`), where one is known. */
  readonly lastDay?: string | undefined;
  /** What the provider takes back at most, and how much of that is used up. */
  readonly limit?: { readonly most: Money; readonly used?: Money | undefined } | undefined;
  /** Why the provider would not take it back, in its own words. */
  readonly problems: readonly string[];
  /** The provider's rules in a sentence or two, for a person. */
  readonly rules: string;
}

/** As many characters of a token as every marker holds. */
const comparable = 32;

/** What of a token, or of its beginning, is compared: equal for a token and for what a marker holds of it. */
export function tokenKey(token: string): string {
  return token.slice(0, comparable).toLowerCase();
}
