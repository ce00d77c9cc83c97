import type { CallOptions, Marker, Quote, ServiceExecutor, Submission } from "../../src/contract/executor.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import { canonicalReservation } from "./azure-canonical.ts";
import { isRareTerm, requireOffered, type Catalog } from "./azure-catalog.ts";
import { applyPurchaseTags } from "./azure-marker.ts";
import { recoveryOf } from "./azure-recovery.ts";
import { createSchema, type AnyAzureReservation } from "./azure-schema.ts";
import { scopeOfTenant, tenantOf } from "./azure-scope.ts";
import type { AzureService } from "./azure-services.ts";
import { calculatePrice } from "./calculate-price.ts";
import { describeReservation } from "./describe.ts";
import { bodyOf, toJson } from "./purchase-body.ts";
import { askedFacts } from "./reservation-facts.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { resolveOrder } from "./resolve-order.ts";
import { sendOrder, type SentOrder } from "./send-order.ts";

/** What the executors of all services share. */
interface ExecutorParts {
  readonly clientOf: (tenantId: string | undefined) => ReservationsClient;
  readonly catalogOf: (tenantId: string | undefined) => Catalog;
  readonly inventory: Inventory;
  readonly purchaseTimeout: number;
}

/** The executor of one service. All of them buy reservation orders in the same two steps. */
export function createReservationExecutor(
  service: AzureService,
  parts: ExecutorParts,
): ServiceExecutor<AnyAzureReservation> {
  const { clientOf, inventory, purchaseTimeout } = parts;
  const clientIn = ({ scope }: Submission) => clientOf(tenantOf(scope));
  return {
    provider: "azure",
    service: service.name,
    schema: createSchema(service),
    // Azure refuses a second purchase under one minted order id: it answers with the order, or that the id exists or
    // has timed out. That this holds is an assumption; no recording shows a second PUT. So "timed out" proves nothing about
    // a send of the last minutes: a hop on the way may have repeated it.
    recovery: recoveryOf("minted"),
    sendTimeout: purchaseTimeout,
    inventory,
    describe: describeReservation,
    canonical: canonicalReservation,
    scopeOf: ({ tenantId }) =>
      scopeOfTenant(tenantId, { key: "azure", own: "Azure, the credential's own tenant", named: "Azure tenant" }),
    factsOf: (recommendation) => askedFacts(bodyOf(service, recommendation)),
    quote: (recommendation, marker, options) => quote(service, parts, recommendation, marker, options),
    send: (submission) => sendOrder(clientIn(submission), sentOrderOf(submission)),
    resolve: (submission, { signal }) => resolveOrder(clientIn(submission), sentOrderOf(submission), { signal }),
  };
}

async function quote(
  service: AzureService,
  { clientOf, catalogOf }: ExecutorParts,
  recommendation: AnyAzureReservation,
  { token, source }: Marker,
  { signal }: CallOptions,
): Promise<Quote> {
  const { tenantId, subscriptionId, region, term, publisherId, offerId, planId } = recommendation;
  const client = clientOf(tenantId);
  if (service.catalogFirst !== undefined || isRareTerm(term)) {
    const { reservedResourceType } = service;
    const query = { subscriptionId, region, reservedResourceType, publisherId, offerId, planId };
    const items = await catalogOf(tenantId)(query, signal);
    requireOffered(items, service, recommendation);
  }
  const request = toJson(applyPurchaseTags(bodyOf(service, recommendation), source, token, client.settings));
  const { price, payments, reservationOrderId } = await calculatePrice(client, request, signal);
  return { price, payments, handle: { reservationOrderId }, request };
}

function sentOrderOf({ handle, request, token, price, evidence }: Submission): SentOrder {
  const id = handle["reservationOrderId"];
  return { reservationOrderId: typeof id === "string" ? id : "", request, token, price, evidence };
}
