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

/** A reservation as the core knows it; `tokenTag` where its list shows the tags that went with the purchase. */
export function commitmentOf(reservation: KnownReservation, tokenTag?: string): Commitment {
  const { id, state, start, count, charges } = reservation;
  const price = count === undefined ? undefined : priceOf(charges, count);
  // There is nothing to wait for where it carries no token, as on Redshift: what marks it comes with the purchase.
  return awsCommitment(id, state, {
    marked: marksOf(reservation, tokenTag).length === 0 ? "waived" : true,
    ...(price && pricedByTheHour(price)),
    start,
  });
}

/** A reservation as a list shows it. */
export function listedOf(reservation: KnownReservation, tokenTag?: string): Listed {
  return {
    commitment: commitmentOf(reservation, tokenTag),
    marks: marksOf(reservation, tokenTag),
    facts: factsOf(reservation),
  };
}

/**
 * The token that a reservation carries: in its tag, where its list shows tags, or else a part of it in its name; on Redshift
 * nothing has one. A tag has room for more: anything shorter is what somebody wrote there.
 */
export function marksOf({ name, tags }: KnownReservation, tokenTag?: string): readonly TokenMark[] {
  const tag = tokenTag === undefined ? undefined : tags?.[tokenTag]?.trim().toLowerCase();
  if (tag) return [{ text: tag, whole: /^[0-9a-f]{64}$/.test(tag) }];
  const text = tokenPartOf(name);
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
