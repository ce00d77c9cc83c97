import type { Labels } from "./labels.ts";
import type { ExecutionPlace, HistoryEntry, TokenRecord } from "./ledger.ts";
import type { Money } from "./money.ts";
import type { ExecutionLimits } from "./recommendation.ts";

/** What a person said about an execution, and when (ledger time, milliseconds since 1970). */
export interface PersonsWord {
  readonly person: string;
  readonly reason: string;
  readonly at: number;
}

/** For whom an execution is submitted. */
export interface Submitter {
  /** Who asks, by a name that stays: 1 to 255 visible characters. */
  readonly caller: string;
  /** The caller's own key for this request, so that it can be repeated: 1 to 255 visible characters. It never expires. */
  readonly key?: string | undefined;
}

/** The first submitter of an execution, for good. */
export interface ExecutionOwner {
  readonly caller: string;
  /** SHA-256 (hex) of the terms as they were submitted, see `submittedHash`: what repeats them is the same request. */
  readonly termsHash: string;
}

/** What a caller submitted under a key. */
export interface SubmittedKey {
  readonly caller: string;
  readonly key: string;
  readonly executionId: string;
  /** As {@link ExecutionOwner.termsHash}. */
  readonly termsHash: string;
  /** Ledger time, milliseconds since 1970. */
  readonly at: number;
}

/** A place of an execution that is left empty, so that the others keep their index. */
export interface EmptyPlace {
  readonly recIndex: number;
  /** Why, in words: a note. */
  readonly why: string;
}

/**
 * What the ledger knows about an execution beside its recommendations, which are token records: who wants it, within which
 * limits, and whether it may be bought now. Every send passes it. One record per execution; it has no expiry date of its own.
 */
export interface ExecutionRecord extends ExecutionLimits {
  readonly executionId: string;
  readonly source: string;
  /** Whose it is; nobody's where it was recorded without a submitter: by a drive, the command line or an import. */
  readonly owner?: ExecutionOwner | undefined;
  /** The note of its file; that of its first recording stays. */
  readonly note?: string | undefined;
  /** The labels of its file, kept as the note is. */
  readonly labels?: Labels | undefined;
  /** How many places it has, empty ones included. */
  readonly size: number;
  /** Those that were empty from the beginning. One that a person skipped later has a record, in the state `skipped`. */
  readonly emptyPlaces: readonly EmptyPlace[];
  /** Nothing is sent before a person approved the terms. */
  readonly approvalRequired: boolean;
  /**
   * Two persons are needed, and these may not approve: who submitted it, and who raised or dropped a limit, changed its source or
   * reopened it since. Undefined: whoever approves, approves.
   */
  readonly mayNotApprove?: readonly string[] | undefined;
  /** The terms that a person approved; see {@link termsHash}. Gone when a limit is raised. */
  readonly approval?: (PersonsWord & { readonly termsHash: string }) | undefined;
  readonly cancelled?: PersonsWord | undefined;
  /** Places are missing in the ledger, so nothing is sent before a person confirmed that what is there is all of it. */
  readonly incomplete?: boolean | undefined;
  /**
   * The ledger was restored from a backup, which may not know the last sends, and nobody has confirmed this one since. Not stored:
   * it follows from the ledger's own mark.
   */
  readonly restored?: boolean | undefined;
  /** Ledger time at which a person last confirmed it; where its ledger was restored, at which the audit before that began. */
  readonly confirmedAt?: number | undefined;
  /** It was driven before limits were recorded: whether it had some is not known. */
  readonly limitsUnknown?: boolean | undefined;
  /** Grows with every change of what is said here and of a `maxPrice`, not with what becomes of its recommendations. From 1. */
  readonly termsVersion: number;
  /** Ledger time, milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An execution as it is to be recorded: every place, before any of them is claimed. */
export interface NewExecution extends ExecutionLimits {
  readonly executionId: string;
  readonly source: string;
  readonly note?: string | undefined;
  readonly labels?: Labels | undefined;
  readonly places: readonly ExecutionPlace[];
  readonly emptyPlaces: readonly EmptyPlace[];
  readonly approvalRequired: boolean;
  /** Who submits it may not approve it: see {@link ExecutionRecord.mayNotApprove}. Default false. */
  readonly twoPersons?: boolean | undefined;
}

/** An execution and all its recommendations, by recIndex, as they were at one moment. */
export interface RecordedExecution {
  readonly execution: ExecutionRecord;
  readonly records: readonly TokenRecord[];
}

/** One that was read or written at a moment of the ledger's clock (milliseconds since 1970), which its terms are held against. */
export interface RecordedAt extends RecordedExecution {
  readonly at: number;
}

/** What a person, or an import in the name of another engine, changes about an execution. */
export type Amendment = {
  readonly person: string;
  readonly reason: string;
  /** The version of the terms that the person saw: where it moved on, nothing is changed. */
  readonly expectedVersion?: number | undefined;
} & (
  | {
      readonly kind: "approve";
      /** The terms that are approved. */
      readonly termsHash: string;
    }
  | { readonly kind: "cancel" | "reopen" }
  | {
      readonly kind: "confirm";
      /** The audit of its scopes, without which nothing is confirmed where the ledger was restored. */
      readonly audited?: Audited | undefined;
    }
  | ({ readonly kind: "limits" } & LimitChanges)
  | { readonly kind: "source"; readonly source: string }
  | { readonly kind: "skip"; readonly recIndex: number }
  /** Another engine bought it as `id`: nothing is sent for it until that shows, or a person decides. */
  | { readonly kind: "elsewhere"; readonly recIndex: number; readonly id: string }
);

/** That the scopes of an execution were compared with the providers. */
export interface Audited {
  /** Ledger time (milliseconds since 1970) at which the comparison began: what was restored later is not covered by it. */
  readonly at: number;
  /** What was found, for a person: goes into the history. */
  readonly found: string;
}

/** Limits as they are from now on: `null` is none, what is left out stays. */
export interface LimitChanges {
  readonly maxTotals?: readonly Money[] | null | undefined;
  /** By recIndex. */
  readonly maxPrices?: Readonly<Record<number, Money | null>> | undefined;
  /** {@link ExecutionLimits.forbidTwinsWithin}. */
  readonly forbidTwinsWithin?: string | null | undefined;
}

/** One line of an execution's history, appended in the transaction that made the change. */
export interface ExecutionEntry {
  readonly executionId: string;
  /** Ledger time, milliseconds since 1970. */
  readonly at: number;
  /** What happened: `record`, or the kind of an {@link Amendment}. */
  readonly event: "record" | Amendment["kind"];
  readonly person?: string | undefined;
  readonly reason?: string | undefined;
  /** By then. */
  readonly termsVersion: number;
  /** For a person. */
  readonly detail: string;
}

/**
 * A line of all that happened to an execution, its recommendations included. They are numbered from 1 without a gap, in the order
 * in which they can be read: once a number can be read, none below it is added.
 */
export type NumberedEntry = { readonly number: number } & (
  | { readonly kind: "execution"; readonly entry: ExecutionEntry }
  | { readonly kind: "recommendation"; readonly recIndex: number; readonly entry: HistoryEntry }
);

/** Which executions are meant. */
export interface ExecutionsQuery {
  /** Those that this caller owns. */
  readonly caller?: string | undefined;
  /**
   * From after this one on: so all are read in pages. Default: from the beginning. What stays as it is while pages are read is in
   * exactly one of them; what is changed or added meanwhile is at the beginning, where the next reading finds it.
   */
  readonly after?: Pick<ExecutionRecord, "executionId" | "updatedAt"> | undefined;
  readonly limit: number;
}
