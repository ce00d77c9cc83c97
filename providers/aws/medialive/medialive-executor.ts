import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { pricedByTheHour } from "../aws-price.ts";
import { purchaseGroupTag, type ResolvedSettings } from "../aws-settings.ts";
import { clientTokenOf } from "../client-token.ts";
import { parkAfter } from "../purchase-times.ts";
import { createReservationApi } from "../reservations/reservation-api.ts";
import { findReservationOffering, reservationBase } from "../reservations/reservation-base.ts";
import { reservationName } from "../reservations/reservation-purchase-request.ts";
import { listingHolds } from "../silent-minutes.ts";
import { resolveMediaLive } from "./medialive-resolve.ts";
import { sendMediaLive } from "./medialive-send.ts";
import {
  mediaLive as service,
  mediaLiveMarks,
  type MediaLiveRecommendation,
  type MediaLiveRequest,
} from "./medialive-service.ts";

/** What is bought is never to renew by itself. */
const neverRenewed = { automaticRenewal: "DISABLED" };

/**
 * MediaLive reservations.
 *
 * A request id made of the token is the handle; its documentation says that it prevents "retries from creating multiple resources",
 * and not for how long. So what holds for savings plans holds here: it is sent again only after a look, and not at every age
 * (docs/decisions/0007-savings-plans-are-sent-again-after-a-look.md). The marker are tags that go with the purchase.
 * Automatic renewal is switched off in every request, and an answer in which it is on is none to what was asked.
 */
export function createMediaLive(
  connect: Connect,
  { tagNames, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<MediaLiveRecommendation> {
  const connectService = createReservationApi(service, connect, maxPages);
  const base = reservationBase(service, connectService, mediaLiveMarks(tagNames.token));
  const factsOf: typeof base.factsOf = (recommendation) => ({
    ...base.factsOf(recommendation),
    ifStated: neverRenewed,
  });

  return {
    ...base,
    factsOf,
    // What is over was bought all the same, and is not bought again by itself.
    inventory: { ...base.inventory, endedCounts: true },
    recovery: { kind: "resend", handle: "derived", minimumAge: listingHolds, parkAfter },
    sendTimeout: purchaseTimeout,

    async quote(recommendation, { token, source, generation }, { signal }) {
      const { id, price } = await findReservationOffering(service, connectService, recommendation, signal);
      const requestId = clientTokenOf(token, generation);
      const name = reservationName(service.name, token, generation);
      const request: MediaLiveRequest = {
        OfferingId: id,
        Count: recommendation.quantity,
        Name: name,
        RequestId: requestId,
        RenewalSettings: { AutomaticRenewal: "DISABLED" },
        Tags: { [tagNames.source]: source, [tagNames.token]: token, [purchaseGroupTag]: requestId },
      };
      return { ...pricedByTheHour(price), handle: { requestId, name }, request };
    },

    send: (submission) => sendMediaLive(connectService, submission, { timeout: purchaseTimeout, tagNames, factsOf }),

    async resolve(submission, { signal, owned, age }) {
      const api = await connectService(submission.scope, signal);
      return resolveMediaLive(await api.all(signal), submission, { tagNames, owned, age });
    },
  };
}
