import type { Commitment } from "../../../src/contract/commitment.ts";
import type { OldServiceExecutor } from "../../../src/contract/old-executor.ts";
import type { Connect } from "../aws-connect.ts";
import { createReservationApi } from "../reservations/reservation-api.ts";
import { findReservationOffering, reservationBase } from "../reservations/reservation-base.ts";
import { askedOf, commitmentOf, listedReservation } from "../reservations/reservation-commitment.ts";
import { parseScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { purchaseNodes } from "./redshift-purchase.ts";
import { redshift, type RedshiftRecommendation } from "./redshift-service.ts";
import { resolveNodes } from "./redshift-resolve.ts";
import { tryToTag } from "./redshift-tag.ts";

/**
 * Redshift reserved nodes.
 *
 * A purchase takes no id, no token and no tags, sending it twice buys twice, and nothing that Redshift shows carries the
 * token. So the ids that exist before it are its handle. After an unknown outcome the one new reserved node that fits in
 * everything is adopted; where there is none, or more than one, a person decides: it is never bought again by itself.
 */
export function createRedshift(
  connect: Connect,
  { tagNames, environment, visibility, purchaseTimeout, maxPages }: ResolvedSettings,
): OldServiceExecutor<RedshiftRecommendation> {
  const api = createReservationApi(redshift, connect, maxPages);
  const base = reservationBase(redshift, api);
  const { minimumAge } = visibility;

  return {
    ...base,
    // After a day a person has to decide: what Redshift was slow to show is shown by then.
    recovery: { kind: "manual", minimumAge, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,

    laneOf(recommendation) {
      // As on EC2, the count is left out: two that differ in nothing else are for a person if both are open.
      return `${base.scopeOf(recommendation).key}/${[...askedOf(redshift, recommendation).values()].join("/")}`;
    },

    async findByTokens(scope, { ids }, { signal }) {
      const nodes = await (await api(parseScope(scope), signal)).all(signal);
      const known = nodes.filter(({ id }) => ids.has(id));
      return { byToken: new Map(), byId: new Map(known.map((node) => [node.id, commitmentOf(node)])) };
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

    async doPurchase(submission) {
      const bought = await purchaseNodes(api, submission, purchaseTimeout);
      return notTried({ ...commitmentOf(bought), price: submission.price });
    },

    async resolve(submission, { signal, owned }) {
      const nodes = await (await api(parseScope(submission.scope), signal)).all(signal);
      const search = { owned, now: environment.now(), sendTimeout: purchaseTimeout, minimumAge };
      const resolution = resolveNodes(nodes, submission, search);
      return resolution.kind === "found" ? { ...resolution, commitment: notTried(resolution.commitment) } : resolution;
    },

    async mark(commitment, _submission, { token, source }, { signal, scope }) {
      const tags = { [tagNames.source]: source, [tagNames.token]: token };
      await tryToTag(connect, parseScope(scope), commitment.id, tags, signal);
      return { ...commitment, marked: true };
    },

    async list(scope, { signal }) {
      const all = await (await api(parseScope(scope), signal)).all(signal);
      // Nothing that Redshift shows carries a token: only the ledger's ids say which are its own.
      return all.map((node) => listedReservation(node, undefined));
    },
  };
}

/** So that `mark` tries the tags once it is recorded; whatever comes of that, nothing waits for them. */
function notTried(commitment: Commitment): Commitment {
  return { ...commitment, marked: false };
}
