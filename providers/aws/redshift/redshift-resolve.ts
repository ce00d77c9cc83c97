import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { candidatesAmong, type CandidateSearch, resolveCandidates } from "../candidates.ts";
import { askedBy, lookAndSay, unmarkedTraits } from "../reservations/reservation-candidates.ts";
import { type KnownReservation, listedOf } from "../reservations/reservation-commitment.ts";
import { redshift } from "./redshift-service.ts";
import { tokenIn, withTags } from "./redshift-tag.ts";

/** The tags of those that fit, by id, as far as they were read. */
export interface ReadTags {
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly tagNames: TagNames;
}

/** The nodes that may be what a submission bought, by what a list shows: those whose tags are worth asking for. */
export function fittingNodes(
  nodes: readonly KnownReservation[],
  submission: Submission,
  search: CandidateSearch,
): readonly KnownReservation[] {
  const { untagged, doubtful } = candidatesAmong(
    nodes,
    submission,
    askedBy(redshift, submission),
    search,
    unmarkedTraits,
  );
  return [...untagged, ...doubtful];
}

/**
 * What became of a submission, by a complete list and the tags of those that fit: what carries its token is proof. Else the only new
 * reserved node that fits and carries no mark of somebody else is a guess, whatever its state.
 */
export function resolveNodes(
  nodes: readonly KnownReservation[],
  submission: Submission,
  search: CandidateSearch,
  { tags, tagNames }: ReadTags,
): Resolution {
  const tagsOf = ({ id }: KnownReservation) => tags.get(id) ?? {};
  const tagged = {
    ...unmarkedTraits,
    tokenOf: (node: KnownReservation) => tokenIn(tagsOf(node), tagNames),
    isForeign: (node: KnownReservation) => {
      const source = tagsOf(node)[tagNames.source]?.trim();
      return source !== undefined && source !== "" && source !== submission.source;
    },
  };
  const shown = (node: KnownReservation) => {
    const { commitment, ...rest } = listedOf(node);
    // Its charges may be those of its list entry: the price is the one that was agreed on.
    const unmarkedYet = { ...rest, commitment: unmarked(repriced(commitment, submission)) };
    return withTags(unmarkedYet, tagsOf(node), tagNames);
  };
  const candidates = candidatesAmong(nodes, submission, askedBy(redshift, submission), search, tagged);
  const [own, ...others] = candidates.tagged;
  if (others.length > 0) return { kind: "unclear", reason: `the token is on ${list(candidates.tagged)}.` };
  if (own !== undefined) return { kind: "found", found: shown(own), by: "proof" };
  return resolveCandidates(candidates, {
    ...tagged,
    title: redshift.title,
    thing: "reserved node",
    list,
    listedOf: shown,
    manual: lookAndSay,
  });
}

/** Of what nobody has tried to tag yet: the drive does once it is recorded. */
export function unmarked(commitment: Commitment): Commitment {
  return { ...commitment, marked: false };
}

/** `id (2 × ra3.4xlarge, active)`, for a person. */
function list(nodes: readonly KnownReservation[]): string {
  return nodes
    .map(({ id, count, facts, state }) => `${id} (${count ?? "?"} × ${facts["nodeType"] ?? "?"}, ${state})`)
    .join(", ");
}
