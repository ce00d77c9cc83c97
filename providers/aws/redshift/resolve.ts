import type { Resolution, Submission } from "../../../src/spec/executor.ts";
import { candidatesAmong } from "../candidates.ts";
import { differencesBetween } from "../differences.ts";
import { judgeCandidates } from "../judge-candidates.ts";
import { askedOf, commitmentOf, type KnownReservation, reservationDifferences } from "../reservations/commitment.ts";
import { redshift } from "./redshift.ts";

/**
 * What became of a submission, by a complete list: the only new node reservation that fits in everything is adopted. One
 * that came to nothing proves nothing, because it may be somebody else's while our own is not listed yet.
 */
export function resolveNodes(
  nodes: readonly KnownReservation[],
  submission: Submission,
  owned: ReadonlySet<string>,
): Resolution {
  const recommendation = redshift.schema.parse(submission.recommendation);
  const asked = askedOf(redshift, recommendation);
  const candidates = candidatesAmong(nodes, submission, owned, {
    idOf: ({ id }) => id,
    startOf: ({ start }) => start,
    tokenOf: () => undefined,
    differencesOf: ({ attributes }) => differencesBetween(asked, attributes),
  });
  return judgeCandidates(candidates, {
    title: redshift.title,
    thing: "reserved node",
    quantity: recommendation.quantity,
    list,
    isExact: (node) => reservationDifferences(redshift, recommendation, node).length === 0,
    // Its charges may be those of its list entry: the price is the one that was agreed on.
    commitmentOf: (node) => ({ ...commitmentOf(node), price: submission.price }),
    failedIsProof: false,
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
