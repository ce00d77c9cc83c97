import type { Labels } from "./labels.ts";
import type { ClockReading, Moment } from "./clock-reading.ts";
import type { Commitment } from "./commitment.ts";
import type { DecisionDetails, OtherDecision, PersonDecision, RecordedDecision } from "./decision.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import type { Scope, Submission } from "./executor.ts";
import type { AnyRecommendation } from "./recommendation.ts";
import type { AlikeQuery } from "./twin.ts";
import type { WebhookLedger } from "./webhook-ledger.ts";

/**
 * Where the driving of one token stands:
 * - `planned`: recorded with its execution; nobody has tried it.
 * - `claimed`: a driver works on it, or died before anything was sent.
 * - `submitted`: a purchase is about to be sent, or was sent, and its driver has not said what became of it.
 * - `unknown`: sent, and nobody can say yet whether it was bought.
 * - `purchased`: bought. Written once; only a proof that it came to nothing opens a new generation.
 * - `rejected`, `refused`: not bought; tried again from the start by the next drive.
 * - `skipped`: a person dropped it before anything was sent for it. Never bought.
 * - `written-off`: sent, and by a person's decision nobody finds out any more whether it was bought. It may be, so it is never
 *   bought again; only a person can still say that it was bought.
 */
export type TokenState =
  "planned" | "claimed" | "submitted" | "unknown" | "purchased" | "rejected" | "refused" | "skipped" | "written-off";

