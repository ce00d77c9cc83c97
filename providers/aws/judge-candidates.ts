import type { Commitment } from "../../src/contract/commitment.ts";
type OldResolution =
  | { readonly kind: "found"; readonly commitment: Commitment; readonly by?: "guess" }
  | { readonly kind: "absent" | "unclear"; readonly reason: string };
import type { Candidates } from "./candidates.ts";

/** What the candidates of one submission are judged by. */
export interface CandidateJudgement<Item> {
  /** How the service is called in messages: `EC2`. */
  readonly title: string;
  /** What it sells, in the singular: `Reserved Instance`. */
  readonly thing: string;
  /** How many were asked for. */
  readonly quantity: number;
  /** The entries for a person: id, count, state. */
  list(items: readonly Item[]): string;
  /** It states everything that was asked for, its count and start included, and is all of it. */
  isExact(item: Item): boolean;
  commitmentOf(item: Item): Commitment;
  /** What a person can do where nothing is clear. */
  readonly manual: string;
}

/**
 * For executors of the old shape: goes with them (`resolve-candidates.ts` is the new one).
 *
 * What became of a submission, by what is new and carries no mark: the only candidate that fits in everything is a guess,
 * whatever its state. Several, one that fits in part, or one whose dates do not fit are for a person.
 */
export function judgeCandidates<Item>(
  { untagged, doubtful }: Candidates<Item>,
  { title, thing, quantity, list, isExact, commitmentOf, manual }: CandidateJudgement<Item>,
): OldResolution {
  const [candidate, ...others] = untagged;
  if (doubtful.length > 0) {
    return unclear(
      `${list(doubtful)} is new and fits, but began before the submission, or in the future, or with a part of its term gone: either ${title}'s clock and the ledger's differ, or it is somebody else's. ${manual}`,
    );
  }
  if (!candidate) return { kind: "absent", reason: `${title} lists no new ${thing} that fits the submission.` };
  if (others.length > 0) return unclear(`several new ${thing}s fit the submission: ${list(untagged)}. ${manual}`);
  if (!isExact(candidate)) {
    return unclear(`${list(untagged)} is new and fits the submission only in part (asked for ${quantity}). ${manual}`);
  }
  return { kind: "found", commitment: commitmentOf(candidate), by: "guess" };
}

/** No answer that can be read in one way only; the reason as a sentence. */
function unclear(reason: string): OldResolution {
  return { kind: "unclear", reason: reason.endsWith(".") ? reason : `${reason}.` };
}
