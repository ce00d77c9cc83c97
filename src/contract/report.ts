import type { RecordedDecision } from "./decision.ts";
import type { ErrorCode } from "./errors.ts";
import type { Labels } from "./labels.ts";
import type { JsonObject } from "./json.ts";
import type { Money } from "./money.ts";
import type { Account, Payer } from "./payer.ts";
import type { Payments, PaymentTotals } from "./payments.ts";

/** What a drive says about one recommendation. The README's table says what each means for money. */
export type OutcomeStatus = Outcome["status"];

/** Why a recommendation is not bought, or not known to be. */
export interface OutcomeError {
  /** Stable; docs/errors.md lists them. */
  readonly code: ErrorCode;
  /** The provider's own code, where there is one. */
  readonly providerCode?: string;
  /** What happened and what to do, for a person. */
  readonly message: string;
  /** Whether driving again may help without anything being changed. */
  readonly retryable: boolean;
  /** Milliseconds after which to try again, where known. */
  readonly retryAfter?: number;
}

/** What a person needs to decide about an outcome that no drive could find out. `error` holds what was last answered. */
export interface Parked {
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601. */
  readonly sentAt: string;
  /** What it was sent under. */
  readonly handle: JsonObject;
}

/** What a person decided about it; `at` is ISO 8601. */
export type OutcomeDecision = Omit<RecordedDecision, "at"> & { readonly at: string };

/** What every outcome says, whatever its status; an empty place names no payer. */
interface OutcomeCommon extends Partial<Payer> {
  readonly recIndex: number;
  /** The idempotency token, in full: it is what one looks for at the provider. */
  readonly token: string;
  /** Of the whole commitment over its term; for what was sent and may be bought, the price that it was sent at. */
  readonly price?: Money;
  /** How that price is paid, where known. */
  readonly payments?: Payments;
  /** For people: what the file noted, or why an empty place is empty. */
  readonly note?: string;
  /** For people: the labels of the file. */
  readonly labels?: Labels;
}

/** What was bought; the same fields and values on every later drive, but for the state, which moves on. */
export interface BoughtCommitment {
  readonly id: string;
  readonly furtherIds?: readonly string[];
  /** The provider's word. */
  readonly state: string;
  /** Whether that state is final. */
  readonly settled: boolean;
}

/** It is bought: by this drive, or before it. */
export interface BoughtOutcome extends OutcomeCommon {
  readonly status: "purchased" | "already-purchased";
  readonly commitment: BoughtCommitment;
  readonly error?: undefined;
  readonly parked?: undefined;
  /** The person's decision that it rests on. */
  readonly decision?: OutcomeDecision;
  /** What a person should know although it is bought: a marker or a record that is still missing. */
  readonly warnings?: readonly string[];
}

/** It is not bought, or a person wrote it off: the error says why. */
export interface ErrorOutcome extends OutcomeCommon {
  readonly status: "refused" | "rejected" | "written-off";
  readonly commitment?: undefined;
  readonly error: OutcomeError;
  readonly parked?: undefined;
  /** The person's decision that it rests on. */
  readonly decision?: OutcomeDecision;
  readonly warnings?: undefined;
}

/** Another driver works on it, or one is still to. */
export interface InProgressOutcome extends Omit<ErrorOutcome, "status" | "error"> {
  readonly status: "in-progress";
  /** Who works on it; absent in what the ledger says of what is still to be driven and where nothing went wrong yet. */
  readonly error?: OutcomeError;
}

/** It was sent, and nobody knows whether it was bought. */
export interface UnresolvedOutcome extends Omit<ErrorOutcome, "status" | "parked"> {
  readonly status: "unresolved";
  /** For longer than the provider's own time limit: `redriveUnfinished` passes it over until a person decides. */
  readonly parked?: Parked;
}

/** Its place is empty, or a person dropped it. */
export interface SkippedOutcome extends OutcomeCommon {
  readonly status: "skipped";
  readonly commitment?: undefined;
  readonly error?: undefined;
  readonly parked?: undefined;
  readonly decision?: undefined;
  readonly warnings?: undefined;
}

/** The truth about one recommendation, as far as this drive knows it. Its `status` says what is there besides. */
export type Outcome = BoughtOutcome | ErrorOutcome | InProgressOutcome | UnresolvedOutcome | SkippedOutcome;

/** What one account pays: of all its services, per currency. */
export interface AccountTotals extends Account {
  /** Prices of all that is bought, now or before. */
  readonly totals: readonly Money[];
  /** Prices of what was sent and may be bought. */
  readonly atRisk: readonly Money[];
  /** How the totals are paid: due now, monthly, over the term. */
  readonly payments: readonly PaymentTotals[];
}

/** What `drive` returns. */
export interface Report {
  readonly executionId: string;
  /** One per recommendation, in their order. */
  readonly outcomes: readonly Outcome[];
  /** Prices of all that is bought, now or before, summed per currency. */
  readonly totals: readonly Money[];
  /** Prices of what was sent and may be bought (unresolved, parked, written off, or another driver's), summed per currency. */
  readonly atRisk: readonly Money[];
  /** How the totals are paid: due now, monthly, over the term; per currency. */
  readonly payments: readonly PaymentTotals[];
  /** The same for each account that pays, in the order in which they come first. */
  readonly accounts: readonly AccountTotals[];
}
