import type { Commitment } from "../../../src/contract/commitment.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Facts, Listed } from "../../../src/contract/listed.ts";
import { factsOfMap } from "../aws-facts.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import { priceOf } from "../aws-price.ts";
import { isText } from "../is-text.ts";
import { isFinal, standingOf } from "../aws-standing.ts";
import { tokenPartOf } from "./reservation-name.ts";
import type { Reservation, ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/** A reservation of which enough is known to be taken for one. */
export type KnownReservation = Reservation & { readonly id: string; readonly name: string; readonly state: string };

/**
 * It has an id, a name and a state; without those an entry of a list, or an answer, proves nothing. They have to be texts: the
 * SDK takes whatever stands in an answer of JSON.
 */
export function isKnown(reservation: Reservation | undefined): reservation is KnownReservation {
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

/** A reservation as the core knows it. */
export function commitmentOf({ id, name, state, start, count, charges }: KnownReservation): Commitment {
  const price = count === undefined ? undefined : priceOf(charges, count)?.total;
  return {
    id,
    state,
    standing: standingOf(state),
    settled: isFinal(state),
    // A name cannot be changed: there is nothing to wait for where it is made of no token, as all names of Redshift.
    marked: tokenPartOf(name) === undefined ? "waived" : true,
    ...(price ? { price } : {}),
    ...(start ? { purchasedAt: start.toISOString() } : {}),
  };
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
export function factsOf({ attributes, count }: Reservation): Facts {
  return { ...factsOfMap(attributes), quantity: count?.toString() };
}

/** All that decides what is bought but the count, as asked for, by field. */
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

/** The same and the count, in the words of {@link factsOf}. */
export function askedFacts<R extends ReservationRecommendation>(
  service: Pick<ReservationService<R>, "asked">,
  recommendation: R,
): Facts {
  return { ...factsOfMap(askedOf(service, recommendation)), quantity: String(recommendation.quantity) };
}
