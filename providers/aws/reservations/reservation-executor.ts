import type { Commitment } from "../../../src/contract/commitment.ts";
import type { OldResolution, OldServiceExecutor } from "../../../src/contract/old-executor.ts";
import type { Connect } from "../aws-connect.ts";
import { statedDifferences } from "../differences.ts";
import { parseScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { createReservationApi } from "./reservation-api.ts";
import { findReservationOffering, reservationBase } from "./reservation-base.ts";
import { commitmentOf, listedReservation, reservationDifferences } from "./reservation-commitment.ts";
import { createNameMatcher, reservationName, tokenPartOf } from "./reservation-name.ts";
import { namedInAnswer } from "./named-in-answer.ts";
import { purchase } from "./reservation-purchase.ts";
import { parsePurchaseRequest, type PurchaseRequest } from "./reservation-purchase-request.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/**
 * The executor of a service that sells reservations under an id of the caller's choice.
 *
 * The id is made of the token: it is handle and marker at once. The service refuses a second reservation under it, so the
 * same request may be sent again, and whatever it was that made the id be used, it is read, compared and adopted.
 */
export function createReservationExecutor<R extends ReservationRecommendation>(
  service: ReservationService<R>,
  connect: Connect,
  { tagNames, purchaseTimeout, maxPages }: ResolvedSettings,
): OldServiceExecutor<R> {
  const { title } = service;
  const api = createReservationApi(service, connect, maxPages);

  return {
    ...reservationBase(service, api),
    // After a day a person looks: whatever the provider was slow to show is shown by then.
    recovery: { kind: "resend", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,

    async findByTokens(scope, { tokens, ids }, { signal }) {
      const tokenOf = createNameMatcher(tokens);
      const byToken = new Map<string, Commitment[]>();
      const byId = new Map<string, Commitment>();
      for (const reservation of await (await api(parseScope(scope), signal)).all(signal)) {
        const commitment = commitmentOf(reservation);
        if (ids.has(reservation.id)) byId.set(reservation.id, commitment);
        const token = tokenOf(reservation.name);
        if (token !== undefined) byToken.set(token, [...(byToken.get(token) ?? []), commitment]);
      }
      // The name stays used: what ended under it was bought, and is not bought again by itself.
      return { byToken, byId, endedCounts: true };
    },

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

    async doPurchase(submission, { sentBefore }) {
      const bought = await purchase(service, api, submission, { sentBefore, timeout: purchaseTimeout });
      return { ...commitmentOf(bought), price: submission.price };
    },

    async resolve(submission, { signal, owned }): Promise<OldResolution> {
      const { name } = parsePurchaseRequest(submission.request);
      const calls = await api(parseScope(submission.scope), signal);
      const found = await calls.one({ name }, signal);
      if (!found) {
        const named = await namedInAnswer(calls, submission, { signal, owned });
        return named ?? { kind: "absent", reason: `${title} shows no reservation ${name}.` };
      }
      const recommendation = service.schema.parse(submission.recommendation);
      const differences = statedDifferences(reservationDifferences(service, recommendation, found));
      if (differences.length > 0) {
        const fields = differences.map(({ field }) => field).join(", ");
        return { kind: "unclear", reason: `${name} exists, but differs from what was asked for in ${fields}.` };
      }
      return { kind: "found", commitment: { ...commitmentOf(found), price: submission.price } };
    },

    async list(scope, { signal }) {
      const all = await (await api(parseScope(scope), signal)).all(signal);
      return all.map((reservation) => listedReservation(reservation, tokenPartOf(reservation.name)));
    },
  };
}
