import type { Difference, Submission } from "../../src/contract/executor.ts";
import { parseBaseline } from "./baseline.ts";
import { statedDifferences } from "./differences.ts";
import { clockTolerance, purchaseWindow, type SendLimits } from "./purchase-window.ts";

/** What tells the entries of a service's list apart, where a purchase has no handle. */
export interface CandidateTraits<Item> {
  idOf(item: Item): string;
  /** When its term began; undefined where the service does not say. */
  startOf(item: Item): Date | undefined;
  /** The token that it carries, whosever that is. */
  tokenOf(item: Item): string | undefined;
  /** It carries a mark of somebody else, or is of a kind that is never bought here: whatever fits, it is not ours. */
  isForeign(item: Item): boolean;
  /** Its term began before it had its id: it was modified or exchanged, or bought from somebody. */
  isOlder(item: Item): boolean;
  /** In what it differs from what was asked for, count and state aside. */
  differencesOf(item: Item): readonly Difference[];
}

/** What candidates are looked for by. */
export interface CandidateSearch extends SendLimits {
  /** Ids that the ledger knows to belong to other tokens. */
  readonly owned: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Entries of a list that may have come from a submission. */
export interface Candidates<Item> {
  /** New and tagged with the submission's token: they did. */
  readonly tagged: readonly Item[];
  /**
   * New, without any mark, nobody's in the ledger, begun while the purchase could be carried out, and different from what was
   * asked in nothing that the service states. Count and state are for the caller to judge.
   */
  readonly untagged: readonly Item[];
  /**
   * The same, but begun before the submission, in the future, or with a term that had begun before: clocks that disagree, or
   * somebody else's. For a person.
   */
  readonly doubtful: readonly Item[];
}

/**
 * Looks through a complete list for what a submission may have bought. What began after the purchase could still be carried
 * out is somebody else's, and is left out. Throws a ZodError for a submission without a baseline.
 */
export function candidatesAmong<Item>(
  items: readonly Item[],
  submission: Submission,
  { owned, now, ...limits }: CandidateSearch,
  { idOf, startOf, tokenOf, isForeign, isOlder, differencesOf }: CandidateTraits<Item>,
): Candidates<Item> {
  const baseline = new Set(parseBaseline(submission.handle).baseline);
  const { from, to } = purchaseWindow(submission, limits);
  const fresh = items.filter((item) => !baseline.has(idOf(item)) && !owned.has(idOf(item)));
  const fitting = fresh.filter(
    (item) => tokenOf(item) === undefined && !isForeign(item) && statedDifferences(differencesOf(item)).length === 0,
  );
  // Without a start, it may be: better a person decides than that it is bought again.
  const started = (item: Item) => startOf(item)?.getTime() ?? from;
  const isAhead = (item: Item) => started(item) > now + clockTolerance;
  const possible = fitting.filter((item) => started(item) <= to || isAhead(item));
  const isDoubtful = (item: Item) => started(item) < from || isAhead(item) || isOlder(item);
  return {
    tagged: fresh.filter((item) => tokenOf(item) === submission.token),
    untagged: possible.filter((item) => !isDoubtful(item)),
    doubtful: possible.filter(isDoubtful),
  };
}
