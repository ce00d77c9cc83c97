import type { Difference, Submission } from "../../src/spec/executor.ts";
import { parseBaseline } from "./baseline.ts";
import { statedDifferences } from "./differences.ts";

/** Milliseconds by which the clock of AWS may be behind the ledger's. */
const clockTolerance = 300_000;

/** What tells the entries of a service's list apart, where a purchase has no handle. */
export interface CandidateTraits<Item> {
  idOf(item: Item): string;
  /** When its term began; undefined where the service does not say. */
  startOf(item: Item): Date | undefined;
  /** The token that it carries, whosever that is. */
  tokenOf(item: Item): string | undefined;
  /** In what it differs from what was asked for, count and state aside. */
  differencesOf(item: Item): readonly Difference[];
}

/** Entries of a list that may have come from a submission. */
export interface Candidates<Item> {
  /** New and tagged with the submission's token: they did. */
  readonly tagged: readonly Item[];
  /**
   * New, without any token, nobody's in the ledger, begun after the submission, and different from what was asked in
   * nothing that the service states. Count and state are for the caller to judge.
   */
  readonly untagged: readonly Item[];
  /** The same, but begun before the submission: two clocks that disagree, or somebody else's. For a person. */
  readonly early: readonly Item[];
}

/**
 * Looks through a complete list for what a submission may have bought; `owned` are the ids that belong to other tokens.
 * Throws a ZodError for a submission without a baseline.
 */
export function candidatesAmong<Item>(
  items: readonly Item[],
  submission: Submission,
  owned: ReadonlySet<string>,
  { idOf, startOf, tokenOf, differencesOf }: CandidateTraits<Item>,
): Candidates<Item> {
  const baseline = new Set(parseBaseline(submission.handle).baseline);
  const since = submission.submittedAt - clockTolerance;
  const fresh = items.filter((item) => !baseline.has(idOf(item)) && !owned.has(idOf(item)));
  const fitting = fresh.filter(
    (item) => tokenOf(item) === undefined && statedDifferences(differencesOf(item)).length === 0,
  );
  // Without a start, it may be: better a person decides than that it is bought again.
  const isEarly = (item: Item) => (startOf(item)?.getTime() ?? since) < since;
  return {
    tagged: fresh.filter((item) => tokenOf(item) === submission.token),
    untagged: fitting.filter((item) => !isEarly(item)),
    early: fitting.filter(isEarly),
  };
}
