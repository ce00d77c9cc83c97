import type { Resolution } from "../../src/contract/executor.ts";
import type { Listed } from "../../src/contract/listed.ts";
import type { Candidates, CandidateTraits } from "./candidates.ts";

/** How the candidates of one submission are told apart, and how they are called. */
export interface CandidateWords<Item> extends Pick<CandidateTraits<Item>, "idOf" | "startOf"> {
  /** How the service is called in messages: `EC2`. */
  readonly title: string;
  /** What it sells, in the singular: `Reserved Instance`. */
  readonly thing: string;
  /** The entries for a person: id, count, state. */
  list(items: readonly Item[]): string;
  listedOf(item: Item): Listed;
  /** What a person can do where nothing is clear. */
  readonly manual: string;
}

/**
 * What became of a submission, by what is new and carries no mark: the only candidate is a guess, whatever its state and its
 * count. Several, or one whose dates do not fit or are not stated, are for a person.
 */
export function resolveCandidates<Item>(
  { untagged, doubtful }: Candidates<Item>,
  { title, thing, idOf, startOf, list, listedOf, manual }: CandidateWords<Item>,
): Resolution {
  const [candidate, ...others] = untagged;
  const unclear = (reason: string): Resolution => ({
    kind: "unclear",
    reason: `${reason} ${manual}`,
    candidates: [...untagged, ...doubtful].map(idOf),
  });
  if (doubtful.length > 0) {
    return unclear(
      `${list(doubtful)} is new and fits, but began before the submission, or in the future, or with a part of its term gone: either ${title}'s clock and the ledger's differ, or it is somebody else's.`,
    );
  }
  if (!candidate) return { kind: "absent", reason: `${title} lists no new ${thing} that fits the submission.` };
  if (others.length > 0) return unclear(`several new ${thing}s fit the submission: ${list(untagged)}.`);
  if (startOf(candidate) === undefined) {
    return unclear(`${list(untagged)} is new and fits the submission, but ${title} does not say when it began.`);
  }
  return { kind: "found", found: listedOf(candidate), by: "guess" };
}
