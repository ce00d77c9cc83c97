import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { parseScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { createReservationApi } from "./reservation-api.ts";
import { findReservationOffering, reservationBase } from "./reservation-base.ts";
import { listedOf } from "./reservation-commitment.ts";
import { reservationName } from "./reservation-name.ts";
import { namedInAnswer } from "./named-in-answer.ts";
import { parsePurchaseRequest, type PurchaseRequest } from "./reservation-purchase-request.ts";
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
  const { title } = service;
  const api = createReservationApi(service, connect, maxPages);
  const { inventory, ...base } = reservationBase(service, api);
  const sending = {
    timeout: purchaseTimeout,
    parse: parsePurchaseRequest,
    nameOf: ({ name }: PurchaseRequest) => name,
  };

  return {
    ...base,
    // The name stays used: what ended under it was bought, and is not bought again by itself.
    inventory: { ...inventory, endedCounts: true },
    // After a day a person looks: whatever the provider was slow to show is shown by then.
    recovery: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,

    async quote(recommendation, { token, source, generation }, { signal }) {
      const offering = await findReservationOffering(service, api, recommendation, signal);
      const name = reservationName(token, generation);
      const request: PurchaseRequest = {
        offeringId: offering.id,
        name,
        count: recommendation.quantity,
        tags: { [tagNames.source]: source, [tagNames.token]: token },
      };
      return { price: offering.price.total, handle: { name }, request };
    },

    send: (submission) => sendReservation(service, api, submission, sending),

    async resolve(submission, options) {
      const { name } = parsePurchaseRequest(submission.request);
      const calls = await api(parseScope(submission.scope), options.signal);
      const found = await calls.one({ name }, options.signal);
      if (found === undefined) {
        const named = await namedInAnswer(calls, submission, options);
        return named ?? { kind: "absent", reason: `${title} shows no reservation ${name}.` };
      }
      const listed = listedOf(found);
      // Its charges may be those of its list entry: the price is the one that was agreed on.
      const commitment = { ...listed.commitment, price: submission.price };
      return { kind: "found", found: { ...listed, commitment }, by: "proof" };
    },
  };
}
