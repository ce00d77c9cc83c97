import type { z } from "zod";
import type { Commitment } from "./commitment.ts";
import type { CallOptions, Difference, Marker, Quote, Recovery, Scope, Submission } from "./executor.ts";
import type { Refund } from "./inventory.ts";
import type { Attributes, ListedCommitment } from "./listed-commitment.ts";
import type { Recommendation } from "./recommendation.ts";

// The shape that executors had. It goes with the last one that has it; `drive/bridge.ts` makes the new one of it.

type OldRecovery =
  Recovery | (Omit<Extract<Recovery, { readonly kind: "resend" }>, "handle"> & { readonly handle?: undefined });

/** What one complete listing of a scope showed. */
export interface OldListing {
  /** Every commitment that carries one of the tokens asked for, by token, whatever its state. */
  readonly byToken: ReadonlyMap<string, readonly Commitment[]>;
  /** Those of the ids asked for that are in the listing. */
  readonly byId: ReadonlyMap<string, Commitment>;
  /**
   * Whether a commitment that carries a token and has ended was bought for it all the same, so that nothing more is bought
   * by itself. Left out, it does not stand in the way (Azure).
   */
  readonly endedCounts?: boolean | undefined;
}

/** What became of a submission's handle. */
export type OldResolution =
  /**
   * The commitment bought under it, whatever its standing. `guess` says that it carries neither the handle nor the token
   * and only fits (a baseline): it counts only if it is live, and only from the executor's minimum age on.
   */
  | { readonly kind: "found"; readonly commitment: Commitment; readonly by?: "guess" | undefined }
  /** The provider answered that there is none. One such answer proves nothing. */
  | { readonly kind: "absent"; readonly reason: string }
  /** No answer, or one that can be read in several ways; `candidates` are the ids that may be it and that only fit. */
  | { readonly kind: "unclear"; readonly reason: string; readonly candidates?: readonly string[] | undefined };

/**
 * One service of one provider: a plain object behind a factory, injected with its clients and limits.
 * Only the drive calls it. Adding a service is one small file that maps a recommendation to requests.
 *
 * Reads may retry by themselves, with limits. Except where stated, members throw a RefusedError with a code, or any
 * other error, which is then reported with the code of the step that it happened in.
 */
export interface OldServiceExecutor<R extends Recommendation = Recommendation> {
  readonly provider: string;
  readonly service: string;
  /** What its recommendation looks like: strict, no default for what decides money. */
  readonly schema: z.ZodType<R>;
  /** What may be done after an unknown outcome. */
  readonly recovery: OldRecovery;
  /** The longest that one `doPurchase` may take, in milliseconds: it gives up by itself then, with an unknown outcome. */
  readonly sendTimeout: number;

  /** In a few words, for tables and prompts: `2 × m5.large Linux/UNIX, us-east-1, P1Y, no-upfront`. */
  describe(recommendation: R): string;

  /**
   * The recommendation with one spelling for what the provider takes for the same: letter case, a region's display name, a
   * default that is written out. Fingerprints are made from it, so that another spelling is no other purchase; requests
   * and records keep what was written. Left out: every spelling is a purchase of its own.
   */
  canonical?(recommendation: R): R;

  /** Which listing can see what is bought for it. Reads nothing but the fields that say where: account, region, tenant. */
  scopeOf(recommendation: R): Scope;

  /**
   * Where the provider has no handle, purchases that cannot be told apart afterwards share a lane, and the ledger
   * admits only one open submission per lane. Left out where the handle identifies the purchase.
   */
  laneOf?(recommendation: R): string;

  /**
   * One complete listing of the scope. Throws when it cannot vouch for completeness: a page missing, the expected array
   * absent, a foreign or repeated next link, the page limit reached.
   */
  findByTokens(
    scope: Scope,
    wanted: { readonly tokens: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
    options: CallOptions,
  ): Promise<OldListing>;

  /** One commitment by id; undefined only when the provider clearly says that there is none. */
  read(scope: Scope, id: string, options: CallOptions): Promise<Commitment | undefined>;

  /** What differs between a commitment found by its marker and what was asked for; throws when that cannot be told. */
  verify(recommendation: R, commitment: Commitment, options: CallOptions): Promise<readonly Difference[]>;

  /** Price and handle. May be retried: moves no money. */
  quote(recommendation: R, marker: Marker, options: CallOptions): Promise<Quote>;

  /**
   * Sends the purchase once: no retry, redirect or hidden resend. Called by the drive only, after the submission is in
   * the ledger. Throws a PurchaseRejectedError where it is definitely not bought by this send; anything else that is
   * thrown counts as an unknown outcome. `sentBefore` says that this handle may have been sent before.
   */
  doPurchase(submission: Submission, context: { readonly sentBefore: boolean }): Promise<Commitment>;

  /**
   * What became of a submission. `owned` are the ids in its scope that the ledger knows to belong to other tokens. The
   * submission's `evidence` is read as well: one that carries the token is `found`; while one is live, carries no other
   * token and is not proven to be somebody else's, or cannot be read, nothing is `absent`. An error that is thrown counts as `unclear`.
   */
  resolve(
    submission: Submission,
    options: CallOptions & { readonly owned: ReadonlySet<string> },
  ): Promise<OldResolution>;

  /**
   * Only where the marker comes after the purchase: stamps it, and returns the commitment as it then is, its final ids
   * included. Throws when the marker is not known to be there; a later drive tries again.
   */
  mark?(
    commitment: Commitment,
    submission: Submission | undefined,
    marker: Marker,
    options: CallOptions & { readonly scope: Scope; readonly owned: ReadonlySet<string> },
  ): Promise<Commitment>;

  /**
   * For audits: every commitment of the scope, whoever bought it and whatever its state. One complete listing, which
   * throws as {@link OldServiceExecutor.findByTokens} does. Left out, the service cannot be looked at.
   */
  list?(scope: Scope, options: CallOptions): Promise<readonly ListedCommitment[]>;

  /** Only where `list` cannot say all that decides what a commitment is: the rest, for one of them. */
  details?(scope: Scope, id: string, options: CallOptions): Promise<Attributes>;

  /** Only where the provider calculates it: what giving a commitment back would return. Gives nothing back. */
  refund?(scope: Scope, id: string, options: CallOptions): Promise<Refund>;
}
