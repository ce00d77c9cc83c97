import type { Commitment } from "../../../src/contract/commitment.ts";
import { PurchaseOutcomeUnknownError, RefusedError } from "../../../src/contract/errors.ts";
import type { Difference } from "../../../src/contract/executor.ts";
import type { ListedCommitment } from "../../../src/contract/listed-commitment.ts";
import { differencesBetween, statedAttributes } from "../differences.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import { priceOf } from "../aws-price.ts";
import { isText } from "../is-text.ts";
import { isFinal, standingOf } from "../aws-standing.ts";
import type { Reservation, ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/** A reservation of which enough is known to be taken for one. */
export type KnownReservation = Reservation & { readonly id: string; readonly name: string; readonly state: string };

/**
 * It has an id, a name and a state; without those an entry of a list proves nothing. They have to be texts: the SDK takes
 * whatever stands in an answer of JSON.
 */
function isKnown(reservation: Reservation | undefined): reservation is KnownReservation {
  return [reservation?.id, reservation?.name, reservation?.state].every(isText);
}

/** A list that may be taken for one. Throws a RefusedError `lookup-untrusted` for an entry that says too little. */
export function allKnown(reservations: readonly Reservation[], call: string): readonly KnownReservation[] {
  if (reservations.every(isKnown)) return reservations;
  throw new RefusedError({
    code: "lookup-untrusted",
    message: `${call} listed an entry without an id or a state that can be read: that is no proof that nothing was bought. Drive again later.`,
    retryable: true,
  });
}

/** The answer to a purchase. Throws a PurchaseOutcomeUnknownError where it says too little of a reservation. */
export function fromAnswer(reservation: Reservation | undefined, title: string): KnownReservation {
  if (isKnown(reservation)) return reservation;
  const id = reservation?.id;
  throw new PurchaseOutcomeUnknownError({
    evidence: isText(id) ? [id] : [],
    message: `${title} answered the purchase without a reservation. Drive again: it is looked for first.`,
  });
}

/** A reservation as the core knows it. Its name is its marker, so it is always marked; on Redshift there is nothing to wait for. */
export function commitmentOf({ id, state, start, count, charges }: KnownReservation): Commitment {
  const price = count === undefined ? undefined : priceOf(charges, count)?.total;
  return {
    id,
    state,
    standing: standingOf(state),
    settled: isFinal(state),
    marked: true,
    ...(price ? { price } : {}),
    ...(start ? { purchasedAt: start.toISOString() } : {}),
  };
}

/** A reservation as an audit sees it. No marker of it can be missing: its name cannot be changed, or it has none at all. */
export function listedReservation(reservation: KnownReservation, token: string | undefined): ListedCommitment {
  const { attributes, count } = reservation;
  return { commitment: commitmentOf(reservation), token, attributes: statedAttributes(attributes), count };
}

/** All that decides what is bought, as asked for, by field. */
export function askedOf<R extends ReservationRecommendation>(
  service: Pick<ReservationService<R>, "asked">,
  recommendation: R,
): ReadonlyMap<string, string> {
  const { payment, term } = recommendation;
  return new Map([
    ...service.asked(recommendation),
    ["payment", offeringTypes[payment]],
    ["term", `${durations[term]} s`],
  ]);
}

/** How a reservation differs from what was asked for, its count included. */
export function reservationDifferences<R extends ReservationRecommendation>(
  service: Pick<ReservationService<R>, "asked">,
  recommendation: R,
  { attributes, count }: Reservation,
): readonly Difference[] {
  const asked = new Map([...askedOf(service, recommendation), ["quantity", String(recommendation.quantity)]]);
  return differencesBetween(asked, new Map([...attributes, ["quantity", count?.toString()]]));
}
