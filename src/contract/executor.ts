import type { z } from "zod";
import type { Age } from "./age.ts";
import type { ClockReading, Moment } from "./clock-reading.ts";
import type { Commitment } from "./commitment.ts";
import type { JsonObject } from "./json.ts";
import type { Inventory } from "./inventory.ts";
import type { Facts, Listed } from "./listed.ts";
import type { Money } from "./money.ts";
import type { Payments } from "./payments.ts";
import type { ProviderAccess } from "./provider-access.ts";
import type { PurchaseAnswer } from "./purchase-answer.ts";
import type { AnyRecommendation } from "./recommendation.ts";
import type { SearchByHand, Sought } from "./search-by-hand.ts";
import type { RecommendationSource } from "./recommendation-source.ts";

/** What one listing can see: an Azure tenant, an AWS account and region. */
export interface Scope extends JsonObject {
  /** Equal keys share one listing per drive; starts with the provider's name. */
  readonly key: string;
  /** For messages: `AWS account 123456789012, us-east-1`. */
  readonly label: string;
}

/** What is stamped on a commitment, so that it is recognised again. */
export interface Marker {
  /** The idempotency token. */
  readonly token: string;
  /** The execution's source. */
  readonly source: string;
  /** Grows by one each time that the provider proved a purchase under the token to have come to nothing; starts at 0. */
  readonly generation: number;
}

/** A price, and what exactly will be sent to buy at it. Moves no money. */
export interface Quote {
  /** The whole commitment over its term. */
  readonly price: Money;
  /** How that price is paid; left out where the provider does not say. */
  readonly payments?: Payments | undefined;
  /** The identity under which it is bought: an order id minted by the provider, or the ids that existed before. */
  readonly handle: JsonObject;
  /** The body of the purchase, frozen: a second send sends the same. */
  readonly request: JsonObject;
}

/** The durable record that a purchase is about to be sent. */
export interface Submission extends Quote, Marker {
  readonly recommendation: AnyRecommendation;
  readonly scope: Scope;
  /** From 1; grows with every new quote that is sent for the token. */
  readonly attempt: number;
  /** SHA-256 (hex) of the canonical JSON of `request`. */
  readonly requestHash: string;
  /** Only one submission of a lane may be open at a time; see {@link ServiceExecutor.laneOf}. */
  readonly lane?: string | undefined;
  /** Ledger time (milliseconds since 1970) at which it was written ahead. */
  readonly submittedAt: number;
  /** The clocks of its driver just before that; undefined in records of an older version. */
  readonly clock?: ClockReading | undefined;
  /** Ledger time at which its handle was last sent again, unless that was refused: {@link lastSent}. */
  readonly resentAt?: number | undefined;
  /** The clocks of the driver that sent it again, just before that. */
  readonly resentClock?: ClockReading | undefined;
  /** Ids in an answer to it that could not be judged: {@link PurchaseAnswer}. */
  readonly evidence?: readonly string[] | undefined;
  /** Ids of what was bought by it and is proven to have come to nothing. Only on former submissions. */
  readonly failedAs?: readonly string[] | undefined;
  /** Ids that a person said are not it, as earlier versions kept them; now `TokenRecord.notThis`. */
  readonly notThis?: readonly string[] | undefined;
  /**
   * Nobody could look at it when the provider refused it, or there was something else under its handle when a person called it
   * not bought: a further look that says no more than that says nothing new, and stops no send. Only on former submissions.
   */
  readonly knownUnclear?: boolean | undefined;
  /**
   * It may have bought, and counts, until a look shows that it did not, or a person says so; then it is false. Undefined where that
   * was known from the first. Only on former submissions: see `unprovenOf`.
   */
  readonly unproven?: boolean | undefined;
}

/** When a submission was first sent. */
export function firstSent({ submittedAt, clock }: Pick<Submission, "submittedAt" | "clock">): Moment {
  return { at: submittedAt, clock };
}

/** When a submission was last sent and may have bought: what an absence proves counts from then. */
export function lastSent(submission: Pick<Submission, "submittedAt" | "clock" | "resentAt" | "resentClock">): Moment {
  const { resentAt, resentClock } = submission;
  return resentAt === undefined ? firstSent(submission) : { at: resentAt, clock: resentClock };
}

