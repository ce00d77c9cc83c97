import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { createReservationApi } from "../reservations/reservation-api.ts";
import { findReservationOffering, reservationBase } from "../reservations/reservation-base.ts";
import { idsBefore, laneOf } from "../reservations/reservation-candidates.ts";
import { sendReservation } from "../reservations/reservation-send.ts";
import { firstState } from "../aws-commitment.ts";
import { pricedByTheHour } from "../aws-price.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import type { Baseline } from "../candidates.ts";
import { parkAfter } from "../purchase-times.ts";
import { parseNodePurchaseRequest, redshift, type RedshiftRecommendation } from "./redshift-service.ts";
import { fittingNodes, resolveNodes, unmarked } from "./redshift-resolve.ts";
import { createRedshiftTags, withTags } from "./redshift-tag.ts";

const sending = {
  parse: parseNodePurchaseRequest,
  // With an id it is bought, whatever else is left out: nothing else says later which one it is.
  firstState,
  ambiguousCodes: [
    // The caller gives no id that could be used already: whatever it means, it says that there is a reservation.
    redshift.codes.alreadyExists,
    // HTTP 400, yet a service behind Redshift failed on the way; documented for its reads.
    "DependentServiceUnavailableFault",
    "DependentServiceRequestThrottlingFault",
  ],
};

/** How many candidates are asked for their tags at most; where there are more, a person decides anyhow. */
const mostTagged = 20;

/**
 * Redshift reserved nodes.
 *
 * A purchase takes no id, no token and no tags, and sending it twice buys twice. So the ids that exist before it are its handle, and
 * the token is tagged on afterwards, which Redshift may not take: docs/decisions/0006-redshift-tags-are-tried.md. After an unknown outcome the one new reserved node that
 * fits in everything is adopted; where there is none, or more than one, a person decides: it is never bought again by itself. A ledger that
 * was lost may leave nothing to recognise a purchase by, so what is recent and not in the ledger is for a person before a first send too.
 */
export function createRedshift(
  connect: Connect,
  { tagNames, environment, visibility, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<RedshiftRecommendation> {
  const connectRedshift = createReservationApi(redshift, connect, maxPages);
  const base = reservationBase(redshift, connectRedshift);
  const nodeTags = createRedshiftTags(connect);
  const { minimumAge } = visibility;

  return {
    ...base,
    inventory: {
      ...base.inventory,
      async readMarks(scope, listed, { signal }) {
        return withTags(listed, await nodeTags.read(scope, listed.commitment.id, signal), tagNames);
      },
    },
    // A tag that is not there proves nothing, so nothing else may follow from silence than that a person looks.
    recovery: { kind: "manual", minimumAge, parkAfter },
    tokenless: "carries no tag that says what it was bought for, which Redshift may not take",
    sendTimeout: purchaseTimeout,

    laneOf: (recommendation) => laneOf(redshift, base.scopeOf(recommendation).key, recommendation),

    async quote(recommendation, _marker, { signal }) {
      const { id: offeringId, price } = await findReservationOffering(
        redshift,
        connectRedshift,
        recommendation,
        signal,
      );
      const api = await connectRedshift(base.scopeOf(recommendation), signal);
      const baseline = await idsBefore(api, signal);
      return {
        ...pricedByTheHour(price),
        handle: { baseline, offeringId } satisfies Baseline,
        request: { ReservedNodeOfferingId: offeringId, NodeCount: recommendation.quantity },
      };
    },

    async send(submission) {
      const kind = { ...sending, timeout: purchaseTimeout };
      const answer = await sendReservation(redshift, connectRedshift, submission, kind);
      return answer.kind === "bought" ? { ...answer, commitment: unmarked(answer.commitment) } : answer;
    },

    async resolve(submission, { signal, owned, age }) {
      const nodes = await (await connectRedshift(submission.scope, signal)).all(signal);
      const search = { owned, age, now: environment.now(), sendTimeout: purchaseTimeout, minimumAge };
      const fitting = fittingNodes(nodes, submission, search);
      const tags = new Map<string, Readonly<Record<string, string>>>();
      for (const { id } of fitting.slice(0, mostTagged)) {
        tags.set(id, await nodeTags.read(submission.scope, id, signal));
      }
      return resolveNodes(nodes, submission, search, { tags, tagNames });
    },

    async mark(commitment, _submission, { token, source }, { signal, scope }) {
      const shown = await nodeTags.write(
        scope,
        commitment.id,
        { [tagNames.source]: source, [tagNames.token]: token },
        signal,
      );
      return { ...commitment, marked: shown || "waived" };
    },
  };
}