/** All that the ledger knows about one token. One record per (execution, recIndex); it has no expiry date. */
export interface TokenRecord {
  readonly token: string;
  readonly executionId: string;
  readonly recIndex: number;
  readonly source: string;
  readonly recommendation: AnyRecommendation;
  readonly fingerprint: string;
  readonly scope: Scope;
  readonly state: TokenState;
  /** Grows with each proof that a purchase came to nothing; starts at 0. */
  readonly generation: number;
  /** How many different handles were written ahead so far. */
  readonly attempt: number;
  /** Grows with each new holder. A write under an older epoch changes nothing. */
  readonly epoch: number;
  /** The driver that may work on it, until when (ledger time, milliseconds since 1970), and the length of its lease. */
  readonly holder?: string | undefined;
  readonly leaseUntil?: number | undefined;
  readonly leaseLength?: number | undefined;
  /** The last submission. */
  readonly submission?: Submission | undefined;
  /**
   * Earlier submissions, oldest first, of which none was seen to have bought anything: proven dead, refused while nobody
   * could look at them, or passed by when a commitment from elsewhere was adopted. What one of them bought may still show: before anything is sent they are asked
   * about again, and afterwards a further live commitment of theirs is named.
   */
  readonly former?: readonly Submission[] | undefined;
  /** What was bought, in the state last seen. */
  readonly commitment?: Commitment | undefined;
  /** Ledger time at which the purchase was recorded. */
  readonly purchasedAt?: number | undefined;
  /** The clocks of the driver that recorded it. */
  readonly purchasedClock?: ClockReading | undefined;
  /**
   * When a driver looked at what was sent and bought, and found that by one of the clocks it had not happened yet: from then on
   * its age is counted anew. Later than everything that was sent or bought.
   */
  readonly countedFrom?: Moment | undefined;
  /** What `countedFrom` was before the handle was last sent again: it holds again where that was refused. */
  readonly countedBefore?: Moment | undefined;
  /** Since when (ledger time) its unknown outcome waits for a person; undefined once anything resolves it. */
  readonly parkedAt?: number | undefined;
  /**
   * Since when (ledger time) somebody asks for another try of what was refused, rejected or parked; undefined once a driver recorded
   * what it found since.
   */
  readonly redriveAskedAt?: number | undefined;
  /** What a person decided last; undefined again once something is sent after it, or a drive finds out more. */
  readonly decision?: RecordedDecision | undefined;
  /**
   * Ids that a person said are not this purchase: they count no more for the token, unless one carries the token and is live.
   */
  readonly notThis?: readonly string[] | undefined;
  /** The id under which another engine, from which it was imported, says that it bought it; see `saidBought`. */
  readonly boughtElsewhere?: string | undefined;
  /** The note of its file, kept beside the recommendation; that of its first recording stays. */
  readonly note?: string | undefined;
  /** The labels of its file, kept as the note is. */
  readonly labels?: Labels | undefined;
  /** Why it was last refused, rejected or left unknown; for what is bought: how it was over when it was first seen. */
  readonly error?: RecordedError | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Why something is not bought, or not known to be, as it is recorded. */
export interface RecordedError {
  readonly code: string;
  readonly message: string;
  /** The provider's own code, where there is one. */
  readonly providerCode?: string | undefined;
  /** For an unknown outcome: the provider's own words in its answer to the send. */
  readonly said?: string | undefined;
}

/** One line of a token's history, appended in the transaction that made the change. */
export interface HistoryEntry {
  readonly token: string;
  /** Ledger time, milliseconds since 1970. */
  readonly at: number;
  /** What happened: `claim`, `skip`, `submit`, `resend`, `purchase`, `reject`, `refuse`, `wait`, `unknown`, `evidence`, `park`, `dead`, `observe`, `reopen`, `decide`, `clock`, `proven`, `redrive`. */
  readonly event: string;
  readonly from: TokenState | undefined;
  readonly to: TokenState;
  readonly holder: string | undefined;
  readonly epoch: number;
  readonly attempt: number;
  /** For a person: the id, the provider's answer code, the reason. */
  readonly detail: string;
  /** Who asked for it (`redrive`), or changed the execution; absent where no person did, and in older lines. */
  readonly person?: string | undefined;
}

/** One place of an execution: what is asked for there, and the token that it is bought under. */
export type ExecutionPlace = Pick<
  TokenRecord,
  | "token"
  | "executionId"
  | "recIndex"
  | "source"
  | "recommendation"
  | "fingerprint"
  | "scope"
  | "boughtElsewhere"
  | "note"
  | "labels"
>;

/** Why a submission counts as dead. */
export interface DeathProof {
  readonly failed: boolean;
  /** {@link Submission.failedAs}. */
  readonly failedAs?: readonly string[] | undefined;
  /** False: it was never sent, so nothing of it can show later. Default true. */
  readonly sent?: boolean;
  /** For a person. */
  readonly detail: string;
}

/** The right to write about one token, under the terms of its execution as they were when it was claimed. */
export interface Claim {
  readonly token: string;
  readonly executionId: string;
  readonly epoch: number;
  /** {@link ExecutionRecord.termsVersion}: once it moved on, nothing is sent under this claim. */
  readonly termsVersion: number;
}

/** The answer to a claim. */
export type ClaimAnswer =
  /** This driver may work on the token. The record says what an earlier driver left. */
  | {
      readonly kind: "granted";
      readonly claim: Claim;
      readonly record: TokenRecord;
      readonly execution: ExecutionRecord;
    }
  /** Bought, in a final state, marked: nothing is left to do. */
  | { readonly kind: "settled"; readonly record: TokenRecord }
  /** It is in none of the states that were asked for: left as it is. */
  | { readonly kind: "other-state"; readonly record: TokenRecord }
  /** Another driver holds it. */
  | { readonly kind: "in-flight"; readonly holder: string; readonly until: number; readonly record: TokenRecord };

/** What a claim takes up. */
export interface ClaimOptions {
  /**
   * What is settled as well: to put right what the record or the provider says about a purchase that needs no driver any
   * more. Default false.
   */
  readonly corrections?: boolean;
  /**
   * For work that begins nothing: what is recorded in another state than these is left as it is. Default: all are claimed but
   * what is written off.
   */
  readonly states?: readonly TokenState[];
  /** Beside these states: what was rejected while nobody could look whether it is so. Default false. */
  readonly unseen?: boolean;
  /** For a person's decision: the record stays in its state until the decision is written. Default false: it is `claimed`. */
  readonly asIs?: boolean;
}

/** Which unfinished records are meant. */
export interface UnfinishedQuery {
  /** Milliseconds for which nobody has worked on them: since their last change, or since the lease on them lapsed. */
  readonly olderThan: number;
  readonly limit: number;
  /** Those after a record: so all are read in pages of `limit`. Default: from the longest untouched one on. */
  readonly after?: RecordPlace | undefined;
  /** Those that were refused or rejected as well. */
  readonly refused: boolean;
  /** Those that are parked as well: whose unknown outcome waits for a person. */
  readonly parked: boolean;
}

/** Which records are meant; what is left out does not narrow it. */
export interface RecordsQuery {
  readonly states?: readonly TokenState[];
  /** Those on which a driver's lease lasts, or those on which none does. */
  readonly held?: boolean;
  /** Those on which work is left that a drive can do, or those that are parked, also where somebody asks for another look at them; see {@link Ledger.unfinished}. */
  readonly work?: "unfinished" | "parked";
  /** Those of these tokens. */
  readonly tokens?: readonly string[];
  /**
   * Longest untouched first, from the beginning, or from after a record on: so all are read in pages of `limit`. Default:
   * those that somebody worked on last first.
   */
  readonly oldestAfter?: RecordPlace | "beginning";
  readonly limit: number;
}

/** Where a record stands among the longest untouched ones. */
export type RecordPlace = Pick<TokenRecord, "executionId" | "recIndex" | "updatedAt" | "leaseUntil">;

/** A page of the records of a scope, in an order of the ledger's own. */
export interface ScopePage {
  /** The token of the last record of the page before; undefined for the first page. */
  readonly after: string | undefined;
  readonly limit: number;
}

/**
 * The durable record. All drivers of an execution share one, on one machine or many.
 *
 * Every method throws a LedgerError: `claim-lost` when the epoch of a claim is no longer the record's, another code
 * when the ledger cannot be read or written. A method either takes effect whole, history included, or not at all.
 */
export interface Ledger extends ExecutionLedger, WebhookLedger {
  /** The ledger's own clock, in milliseconds since 1970. */
  now(): Promise<number>;

