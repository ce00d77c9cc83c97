import type { CallOptions, Marker, Quote, ServiceExecutor, Submission } from "../../src/contract/executor.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import { canonicalReservation } from "./azure-canonical.ts";
import { requireOffered } from "./azure-catalog.ts";
import { createSchema, type AzureRecommendation } from "./azure-schema.ts";
import { scopeOfTenant, tenantOf } from "./azure-scope.ts";
import type { AzureService } from "./azure-service.ts";
import { calculatePrice } from "./calculate-price.ts";
import { describeReservation } from "./describe.ts";
import { fateOf, type SentOrder } from "./order-fate.ts";
import { askedFacts } from "./order-facts.ts";
import { toJson } from "./purchase-body.ts";
import { bodyOf } from "./recommendation-body.ts";
import { sendOrder } from "./send-order.ts";
import { applyPurchaseTags } from "./tags.ts";
import type { TenantSession } from "./tenant-session.ts";

/**
 * The order of an id can be read within minutes, and sending the id again finds out the rest. What fails for a whole day,
 * through an outage or a lost right, needs a person.
 */
const parkAfter = 24 * 3_600_000;

/** What the executors of all services share. */
interface ExecutorParts {
  readonly sessionOf: (tenantId: string | undefined) => TenantSession;
  readonly inventory: Inventory;
  readonly purchaseTimeout: number;
}

/** The executor of one service. All of them buy reservation orders in the same two steps. */
export function createExecutor(
  service: AzureService,
  { sessionOf, inventory, purchaseTimeout }: ExecutorParts,
): ServiceExecutor<AzureRecommendation> {
  const clientOf = ({ scope }: Submission) => sessionOf(tenantOf(scope)).client;
  return {
    provider: "azure",
    service: service.name,
    schema: createSchema(service),
    // Azure refuses a second purchase under one minted order id: it answers with the order, or that the id exists or
    // has timed out. That this holds is an assumption; no recording shows a second PUT. So "timed out" proves nothing about
    // a send of the last minutes: a hop on the way may have repeated it.
    recovery: { kind: "resend", handle: "minted", minimumAge: 300_000, parkAfter },
    sendTimeout: purchaseTimeout,
    inventory,

    describe: describeReservation,
    canonical: canonicalReservation,
    scopeOf: ({ tenantId }) =>
      scopeOfTenant(tenantId, { key: "azure", own: "Azure, the credential's own tenant", named: "Azure tenant" }),
    factsOf: (recommendation) => askedFacts(bodyOf(service, recommendation)),
    quote: (recommendation, marker, options) =>
      quote(service, sessionOf(recommendation.tenantId), recommendation, marker, options),
    send: (submission) => sendOrder(clientOf(submission), sentOrderOf(submission)),

    async resolve(submission, { signal }) {
      const fate = await fateOf(clientOf(submission), sentOrderOf(submission), { signal });
      if (fate.kind === "found") return { kind: "found", found: fate.what, by: "proof" };
      return { kind: fate.kind, reason: fate.reason };
    },
  };
}

async function quote(
  service: AzureService,
  { client, catalog }: TenantSession,
  recommendation: AzureRecommendation,
  { token, source }: Marker,
  { signal }: CallOptions,
): Promise<Quote> {
  if (service.catalogFirst !== undefined || recommendation.term === "P5Y") {
    const { subscriptionId, region } = recommendation;
    const query = { subscriptionId, region, reservedResourceType: service.reservedResourceType };
    requireOffered(await catalog(query, signal), service, recommendation);
  }
  const request = toJson(applyPurchaseTags(bodyOf(service, recommendation), source, token, client.settings));
  const { price, reservationOrderId } = await calculatePrice(client, request, signal);
  return { price, handle: { reservationOrderId }, request };
}

function sentOrderOf({ handle, request, token, price, evidence }: Submission): SentOrder {
  const id = handle["reservationOrderId"];
  return { reservationOrderId: typeof id === "string" ? id : "", request, token, price, evidence };
}
