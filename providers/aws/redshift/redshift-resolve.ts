import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { candidatesAmong, type CandidateSearch, resolveCandidates } from "../candidates.ts";
import { askedOf, type KnownReservation, listedOf } from "../reservations/reservation-commitment.ts";
import { redshift } from "./redshift-service.ts";

/**
 * What became of a submission, by a complete list: the only new reserved node that fits is a guess, whatever its state. Nothing
 * that Redshift shows is proof.
 */
export function resolveNodes(
  nodes: readonly KnownReservation[],
  submission: Submission,
  search: CandidateSearch,
): Resolution {
  const asked = askedOf(redshift, redshift.schema.parse(submission.recommendation));
  return resolveCandidates(candidatesAmong(nodes, submission, asked, search, traits), {
    ...traits,
    title: redshift.title,
    thing: "reserved node",
    list,
    listedOf(node) {
      const { commitment, ...shown } = listedOf(node);
      // Its charges may be those of its list entry: the price is the one that was agreed on.
      return { ...shown, commitment: unmarked({ ...commitment, price: submission.price }) };
    },
    manual: "Look up at AWS which one is this purchase, and say so with `buyonce resolve`.",
  });
}

const traits = {
  idOf: ({ id }: KnownReservation) => id,
  startOf: ({ start }: KnownReservation) => start,
  factsOf: ({ facts }: KnownReservation) => facts,
  // A list shows no tags, and no end of a term.
  tokenOf: () => undefined,
  isForeign: () => false,
  isOlder: () => false,
};

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