  /**
   * Asked between the write-ahead and the send: whether what is recorded here is still what other drivers read. Throws a LedgerError
   * `ledger-unavailable` where the ledger's file is no longer the one at its path: moved away, replaced or deleted, it would be
   * written to, and read by nobody. A ledger that has no place of this kind has nothing to say.
   */
  checkPlace(): Promise<void>;

  /**
   * Claims tokens that are recorded, for one driver, all in one transaction. `leaseLength` is in milliseconds. The records come
   * back as they are: what a caller remembers of them is never written.
   */
  claim(
    tokens: readonly Pick<ExecutionPlace, "token" | "executionId">[],
    holder: string,
    leaseLength: number,
    options?: ClaimOptions,
  ): Promise<readonly ClaimAnswer[]>;

  /** Extends leases; returns the claims that are lost. */
  renew(claims: readonly Claim[], leaseLength: number): Promise<readonly Claim[]>;

  /** Gives claims up without a result: an ended drive. Lost claims are skipped. */
  release(claims: readonly Claim[]): Promise<void>;

  /**
   * Write-ahead: records that a purchase is about to be sent; durable when it returns. Stamps `submittedAt` and returns
   * the submission as recorded. Throws `identical-purchase-open` when another token's submission is open in its lane, and
   * `too-many-attempts` when twenty are among the `former` ones.
   *
   * It is the guard that every first send passes: throws a RefusedError where the execution's record forbids it at this moment
   * ({@link whyForbidden}, or `terms-changed`), where all that is or may be bought for the execution would come to more than
   * its `maxTotals`, or where it forbids twins (`forbidTwinsWithin`) and there is one by now: of two that are the same and are
   * submitted at once, the second is refused.
   */
  submit(claim: Claim, submission: Omit<Submission, "submittedAt" | "attempt">): Promise<Submission>;

  /**
   * Records what was bought and gives the claim up. Throws `commitment-taken` when an id belongs to another token.
   * `decision`: a person says so. `passedBy`: it came from elsewhere, and what became of the open submission is not known. `over`: it was bought under the
   * submission's handle and has ended; says so in every later answer. `guessedIn`: it only fits, so it may be what another
   * token's submission buys that is open in this lane; throws `identical-purchase-open` while there is one. `clock`: the
   * driver's clocks. `unproven`: what was passed by may have bought as well, see {@link Submission.unproven}.
   * `proves`: attempts of former submissions that bought this one, or nothing.
   */
  purchase(
    claim: Claim,
    commitment: Commitment,
    how?: {
      readonly decision?: PersonDecision | undefined;
      readonly passedBy?: boolean;
      readonly unproven?: boolean;
      readonly proves?: readonly number[] | undefined;
      readonly over?: RecordedError | undefined;
      readonly guessedIn?: string | undefined;
      readonly clock?: ClockReading | undefined;
    },
  ): Promise<TokenRecord>;

  /** Records a later look at what was bought (state, ids, marker) and gives the claim up. */
  observe(claim: Claim, commitment: Commitment): Promise<TokenRecord>;

  /**
   * Records that the provider answered definitely no, and gives the claim up. `unseen`: nobody could look whether it is so,
   * and the submission is kept among the `former` ones.
   */
  reject(claim: Claim, error: RecordedError, how?: { readonly unseen?: boolean }): Promise<void>;

  /**
   * Records that a guard stopped it, and gives the claim up. A record that is `unknown` or `purchased` stays so: a
   * refusal is about this drive, not about what was sent before. `waits`: it is no refusal, it waits for another purchase
   * and stays `claimed`, which is work.
   */
  refuse(claim: Claim, error: RecordedError, how?: { readonly waits?: boolean }): Promise<void>;