/** What became of a submission's handle. */
export type Resolution =
  /**
   * What was bought under it, whatever its standing. `proof`: it carries this handle, or an answer named it and it carries the
   * token. `guess`: it carries neither and only fits (a baseline): it counts only if it is live, states everything that was asked
   * for, and only from the executor's minimum age on.
   */
  | { readonly kind: "found"; readonly found: Listed; readonly by: "proof" | "guess" }
  /** The provider answered that there is none. One such answer proves nothing. */
  | { readonly kind: "absent"; readonly reason: string }
  /**
   * No answer, or one that can be read in several ways; `candidates` are the ids that may be it and that only fit. `isShown`: it
   * is there, under this handle and with this token, and what became of it cannot be told, or its handle is not kept and something
   * came that may hold it: then no refusal is believed.
   */
  | {
      readonly kind: "unclear";
      readonly reason: string;
      readonly candidates?: readonly string[] | undefined;
      readonly isShown?: boolean | undefined;
    };

/** Whether the provider made a handle, or it is made of the token: {@link Recovery}. */
export type HandleKind = "minted" | "derived";

/** Of which kind a submission's handle is; undefined where it is a baseline. */
export function handleKindOf(
  { recovery, kindOfHandle }: Pick<ServiceExecutor, "recovery" | "kindOfHandle">,
  { handle }: Pick<Submission, "handle">,
): HandleKind | undefined {
  return recovery.kind === "resend" ? (kindOfHandle?.(handle) ?? recovery.handle) : undefined;
}

/**
 * What may be done after an unknown outcome once the provider shows nothing under the handle.
 *
 * - `resend`: the provider refuses a second purchase under one handle, so the same request may be sent again. A refusal of
 *   that second send proves nothing about the first. A new quote only after the handle is over, `minimumAge` milliseconds
 *   after the submission, with nothing under it and a fresh listing without the token. A `minted` handle (an order id of the
 *   provider's) is over when the provider says that it expired: a new quote has another one. One that is `derived` from the
 *   token is over when the second send was refused: a new quote has the same one, so nothing is risked by it.
 * - `absence`: the handle is a baseline, whose field `baseline` lists the ids that there were before. It may be bought again only
 *   after `answers` empty answers in a row, all of them at least `minimumAge` milliseconds after the submission, and a fresh
 *   listing without the token.
 * - `manual`: a baseline, and no marker that can be relied upon, so nothing that the provider shows proves that it was not
 *   bought. It is adopted where it is found; else a person decides, from `minimumAge` milliseconds after the submission on.
 */
export type Recovery = {
  /**
   * Milliseconds after the submission from which a person has to decide: what a drive cannot find out by then is parked,
   * and no timer looks at it again. Choose it well above what the provider needs to show a purchase, and above an outage.
   */
  readonly parkAfter: number;
} & (
  | { readonly kind: "resend"; readonly handle: HandleKind; readonly minimumAge: number }
  | { readonly kind: "absence"; readonly answers: number; readonly minimumAge: number }
  | { readonly kind: "manual"; readonly minimumAge: number }
);

/** A way in which something found differs from what was asked for; canonical values. */
export interface Difference {
  readonly field: string;
  readonly asked: string;
  readonly found: string;
}

/** How a call may be ended early. Only reads are: a purchase that is under way is always waited for. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** Told when a call begins to wait because the provider takes no more requests for now; `wait` in milliseconds. */
export type OnWait = (wait: number) => void;

/** How a price is asked for. */
export interface QuoteOptions extends CallOptions {
  /** The handle that was last sent for the token in this generation. */
  readonly sentAs?: JsonObject | undefined;
  readonly onWait?: OnWait | undefined;
}

/** What a purchase has to be, by field. */
export interface AskedFacts {
  /** Has to be stated: of what does not say it, nothing can be adopted by its marker alone. */
  readonly decisive: Facts;
  /** Counts only where it is stated. */
  readonly ifStated: Facts;
}

/**
 * One service of one provider: a plain object behind a factory, injected with its clients and limits. It answers; what that
 * means is decided by the drive, which alone calls it. Adding a service is one small file that maps a recommendation to requests.
 *
 * Reads may retry by themselves, with limits. Except where stated, members throw a RefusedError with a code, or any
 * other error, which is then reported with the code of the step that it happened in.
 */
