import { createHash } from "node:crypto";
import type { Marker, ServiceExecutor } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import { firstState } from "../aws-commitment.ts";
import { pricedByTheHour } from "../aws-price.ts";
import type { Connect } from "../aws-connect.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { type Baseline, candidatesAmong, resolveCandidates } from "../candidates.ts";
import { parkAfter } from "../purchase-times.ts";
import { createReservationApi } from "../reservations/reservation-api.ts";
import { findReservationOffering, reservationBase } from "../reservations/reservation-base.ts";
import { askedBy, idsBefore, laneOf, lookAndSay, unmarkedTraits } from "../reservations/reservation-candidates.ts";
import { listedOf } from "../reservations/reservation-commitment.ts";
import { sendReservation } from "../reservations/reservation-send.ts";
import {
  redshiftServerless as service,
  type RedshiftServerlessRecommendation,
  type ReservationRequest,
  reservationRequestSchema,
} from "./serverless-service.ts";

/**
 * Redshift Serverless reservations.
 *
 * A client token goes with the purchase, and nothing shows it afterwards: how long AWS remembers it is not documented, and no tag can be
 * set. So the ids that exist before the purchase are its handle, as on Redshift, and the client token is a second guard
 * that nothing relies on. After an unknown outcome the one new reservation that fits in everything is adopted; where there is none,
 * or more than one, a person decides: it is never sent again by itself. A ledger that was lost leaves nothing to recognise a purchase
 * by, so what is recent and not in the ledger is for a person before a first send too.
 */
export function createRedshiftServerless(
  connect: Connect,
  { environment, visibility, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<RedshiftServerlessRecommendation> {
  const connectService = createReservationApi(service, connect, maxPages);
  const base = reservationBase(service, connectService);
  const { minimumAge } = visibility;

  return {
    ...base,
    recovery: { kind: "manual", minimumAge, parkAfter },
    tokenless: "Redshift Serverless shows no token of what it sells",
    sendTimeout: purchaseTimeout,
    laneOf: (recommendation) => laneOf(service, base.scopeOf(recommendation).key, recommendation),

    async quote(recommendation, marker, { signal }) {
      const { id: offeringId, price } = await findReservationOffering(service, connectService, recommendation, signal);
      const api = await connectService(base.scopeOf(recommendation), signal);
      return {
        ...pricedByTheHour(price),
        handle: { baseline: await idsBefore(api, signal), offeringId } satisfies Baseline,
        request: {
          offeringId,
          capacity: recommendation.quantity,
          clientToken: clientTokenOf(marker),
        } satisfies ReservationRequest,
      };
    },

    send: (submission) =>
      sendReservation(service, connectService, submission, {
        timeout: purchaseTimeout,
        parse: (request) => reservationRequestSchema.parse(request),
        // With an id it is bought, whatever else is left out.
        firstState,
      }),

    async resolve(submission, { signal, owned, age }) {
      const all = await (await connectService(submission.scope, signal)).all(signal);
      const search = { owned, age, now: environment.now(), sendTimeout: purchaseTimeout, minimumAge };
      const candidates = candidatesAmong(all, submission, askedBy(service, submission), search, unmarkedTraits);
      return resolveCandidates(candidates, {
        ...unmarkedTraits,
        title: service.title,
        thing: "reservation",
        list: (found) => found.map(({ id, count, state }) => `${id} (${count ?? "?"} RPU, ${state})`).join(", "),
        listedOf(found) {
          const { commitment, ...rest } = listedOf(found);
          // Its charges may be those of its list entry: the price is the one that was agreed on.
          return { ...rest, commitment: repriced(commitment, submission) };
        },
        manual: lookAndSay,
      });
    },
  };
}

/** The same UUID of version 4 for every send of one generation. */
function clientTokenOf({ token, generation }: Marker): string {
  const hex = createHash("sha256").update(`${token}/${generation}`).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join("-");
}