  /** Records that nobody can say what became of the submission, with evidence that is not recorded yet, and gives the claim up. */
  unknown(claim: Claim, error: RecordedError, how?: { readonly evidence?: readonly string[] }): Promise<void>;

  /** The same, and that a person has to decide: `unfinished` passes it over, unless asked, until something resolves it. */
  park(claim: Claim, error: RecordedError, how?: { readonly evidence?: readonly string[] }): Promise<TokenRecord>;

  /**
   * Write-ahead of a second send: records when the handle is sent again, on the driver's `clock` too, and returns the submission
   * as it is recorded by then. With `refused`, that the provider refused it, so that it bought nothing: the time before it holds
   * again. Without, it is the guard of every second send, as {@link submit} is of the first.
   */
  resend(
    claim: Claim,
    how?: {
      readonly clock?: ClockReading | undefined;
      readonly refused?: Pick<Submission, "resentAt" | "resentClock"> | undefined;
    },
  ): Promise<Submission>;

  /** Records that ages are counted anew from now on, on the driver's clocks too: {@link TokenRecord.countedFrom}. The claim is kept. */
  countFrom(claim: Claim, clock: ClockReading): Promise<TokenRecord>;

  /** Records that a look proved of former submissions, by their attempts, that they bought nothing beside; the claim is kept. */
  proven(claim: Claim, attempts: readonly number[], detail: string): Promise<TokenRecord>;

  /**
   * Adds ids that an answer to the submission of an attempt named to its {@link Submission.evidence}; the claim is kept. The one
   * write that a driver may make after it lost its claim: nobody else knows what its answer said. Under an older epoch they are
   * added all the same, to the open submission or a former one, and `claim-lost` is thrown.
   */
  evidence(claim: Claim, attempt: number, ids: readonly string[]): Promise<Submission>;

  /**
   * Records proof that the open submission bought nothing; the claim is kept and may submit anew. `failed` says that
   * the handle was used up by a purchase that came to nothing (`failedAs`), which opens a new generation. The submission is kept
   * among the `former` ones.
   */
  dead(claim: Claim, proof: DeathProof): Promise<TokenRecord>;

  /** Records proof that what was bought came to nothing; the claim is kept, a new generation is open. */
  reopen(claim: Claim, commitment: Commitment): Promise<TokenRecord>;

  /**
   * Records a person's decision and what follows from it, and gives the claim up, but for `lost`, which changes nothing else.
   * - `not-bought`: what is open goes among the `former` submissions and uses its generation up; the record is `claimed`, which
   *   is work.
   * - `not-this`: `ids` join {@link TokenRecord.notThis}; the state stays.
   * - `written-off`: the state is; where nothing was open, the last of the `former` submissions is again.
   * What was decided to be bought is recorded by `purchase`. Both throw a RefusedError `terms-changed` where the terms are at another
   * version than the decision's `expectedVersion`. Throws `internal` for a state that does not allow it: a defect.
   */
  decide(claim: Claim, decision: OtherDecision, how?: DecisionDetails): Promise<TokenRecord>;

  /** Records on which work is left and which nobody holds, longest untouched first. */
  unfinished(query: UnfinishedQuery): Promise<readonly TokenRecord[]>;

  /** Records of all executions, those that somebody worked on last first. Changes nothing. */
  records(query: RecordsQuery): Promise<readonly TokenRecord[]>;

  /** What is recorded as bought in a scope: all of it, or a page. */
  purchasedIn(scopeKey: string, page?: ScopePage): Promise<readonly TokenRecord[]>;

  /** What is the same as one of these, of other executions, and was bought, or sent and may be bought: the latest first, at most 1,000. */
  boughtAlike(query: AlikeQuery): Promise<readonly TokenRecord[]>;

  /** The ids in a scope that were ever recorded as bought, for any token but this one, by whatever driver. */
  ownedByOthers(scopeKey: string, token: string): Promise<ReadonlySet<string>>;

  /** All records of an execution, by recIndex. */
  recordsOf(executionId: string): Promise<readonly TokenRecord[]>;

  /** The history of a token, oldest first. */
  history(token: string): Promise<readonly HistoryEntry[]>;

  /**
   * When this ledger was last restored from a backup (ledger time); undefined for one that never was. Since the backup was made it
   * has forgotten everything: what was written ahead and sent, what was bought, cancelled and limited. The mark stays for good.
   */
  restoredAt(): Promise<number | undefined>;

  /** Records that this ledger was restored from a backup just now. Drivers that have it open see it from then on. */
  markRestored(): Promise<void>;

  close(): Promise<void>;
}
