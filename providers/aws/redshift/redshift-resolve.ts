import type { Submission } from "../../../src/contract/executor.ts";
import type { OldResolution } from "../../../src/contract/old-executor.ts";
import { candidatesAmong, type CandidateSearch } from "../candidates.ts";
import { differencesBetween } from "../differences.ts";
import { judgeCandidates } from "../judge-candidates.ts";
import {
  askedOf,
  commitmentOf,
  type KnownReservation,
  reservationDifferences,
} from "../reservations/reservation-commitment.ts";
import { redshift } from "./redshift-service.ts";

/**
 * What became of a submission, by a complete list: the only new reserved node that fits in everything and is live is
 * guessed to be it. Nothing that Redshift shows is proof.
 */
export function resolveNodes(
  nodes: readonly KnownReservation[],
  submission: Submission,
  search: CandidateSearch,
): OldResolution {
  const recommendation = redshift.schema.parse(submission.recommendation);
  const asked = askedOf(redshift, recommendation);
  const candidates = candidatesAmong(nodes, submission, search, {
    idOf: ({ id }) => id,
    startOf: ({ start }) => start,
    // A list shows no tags, and no end of a term.
    tokenOf: () => undefined,
    isForeign: () => false,
    isOlder: () => false,
    differencesOf: ({ attributes }) => differencesBetween(asked, attributes),
  });
  return judgeCandidates(candidates, {
    title: redshift.title,
    thing: "reserved node",
    quantity: recommendation.quantity,
    list,
    isExact: (node) => node.start !== undefined && reservationDifferences(redshift, recommendation, node).length === 0,
    // Its charges may be those of its list entry: the price is the one that was agreed on.
    commitmentOf: (node) => ({ ...commitmentOf(node), price: submission.price }),
    manual: "Look up at AWS which one is this purchase, and say so with `buyonce resolve`.",
  });
}

/** `id (2 × ra3.4xlarge, active)`, for a person. */
function list(nodes: readonly KnownReservation[]): string {
  return nodes
    .map(
      ({ id, count, attributes, state }) => `${id} (${count ?? "?"} × ${attributes.get("nodeType") ?? "?"}, ${state})`,
    )
    .join(", ");
}
