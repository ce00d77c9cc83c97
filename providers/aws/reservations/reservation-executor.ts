import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { isText } from "../aws-lists.ts";
import { pricedByTheHour } from "../aws-price.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { parkAfter, shownAfter } from "../purchase-times.ts";
import { createReservationApi } from "./reservation-api.ts";
import { findReservationOffering, reservationBase } from "./reservation-base.ts";
import { parsePurchaseRequest, type PurchaseRequest, reservationName } from "./reservation-purchase-request.ts";
import { resolveReservation } from "./reservation-resolve.ts";
import { sendReservation } from "./reservation-send.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/**
 * The executor of a service that sells reservations under an id of the caller's choice.
 *
 * The id is made of the token: it is handle and marker at once. The service refuses a second reservation under it, so the
 * same request may be sent again, and whatever it was that made the id be used, it is found under it.
 */
export function createReservationExecutor<R extends ReservationRecommendation>(
  service: ReservationService<R>,
  connect: Connect,
  { tagNames, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<R> {
  const connectService = createReservationApi(service, connect, maxPages);
  const { inventory, ...base } = reservationBase(service, connectService);
  const sending = {
    timeout: purchaseTimeout,
    parse: parsePurchaseRequest,
    nameOf: ({ name }: PurchaseRequest) => name,
  };

  return {
    ...base,
    // The name stays used: what ended under it was bought, and is not bought again by itself.
    inventory: { ...inventory, endedCounts: true },
    recovery: { kind: "resend", handle: "derived", minimumAge: shownAfter, parkAfter },
    sendTimeout: purchaseTimeout,

    async quote(recommendation, { token, source, generation }, { signal, sentAs }) {
      const offering = await findReservationOffering(service, connectService, recommendation, signal);
      const earlier = sentAs?.["name"];
      const name = isText(earlier) ? earlier : reservationName(service.name, token, generation);
      const request: PurchaseRequest = {
        offeringId: offering.id,
        name,
        count: recommendation.quantity,
        tags: { [tagNames.source]: source, [tagNames.token]: token },
      };
      return { ...pricedByTheHour(offering.price), handle: { name }, request };
    },

    send: (submission) => sendReservation(service, connectService, submission, sending),

    async resolve(submission, { signal, owned }) {
      const api = await connectService(submission.scope, signal);
      return resolveReservation(service, api, submission, { signal, owned });
    },
  };
}
