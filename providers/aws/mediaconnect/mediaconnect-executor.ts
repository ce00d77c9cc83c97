import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { isText } from "../aws-lists.ts";
import { pricedByTheHour } from "../aws-price.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { parkAfter } from "../purchase-times.ts";
import { createReservationApi } from "../reservations/reservation-api.ts";
import { findReservationOffering, reservationBase } from "../reservations/reservation-base.ts";
import { idsBefore } from "../reservations/reservation-candidates.ts";
import { reservationName } from "../reservations/reservation-purchase-request.ts";
import { listingHolds } from "../silent-minutes.ts";
import { resolveMediaConnect } from "./mediaconnect-resolve.ts";
import { sendMediaConnect } from "./mediaconnect-send.ts";
import {
  mediaConnect as service,
  mediaConnectMarks,
  type MediaConnectRecommendation,
  type MediaConnectRequest,
} from "./mediaconnect-service.ts";

/**
 * MediaConnect reservations.
 *
 * A purchase takes neither a client token nor tags, but a name, which is made of the token and is found again by. Its user guide says
 * that names "must be unique in your account within the current Region", and its API that nothing more is sold while a
 * reservation is active; that either is enforced is an assumption until it is shown. So a second request is taken to buy again: after
 * an unknown outcome it is looked for by its name, and bought again only once it is absent twice, 15 minutes after it was sent.
 * https://docs.aws.amazon.com/mediaconnect/latest/ug/reservations.html
 */
export function createMediaConnect(
  connect: Connect,
  { environment, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<MediaConnectRecommendation> {
  const connectService = createReservationApi(service, connect, maxPages);
  const base = reservationBase(service, connectService, mediaConnectMarks);

  return {
    ...base,
    // What is over was bought all the same, and is not bought again by itself.
    inventory: { ...base.inventory, endedCounts: true },
    recovery: { kind: "absence", answers: 2, minimumAge: listingHolds, parkAfter },
    sendTimeout: purchaseTimeout,
    // One is sold at a time: whether another can be is known once what became of this one is.
    laneOf: (recommendation) => base.scopeOf(recommendation).key,

    async quote(recommendation, { token, generation }, { signal, sentAs }) {
      const { id, price } = await findReservationOffering(service, connectService, recommendation, signal);
      const api = await connectService(base.scopeOf(recommendation), signal);
      const baseline = await idsBefore(api, signal);
      const earlier = sentAs?.["name"];
      const name = isText(earlier) ? earlier : reservationName(service.name, token, generation);
      const request: MediaConnectRequest = {
        OfferingArn: id,
        ReservationName: name,
        Start: startAt(environment.now()),
      };
      return { ...pricedByTheHour(price), handle: { baseline, name }, request };
    },

    send: (submission) => sendMediaConnect(connectService, submission, purchaseTimeout),

    async resolve(submission, { signal, owned }) {
      const api = await connectService(submission.scope, signal);
      return resolveMediaConnect(await api.all(signal), submission, owned);
    },
  };
}

/** By how many milliseconds this clock may be ahead of that of AWS: far less than by which a start makes a purchase an older one. */
const mayBeAhead = 60_000;

/**
 * When it begins: now. AWS takes a start between the first day of the month and its own current time, so what is a little ahead would
 * be refused.
 */
function startAt(now: number): string {
  const month = `${new Date(now).toISOString().slice(0, 7)}-01T00:00:00Z`;
  const start = Math.max(now - mayBeAhead, Date.parse(month));
  return `${new Date(start).toISOString().slice(0, 19)}Z`;
}