export interface ServiceExecutor<R extends AnyRecommendation = AnyRecommendation> {
  readonly provider: string;
  readonly service: string;
  /** What its recommendation looks like: strict, no default for what decides money. */
  readonly schema: z.ZodType<R>;
  /** What may be done after an unknown outcome. */
  readonly recovery: Recovery;
  /**
   * Only where it sends under handles of both kinds: of which kind this one is. Left out: all are of the kind that `recovery` names.
   */
  kindOfHandle?(handle: JsonObject): HandleKind;
  /**
   * Its quote reads what a purchase changes, although its handle may be sent again: what there is before the purchase, say. So it is
   * asked for just before each purchase, as where `recovery` is `absence` or `manual`, and no other price of it is asked for
   * beforehand. Default false.
   */
  readonly quoteSeesPurchases?: boolean;
  /**
   * Only where what it sells need not show a token: why, as the end of a sentence. Then a ledger that was lost leaves nothing to recognise a
   * purchase by; so before a first send, what fits, began within the 31 days before the recommendation was recorded or since, or does
   * not say when, and is not in the ledger is for a person (`look-alike`).
   */
  readonly tokenless?: string;
  /** The longest that one `send` may take, in milliseconds: it gives up by itself then, with an unknown outcome. */
  readonly sendTimeout: number;
  /** What can be seen of what it bought: one for all executors whose scopes have the same key. */
  readonly inventory: Inventory;

  /**
   * Only where it needs packages that not everybody installs: loads them, and throws a MissingPackageError for one that is not
   * there. Sends nothing.
   */
  load?(): Promise<void>;

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
   * Only where the provider says it: how many more requests that change something it takes in the scope now, by its last answers; a
   * price may count as one, too. Undefined while it has not said. Asks nobody.
   */
  writesLeft?(scope: Scope): number | undefined;

  /** What was asked for, in the words of {@link Listed.facts}: the drive compares the two. */
  factsOf(recommendation: R): AskedFacts;

  /**
   * Price and handle. May be retried: moves no money. Where the provider limits how much may be asked, it waits here until a price
   * and its purchase may be sent, so that the two stay close, and tells `onWait`. `sentAs` is the handle that was last sent for the token in this generation:
   * one that is made of the token stays the same, also where an earlier version made it otherwise.
   */
  quote(recommendation: R, marker: Marker, options: QuoteOptions): Promise<Quote>;

  /**
   * Sends the purchase once: no retry, redirect or hidden resend. Called after the submission is in the ledger.
   * `sentBefore` says that this handle may have been sent before. Whatever it throws counts as an unknown outcome.
   */
  send(submission: Submission, context: { readonly sentBefore: boolean }): Promise<PurchaseAnswer>;

  /**
   * What became of a submission. `owned` are the ids in its scope that the ledger knows to belong to other tokens, `age` is how
   * long ago it was last sent: measure no age of your own, for clocks are set. The submission's `evidence` is read as well: one that carries the token is `found`; while one is live, carries no other
   * token and is not proven to be somebody else's, or cannot be read, nothing is `absent`. An error that is thrown counts as
   * `unclear`. It does not compare what it finds with what was asked for.
   */
  resolve(
    submission: Submission,
    options: CallOptions & { readonly owned: ReadonlySet<string>; readonly age: Age },
  ): Promise<Resolution>;

  /**
   * Only where the marker comes after the purchase: stamps it, and returns the commitment as it then is, its final ids
   * included. Throws when the marker is not known to be there, and a later drive tries again; or returns it as `waived`, where
   * it is tried once and nothing relies on it. `age` is how long ago the submission was last sent.
   */
  mark?(
    commitment: Commitment,
    submission: Submission | undefined,
    marker: Marker,
    options: CallOptions & { readonly scope: Scope; readonly owned: ReadonlySet<string>; readonly age: Age },
  ): Promise<Commitment>;
}

/** A cloud: its executors by service. What `createPurchaser` is given. */
export interface Provider {
  readonly name: string;
  /** It asks an imitation of its cloud, so nothing that it does can spend money. Default false. */
  readonly imitation?: boolean;
  readonly services: Readonly<Record<string, ServiceExecutor>>;
  /** Whose recommendations it can read, by name: `cost-explorer`. For `importRecommendations`. */
  readonly sources?: Readonly<Record<string, RecommendationSource>>;
  /** Who its requests come from and what they may do: for `checkAccess`, and for what a drive says before it sends anything. */
  readonly access?: ProviderAccess;
  /**
   * How a person looks with the provider's own tool for what one of its recommendations bought, or may have: for reports. Asks nobody.
   * Undefined for a service of which nothing is bought.
   */
  readonly searchByHand?: (sought: Sought) => SearchByHand | undefined;
  /** Where the provider's portal shows what a recommendation bought, or all of its kind: an https address. Asks nobody. */
  readonly portalOf?: (recommendation: AnyRecommendation, commitmentId?: string) => string | undefined;
}
