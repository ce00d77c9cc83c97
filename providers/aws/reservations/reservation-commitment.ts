import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Facts, Listed } from "../../../src/contract/listed.ts";
import { awsCommitment } from "../aws-commitment.ts";
import type { Asked } from "../aws-facts.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import { isText } from "../aws-lists.ts";
import { priceOf, pricedByTheHour } from "../aws-price.ts";
import { tokenPartOf } from "./reservation-purchase-request.ts";
import type { Reservation, ReservationRecommendation } from "./reservation-service.ts";

/** A reservation of which enough is known to be taken for one. */
export type KnownReservation = Reservation & { readonly id: string; readonly name: string; readonly state: string };

/**
 * It has an id, a name and a state; without those an entry of a list, or an answer, proves nothing. They have to be texts: the
 * SDK takes whatever stands in an answer of JSON.
 */
export function isKnown(reservation: Reservation | undefined): reservation is KnownReservation {
  return [reservation?.id, reservation?.name, reservation?.state].every(isText);
}

/** A reservation as the core knows it. */
export function commitmentOf({ id, name, state, start, count, charges }: KnownReservation): Commitment {
  const price = count === undefined ? undefined : priceOf(charges, count);
  // A name cannot be changed: there is nothing to wait for where it is made of no token, as all names of Redshift.
  return awsCommitment(id, state, {
    marked: tokenPartOf(name) === undefined ? "waived" : true,
    ...(price && pricedByTheHour(price)),
    start,
  });
}

/** A reservation as a list shows it. The part of the token in its name is its marker; on Redshift nothing has one. */
export function listedOf(reservation: KnownReservation): Listed {
  const text = tokenPartOf(reservation.name);
  return {
    commitment: commitmentOf(reservation),
    marks: text === undefined ? [] : [{ text, whole: false }],
    facts: factsOf(reservation),
  };
}

/** What a reservation is, as far as its service says so. */
function factsOf({ facts, count }: Reservation): Facts {
  return { ...facts, quantity: count?.toString() };
}

/** All that decides what is bought but the count, as asked for, by field. */
export function askedOf<R extends ReservationRecommendation>(
  service: { asked(recommendation: R): Asked },
  recommendation: R,
): Asked {
  const { payment, term } = recommendation;
  return { ...service.asked(recommendation), payment: offeringTypes[payment], term: `${durations[term]} s` };
}
