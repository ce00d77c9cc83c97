import type { Commitment } from "./commitment.ts";
import type { CallOptions, Scope } from "./executor.ts";
import type { Facts, Listed } from "./listed.ts";
import type { Money } from "./money.ts";

/** What can be seen of what was bought in a scope. Looking buys nothing. */
export interface Inventory {
  /**
   * Every purchase of the scope, whoever made it and whatever its state, page by page. It ends normally only if the listing is
   * complete and can be believed, and throws otherwise: a page missing, the expected array absent, a foreign or repeated next
   * link, the page limit reached. An id may come again: the reader counts ids, and the livelier of two counts.
   *
   * `isComplete` is asked where the provider's pages may move under the reader, so that one reading cannot vouch for all:
   * while it says false, the listing is read again.
   */
  list(scope: Scope, options: CallOptions & { readonly isComplete: () => boolean }): AsyncIterable<readonly Listed[]>;

  /** One purchase by id; undefined only when the provider clearly says that there is none. */
  read(scope: Scope, id: string, options: CallOptions): Promise<Listed | undefined>;

  /**
   * Only where listing and `read` leave out what decides: the facts that they lack. Asked for matches only. `stated`: what
   * they say, which need not be asked for again.
   */
  facts?(
    scope: Scope,
    found: Commitment,
    options: CallOptions & { readonly stated?: Facts | undefined },
  ): Promise<Facts>;

  /**
   * Only where a listing does not show what is stamped: the same with its marks. Asked for one at a time, of what is live, fits and
   * is not in the ledger.
   */
  readMarks?(scope: Scope, listed: Listed, options: CallOptions): Promise<Listed>;

  /** Only where the provider calculates it: what giving a commitment back would return. Gives nothing back. */
  refund?(scope: Scope, id: string, options: CallOptions): Promise<Refund>;

  /**
   * Whether one that carries a token and has ended was bought for it all the same, so that nothing more is bought by itself.
   * Left out, it does not stand in the way (Azure, whose Cancelled and Expired orders are filtered out).
   */
  readonly endedCounts?: boolean;
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
