import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Facts, Listed } from "../../../src/contract/listed.ts";
import type { TokenMark } from "../../../src/contract/token.ts";
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

/** The tokens that a reservation carries, by what its service shows. */
export type MarksOf = (reservation: KnownReservation) => readonly TokenMark[];

/** A reservation as the core knows it. */
export function commitmentOf(reservation: KnownReservation, marksOf: MarksOf = (one) => nameMarks(one)): Commitment {
  const { id, state, start, count, charges } = reservation;
  const price = count === undefined ? undefined : priceOf(charges, count);
  // There is nothing to wait for where it carries no token, as on Redshift: what marks it comes with the purchase.
  return awsCommitment(id, state, {
    marked: marksOf(reservation).length === 0 ? "waived" : true,
    ...(price && pricedByTheHour(price)),
    start,
  });
}

/** A reservation as a list shows it. */
export function listedOf(reservation: KnownReservation, marksOf: MarksOf = (one) => nameMarks(one)): Listed {
  return {
    commitment: commitmentOf(reservation, marksOf),
    marks: marksOf(reservation),
    facts: factsOf(reservation),
  };
}

/** The part of a token in its name; on Redshift nothing has one. `services`: whose names count, where they are others. */
export function nameMarks({ name }: Pick<KnownReservation, "name">, services?: string): readonly TokenMark[] {
  const text = tokenPartOf(name, services);
  return text === undefined ? [] : [{ text, whole: false }];
}

/** What a reservation is, as far as its service says so. */
export function factsOf({ facts, count }: Reservation): Facts {
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
