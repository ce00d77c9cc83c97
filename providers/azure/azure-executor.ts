import { PurchaseRejectedError } from "../../src/contract/errors.ts";
import type { Submission } from "../../src/contract/executor.ts";
import type { OldServiceExecutor } from "../../src/contract/old-executor.ts";
import { calculatePrice } from "./calculate-price.ts";
import { canonicalReservation } from "./azure-canonical.ts";
import { requireOffered } from "./azure-catalog.ts";
import { compareOrder } from "./compare-order.ts";
import { createListing } from "./azure-listing.ts";
import { describeReservation } from "./describe.ts";
import { collectListed, listedOrder } from "./listed.ts";
import { getOrder, toCommitment, type ReservationOrder } from "./azure-order.ts";
import { visitOrders } from "./orders.ts";
import { fateOf, readStep, type SentOrder } from "./order-fate.ts";
import { toJson } from "./purchase-body.ts";
import { purchaseOrder } from "./purchase-order.ts";
import { bodyOf } from "./recommendation-body.ts";
import { calculateRefund } from "./refund.ts";
import { toRefusal } from "./azure-refusal.ts";
import { attributesOfOrder } from "./reservations.ts";
import { createSchema, type AzureRecommendation } from "./azure-schema.ts";
import { scopeOfTenant, tenantOf } from "./azure-scope.ts";
import type { AzureService } from "./azure-service.ts";
import type { TenantSession } from "./tenant-session.ts";
import { applyPurchaseTags } from "./tags.ts";

/**
 * The order of an id can be read within minutes, and sending the id again finds out the rest. What fails for a whole day,
 * through an outage or a lost right, needs a person.
 */
const parkAfter = 24 * 3_600_000;

/** The executor of one service. All of them buy reservation orders in the same two steps. */
export function createExecutor(
  service: AzureService,
  sessionOf: (tenantId: string | undefined) => TenantSession,
  purchaseTimeout: number,
): OldServiceExecutor<AzureRecommendation> {
  return {
    provider: "azure",
    service: service.name,
    schema: createSchema(service),
    // Azure refuses a second purchase under one minted order id: it answers with the order, or that the id exists or
    // has timed out. That this holds is an assumption; no recording shows a second PUT. So "timed out" proves nothing about
    // a send of the last minutes: a hop on the way may have repeated it.
    recovery: { kind: "resend", minimumAge: 300_000, parkAfter },
    sendTimeout: purchaseTimeout,

    describe: describeReservation,
    canonical: canonicalReservation,

    scopeOf: ({ tenantId }) =>
      scopeOfTenant(tenantId, { key: "azure", own: "Azure, the credential's own tenant", named: "Azure tenant" }),

    async findByTokens(scope, wanted, { signal }) {
      const session = sessionOf(tenantOf(scope));
      const listing = createListing(wanted, session.client.settings.tagNames);
      const note = (order: ReservationOrder) => {
        if (listing.note(order, () => toCommitment(order, { marked: true }))) session.remember(order);
      };
      await visitOrders(session.client, note, listing.isComplete, signal);
      return listing.done();
    },

    async read(scope, id, { signal }) {
      const session = sessionOf(tenantOf(scope));
      const order = await getOrder(session.client, id, { signal }).catch((error: unknown) => {
        throw toRefusal(error, readStep, signal);
      });
      if (order === undefined) return undefined;
      session.remember(order);
      return toCommitment(order, { marked: true });
    },

    async verify(recommendation, commitment, { signal }) {
      const session = sessionOf(recommendation.tenantId);
      let order = session.recall(commitment.id);
      if (order?.quantity === undefined || order.term === undefined || order.billingPlan === undefined) {
        // Not from a listing, or from one that left properties empty, which they are known to do.
        const read = await getOrder(session.client, commitment.id, { signal }).catch((error: unknown) => {
          throw toRefusal(error, { ...readStep, code: "commitment-unverifiable" }, signal);
        });
        order = read ?? order;
      }
      if (order === undefined) {
        return [{ field: "id", asked: `reservation order ${commitment.id}`, found: "no order under that id" }];
      }
      return compareOrder(session.client, bodyOf(service, recommendation), order, signal);
    },

    async quote(recommendation, { token, source }, { signal }) {
      const session = sessionOf(recommendation.tenantId);
      if (service.catalogFirst !== undefined || recommendation.term === "P5Y") {
        const { subscriptionId, region } = recommendation;
        const query = { subscriptionId, region, reservedResourceType: service.reservedResourceType };
        requireOffered(await session.catalog(query, signal), service, recommendation);
      }
      const request = toJson(
        applyPurchaseTags(bodyOf(service, recommendation), source, token, session.client.settings),
      );
      const { price, reservationOrderId } = await calculatePrice(session.client, request, signal);
      return { price, handle: { reservationOrderId }, request };
    },

    async doPurchase(submission, { sentBefore }) {
      const session = sessionOf(tenantOf(submission.scope));
      const order = await purchaseOrder(session.client, sentOrderOf(submission), { sentBefore });
      session.remember(order);
      return toCommitment(order, { marked: true, price: submission.price });
    },

    async resolve(submission, { signal }) {
      const session = sessionOf(tenantOf(submission.scope));
      const fate = await fateOf(session.client, sentOrderOf(submission), { signal });
      if (fate.kind !== "found") return { kind: fate.kind, reason: fate.reason };
      session.remember(fate.what);
      return { kind: "found", commitment: toCommitment(fate.what, { marked: true, price: submission.price }) };
    },

    async list(scope, { signal }) {
      const { client } = sessionOf(tenantOf(scope));
      const all = collectListed();
      const note = (order: ReservationOrder) => all.note(listedOrder(order, client.settings.tagNames));
      await visitOrders(client, note, () => false, signal);
      return all.done();
    },

    details: (scope, id, { signal }) => attributesOfOrder(sessionOf(tenantOf(scope)).client, id, signal),
    refund: (scope, id, { signal }) => calculateRefund(sessionOf(tenantOf(scope)).client, id, signal),
  };
}

function sentOrderOf({ handle, request, token, evidence }: Submission): SentOrder {
  const reservationOrderId = handle["reservationOrderId"];
  if (typeof reservationOrderId === "string") return { reservationOrderId, request, token, evidence };
  throw new PurchaseRejectedError({
    message: "The submission names no reservation order id; nothing was sent.",
    providerCode: "InvalidReservationOrderId",
    left: false,
  });
}
