import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { candidatesAmong, type CandidateSearch } from "../candidates.ts";
import { differencesBetween } from "../differences.ts";
import { judgeCandidates } from "../judge-candidates.ts";
import {
  askedFacts,
  askedOf,
  commitmentOf,
  factsOf,
  type KnownReservation,
} from "../reservations/reservation-commitment.ts";
import { redshift } from "./redshift-service.ts";

/**
 * What became of a submission, by a complete list: the only new reserved node that fits in everything is guessed to be it,
 * whatever its state. Nothing that Redshift shows is proof.
 */
export function resolveNodes(
  nodes: readonly KnownReservation[],
  submission: Submission,
  search: CandidateSearch,
): Resolution {
  const recommendation = redshift.schema.parse(submission.recommendation);
  const attributes = askedOf(redshift, recommendation);
  const asked = Object.entries(askedFacts(redshift, recommendation));
  const candidates = candidatesAmong(nodes, submission, search, {
    idOf: ({ id }) => id,
    startOf: ({ start }) => start,
    // A list shows no tags, and no end of a term.
    tokenOf: () => undefined,
    isForeign: () => false,
    isOlder: () => false,
    differencesOf: (node) => differencesBetween(attributes, node.attributes),
  });
  const judged = judgeCandidates(candidates, {
    title: redshift.title,
    thing: "reserved node",
    quantity: recommendation.quantity,
    list,
    isExact: (node) => node.start !== undefined && asked.every(([field, value]) => factsOf(node)[field] === value),
    // Its charges may be those of its list entry: the price is the one that was agreed on.
    commitmentOf: (node) => unmarked({ ...commitmentOf(node), price: submission.price }),
    manual: "Look up at AWS which one is this purchase, and say so with `buyonce resolve`.",
  });
  if (judged.kind !== "found") return judged;
  const { commitment } = judged;
  const [facts = {}] = nodes.filter(({ id }) => id === commitment.id).map(factsOf);
  return { kind: "found", found: { commitment, marks: [], facts }, by: "guess" };
}

/** Of what nobody has tried to tag yet: the drive does once it is recorded. */
export function unmarked(commitment: Commitment): Commitment {
  return { ...commitment, marked: false };
}

/** `id (2 × ra3.4xlarge, active)`, for a person. */
function list(nodes: readonly KnownReservation[]): string {
  return nodes
    .map(
      ({ id, count, attributes, state }) => `${id} (${count ?? "?"} × ${attributes.get("nodeType") ?? "?"}, ${state})`,
    )
    .join(", ");
}
