// What a purchase may have become where the service takes no id and no token from the caller.
import { z } from "zod";
import type { Age } from "../../src/contract/age.ts";
import type { Resolution, Submission } from "../../src/contract/executor.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import type { Facts, Listed } from "../../src/contract/listed.ts";
import { type Asked, differingFields } from "./aws-facts.ts";
import { clockTolerance, purchaseWindow, type SendLimits } from "./purchase-times.ts";

/** What identifies a purchase afterwards, for want of anything better: the ids that existed before it. */
export interface Baseline extends JsonObject {
  /** Ids of everything of its kind that the account had in the region just before the quote. */
  readonly baseline: readonly string[];
  readonly offeringId: string;
}

const baselineSchema = z.object({ baseline: z.array(z.string()), offeringId: z.string() });

/** What tells the entries of a service's list apart. */
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
  /** What it is. */
  factsOf(item: Item): Facts;
}

/** What candidates are looked for by. */
export interface CandidateSearch extends SendLimits {
  /** Ids that the ledger knows to belong to other tokens. */
  readonly owned: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long ago the submission was sent. */
  readonly age: Age;
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
   * The same, but begun before the submission, too late after it by a clock that was set since, in the future, or with a term
   * that had begun before: clocks that disagree, or somebody else's. For a person.
   */
  readonly doubtful: readonly Item[];
}

/**
 * Looks through a complete list for what a submission may have bought; `asked` is what it has to be, its count aside. What
 * began after the purchase could still be carried out is somebody else's, and is left out. Throws a ZodError for a
 * submission without a baseline.
 */
export function candidatesAmong<Item>(
  items: readonly Item[],
  submission: Submission,
  asked: Asked,
  { owned, now, age, ...limits }: CandidateSearch,
  { idOf, startOf, tokenOf, isForeign, isOlder, factsOf }: CandidateTraits<Item>,
): Candidates<Item> {
  const baseline = new Set(baselineSchema.parse(submission.handle).baseline);
  const { from, to, latest } = purchaseWindow(submission, limits, { now, age });
  const fresh = items.filter((item) => !baseline.has(idOf(item)) && !owned.has(idOf(item)));
  const fitting = fresh.filter(
    (item) => tokenOf(item) === undefined && !isForeign(item) && differingFields(asked, factsOf(item)).length === 0,
  );
  // Without a start, it may be: better a person decides than that it is bought again.
  const started = (item: Item) => startOf(item)?.getTime() ?? from;
  const isAhead = (item: Item) => started(item) > now + clockTolerance;
  const possible = fitting.filter((item) => started(item) <= latest || isAhead(item));
  const isDoubtful = (item: Item) => started(item) < from || started(item) > to || isAhead(item) || isOlder(item);
  return {
    tagged: fresh.filter((item) => tokenOf(item) === submission.token),
    untagged: possible.filter((item) => !isDoubtful(item)),
    doubtful: possible.filter(isDoubtful),
  };
}

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
      `${list(doubtful)} is new and fits, but began before the submission, or too late after it, or with a part of its term gone: either ${title}'s clock and the ledger's differ, or it is somebody else's.`,
    );
  }
  if (!candidate) return { kind: "absent", reason: `${title} lists no new ${thing} that fits the submission.` };
  if (others.length > 0) return unclear(`several new ${thing}s fit the submission: ${list(untagged)}.`);
  if (startOf(candidate) === undefined) {
    return unclear(`${list(untagged)} is new and fits the submission, but ${title} does not say when it began.`);
  }
  return { kind: "found", found: listedOf(candidate), by: "guess" };
}
