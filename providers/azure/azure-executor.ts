import type { Marker, Quote, QuoteOptions, ServiceExecutor, Submission } from "../../src/contract/executor.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import { aliasNameIn, aliasNameOf } from "./aliases/order-alias.ts";
import { aliasBodyOf } from "./aliases/reservation-alias.ts";
import { canonicalReservation } from "./azure-canonical.ts";
import { isRareTerm, requireOffered, type Catalog } from "./azure-catalog.ts";
import { applyPurchaseTags } from "./azure-marker.ts";
import { recoveryOf } from "./azure-recovery.ts";
import { schemaOf, type AnyAzureReservation } from "./azure-schema.ts";
import { scopeOfTenant, tenantOf } from "./azure-scope.ts";
import type { AzureService } from "./azure-services.ts";
import { buyReservation, resolveReservation } from "./buy-reservation.ts";
import { calculatePrice } from "./calculate-price.ts";
import { describeReservation } from "./describe.ts";
import { bodyOf, toJson } from "./purchase-body.ts";
import { askedFacts } from "./reservation-facts.ts";
import type { ReservationFlow } from "./reservation-flow.ts";
import type { ReservationsClient } from "./reservations-client.ts";

/** What the executors of all services share. */
interface ExecutorParts {
  readonly clientOf: (tenantId: string | undefined) => ReservationsClient;
  readonly catalogOf: (tenantId: string | undefined) => Catalog;
  readonly inventory: Inventory;
  readonly purchaseTimeout: number;
  readonly reservationFlow: ReservationFlow;
}

/** The executor of one service. All of them buy reservation orders in the same two steps, or under an alias. */
export function createReservationExecutor(
  service: AzureService,
  parts: ExecutorParts,
): ServiceExecutor<AnyAzureReservation> {
  const { clientOf, inventory, purchaseTimeout, reservationFlow } = parts;
  const clientIn = ({ scope }: Submission) => clientOf(tenantOf(scope));
  return {
    provider: "azure",
    service: service.name,
    // Made when it is asked for: there are many services, and a drive buys of few.
    get schema() {
      return schemaOf(service);
    },
    // Azure refuses a second purchase under one minted order id: it answers with the order, or that the id exists or
    // has timed out. That this holds is an assumption; no recording shows a second PUT. So "timed out" proves nothing about
    // a send of the last minutes: a hop on the way may have repeated it.
    // An alias is made of the token, and read before every send: see sendUnderAlias.
    recovery: recoveryOf(reservationFlow === "alias" ? "derived" : "minted"),
    // What was sent in one flow is found out about in that flow, whichever one is set now.
    kindOfHandle: (handle) => (aliasNameIn(handle) === undefined ? "minted" : "derived"),
    sendTimeout: purchaseTimeout,
    inventory,
    describe: describeReservation,
    canonical: canonicalReservation,
    scopeOf: ({ tenantId }) =>
      scopeOfTenant(tenantId, { key: "azure", own: "Azure, the credential's own tenant", named: "Azure tenant" }),
    writesLeft: (scope) => clientOf(tenantOf(scope)).writesLeft(),
    factsOf: (recommendation) => askedFacts(bodyOf(service, recommendation)),
    quote: (recommendation, marker, options) => quote(service, parts, recommendation, marker, options),
    send: (submission, context) => buyReservation(clientIn(submission), submission, { ...context, reservationFlow }),
    resolve: (submission, options) => resolveReservation(clientIn(submission), submission, options),
  };
}

async function quote(
  service: AzureService,
  { clientOf, catalogOf, reservationFlow }: ExecutorParts,
  recommendation: AnyAzureReservation,
  marker: Marker,
  { signal, sentAs = {}, onWait }: QuoteOptions,
): Promise<Quote> {
  const { tenantId, subscriptionId, region, term, publisherId, offerId, planId } = recommendation;
  const client = clientOf(tenantId);
  if (service.catalogFirst !== undefined || isRareTerm(term)) {
    const { reservedResourceType } = service;
    const query = { subscriptionId, region, reservedResourceType, publisherId, offerId, planId };
    const items = await catalogOf(tenantId)(query, signal);
    requireOffered(items, service, recommendation);
  }
  const { source, token } = marker;
  const body = applyPurchaseTags(bodyOf(service, recommendation), source, token, client.settings);
  const request = toJson(body);
  const { price, payments, reservationOrderId } = await calculatePrice(client, request, signal, onWait);
  // The death of what was sent under an alias is believed because the next quote has the same one: so it keeps it.
  const sentName = aliasNameIn(sentAs);
  if (reservationFlow !== "alias" && sentName === undefined) {
    return { price, payments, handle: { reservationOrderId }, request };
  }
  const handle = { aliasName: sentName ?? aliasNameOf(marker) };
  return { price, payments, handle, request: toJson(aliasBodyOf(body)) };
}
