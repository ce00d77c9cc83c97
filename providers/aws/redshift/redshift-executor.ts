import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { createReservationApi } from "../reservations/reservation-api.ts";
import { findReservationOffering, reservationBase } from "../reservations/reservation-base.ts";
import { askedOf } from "../reservations/reservation-commitment.ts";
import { type Sending, sendReservation } from "../reservations/reservation-send.ts";
import { parseScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { type NodePurchaseRequest, parseNodePurchaseRequest } from "./redshift-purchase-request.ts";
import { redshift, type RedshiftRecommendation } from "./redshift-service.ts";
import { resolveNodes, unmarked } from "./redshift-resolve.ts";
import { tryToTag } from "./redshift-tag.ts";

/**
 * Redshift reserved nodes.
 *
 * A purchase takes no id, no token and no tags, sending it twice buys twice, and nothing that Redshift lists carries the
 * token. So the ids that exist before it are its handle. After an unknown outcome the one new reserved node that fits in
 * everything is adopted; where there is none, or more than one, a person decides: it is never bought again by itself.
 */
export function createRedshift(
  connect: Connect,
  { tagNames, environment, visibility, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<RedshiftRecommendation> {
  const api = createReservationApi(redshift, connect, maxPages);
  const base = reservationBase(redshift, api);
  const { minimumAge } = visibility;
  const sending: Sending<NodePurchaseRequest> = {
    timeout: purchaseTimeout,
    parse: parseNodePurchaseRequest,
    // With an id it is bought, whatever else is left out: nothing else says later which one it is.
    firstState: "payment-pending",
    ambiguousCodes: [
      // The caller gives no id that could be used already: whatever it means, it says that there is a reservation.
      redshift.codes.alreadyExists,
      // HTTP 400, yet a service behind Redshift failed on the way; documented for its reads.
      "DependentServiceUnavailableFault",
      "DependentServiceRequestThrottlingFault",
    ],
  };

  return {
    ...base,
    // After a day a person has to decide: what Redshift was slow to show is shown by then.
    recovery: { kind: "manual", minimumAge, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,

    laneOf(recommendation) {
      // As on EC2, the count is left out: two that differ in nothing else are for a person if both are open.
      return `${base.scopeOf(recommendation).key}/${[...askedOf(redshift, recommendation).values()].join("/")}`;
    },

    async quote(recommendation, _marker, { signal }) {
      const { id, price } = await findReservationOffering(redshift, api, recommendation, signal);
      const before = await (await api(parseScope(base.scopeOf(recommendation)), signal)).all(signal);
      return {
        price: price.total,
        handle: { baseline: before.map((node) => node.id).toSorted(), offeringId: id },
        request: { ReservedNodeOfferingId: id, NodeCount: recommendation.quantity },
      };
    },

    async send(submission) {
      const answer = await sendReservation(redshift, api, submission, sending);
      return answer.kind === "bought" ? { ...answer, commitment: unmarked(answer.commitment) } : answer;
    },

    async resolve(submission, { signal, owned }) {
      const nodes = await (await api(parseScope(submission.scope), signal)).all(signal);
      const search = { owned, now: environment.now(), sendTimeout: purchaseTimeout, minimumAge };
      return resolveNodes(nodes, submission, search);
    },

    async mark(commitment, _submission, { token, source }, { signal, scope }) {
      const tags = { [tagNames.source]: source, [tagNames.token]: token };
      const shown = await tryToTag(connect, parseScope(scope), commitment.id, tags, signal);
      return { ...commitment, marked: shown || "waived" };
    },
  };
}
