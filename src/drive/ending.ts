import type { Commitment } from "../contract/commitment.ts";
import type { BuyonceError } from "../contract/errors.ts";
import type { Submission } from "../contract/executor.ts";

/** What turned out to be bought, and how it came about. */
export interface Bought {
  readonly commitment: Commitment;
  /** What it was bought with, where the ledger knows. */
  readonly submission?: Submission | undefined;
  readonly status: "purchased" | "already-purchased";
  /** It came from elsewhere, and what became of the open submission is not known. */
  readonly passedBy?: boolean;
  /** It only fits, and nothing is open for it: the lane in which nothing else may be open either. */
  readonly guessedIn?: string | undefined;
  /** Attempts of earlier submissions that may have bought: these bought this one, or nothing. */
  readonly proves?: readonly number[] | undefined;
  /** What a person should know all the same. */
  readonly warnings?: readonly string[];
}

/** What driving a recommendation ended with, before it is recorded: `record.ts` writes each to the ledger. */
export type Ending =
  | ({ readonly kind: "bought" } & Bought)
  /** Bought for it, and over: never bought again by itself. */
  | ({ readonly kind: "over"; readonly submission?: Submission | undefined } & Pick<Bought, "commitment" | "proves">)
  /** The provider took the purchase and said at once that it came to nothing. */
  | { readonly kind: "came-to-nothing"; readonly commitment: Commitment; readonly error: BuyonceError }
  /** Written ahead, and not sent. */
  | { readonly kind: "not-sent"; readonly error: unknown }
  /** A guard stopped it, and nothing was sent. */
  | { readonly kind: "refused"; readonly error: unknown }
  /** The provider answered definitely no; `unseen`: nobody could look whether it is so, and a later drive does. */
  | { readonly kind: "rejected"; readonly error: BuyonceError; readonly unseen?: boolean }
  /** It was sent, and nobody can say yet whether it was bought. */
  | ({ readonly kind: "unresolved" } & Unresolved)
  /** Bought as the ledger has it; nothing is written. */
  | { readonly kind: "unchanged"; readonly commitment: Commitment; readonly warnings: readonly string[] }
  /** Another driver has taken it over; nothing is written. */
  | { readonly kind: "lost"; readonly error: unknown };

/** What is known of an outcome that nobody can say. */
export interface Unresolved {
  readonly error: unknown;
  /** What was sent; default: the submission of the record. */
  readonly submission?: Submission | undefined;
  /** The provider's own words in its answer to the send. */
  readonly said?: string | undefined;
  /** Ids in the answer that could not be recorded yet. */
  readonly evidence?: readonly string[] | undefined;
}
