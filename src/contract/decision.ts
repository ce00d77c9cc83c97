/**
 * What a person can say about a recommendation:
 * - `bought`: it was bought, under this id.
 * - `not-bought`: nothing that was sent for it bought anything. It is bought anew.
 * - `not-this`: this id is another purchase. Whether it was bought is as open as before.
 * - `written-off`: nobody can find out any more. It counts as maybe bought, and is never bought again.
 * - `lost`: what was bought is gone before its term.
 */
export type DecisionKind = "bought" | "not-bought" | "not-this" | "written-off" | "lost";

/** Who decided, and why: both stay in the record and in the history. */
export interface DecidedBy {
  readonly person: string;
  readonly reason: string;
}

/** What a person saw who decides. */
export interface SeenTerms {
  /** The version of the execution's terms: where it moved on, nothing is decided. Default: whatever it is. */
  readonly expectedVersion?: number | undefined;
}

/** A person's decision, as the ledger is told it. */
export interface PersonDecision extends DecidedBy, SeenTerms {
  readonly kind: DecisionKind;
  /** The commitment that it is about: for `bought`, `not-this` and `lost`. */
  readonly id?: string | undefined;
}

/** A person's decision, as the ledger keeps it. */
export interface RecordedDecision extends Omit<PersonDecision, "expectedVersion"> {
  /** Ledger time, milliseconds since 1970. */
  readonly at: number;
}

/** A decision that changes the record by itself; what was bought is recorded as any purchase. */
export type OtherDecision = PersonDecision & { readonly kind: Exclude<DecisionKind, "bought"> };

/** What was decided, by whom and why, as every message says it. */
export function decisionText({ kind, id = "", person, reason }: Omit<PersonDecision, "expectedVersion">): string {
  const what = {
    bought: `decided bought as ${id}`,
    "not-bought": "decided not bought",
    "not-this": `decided not to be ${id}`,
    "written-off": "written off",
    lost: `decided gone before its term (${id})`,
  }[kind];
  return `${what} by ${person}: ${reason}`;
}

/** The same at the beginning of a sentence. */
export function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What belongs to a person's decision. */
export interface DecisionDetails {
  /** For `not-this`: all ids of the purchase that is meant. Default: the id of the decision. */
  readonly ids?: readonly string[];
  /** For `not-bought`: attempts under whose handle there is something else; see `Submission.knownUnclear`. */
  readonly knownUnclear?: readonly number[];
}
