import { randomUUID } from "node:crypto";
import type { ImitationContext, SandboxResponse } from "../server/imitation.ts";
import type { Collection, SandboxStore } from "../server/sandbox-store.ts";
import { ArmError, armAnswer } from "./arm-answer.ts";
import { purchasesIn } from "./azure-purchase-requests.ts";
import { parsePurchaseRequest } from "./check-purchase-request.ts";
import type { Call, Operation } from "./operation.ts";
import { finalStateOf, orders, type ReservationOrder } from "./reservation-order.ts";
import { isSeenIn, markOf, type OfTenant } from "./sandbox-tenant.ts";

/** The caller's name for the purchase of a reservation. */
type ReservationAlias = OfTenant & { readonly name: string; readonly orderId: string };

/** Microsoft.BillingBenefits, as far as it sells reservations. The names of the rights are assumptions. */
export const reservationAliasOperations = {
  "PUT reservationOrderAliases": {
    right: "Microsoft.BillingBenefits/reservationOrderAliases/write",
    route: /^PUT \/reservationOrderAliases\/([^/]+)$/i,
    run: purchase,
  },
  "GET reservationOrderAliases/{name}": {
    right: "Microsoft.BillingBenefits/reservationOrderAliases/read",
    route: /^GET \/reservationOrderAliases\/([^/]+)$/i,
    run: readAlias,
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** PUT reservationOrderAliases/{name}: buys. No price is asked for before. What a second one does is an option. */
function purchase({ name, tenant, request: { body }, context, behaviour }: Call): SandboxResponse {
  const { store, now, origin } = context;
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) throw new ArmError(400, "InvalidRequestUri", `The alias "${name}" is no name.`);
  const request = parsePurchaseRequest(withPlanInWords(body));
  const { secondPut } = behaviour.reservationAlias;
  const existing = findAlias(store, name, tenant);
  if (existing !== undefined && secondPut === "already-exists") {
    throw new ArmError(409, "ReservationOrderAliasAlreadyExists", `The alias ${name} already exists.`);
  }
  if (existing !== undefined && secondPut === "existing") return armAnswer(200, aliasBody(existing, store));
  const operationId = randomUUID();
  const order: ReservationOrder = {
    id: randomUUID(),
    ...markOf(tenant),
    reservationId: randomUUID(),
    request,
    operationId,
    requestedAt: now,
    boughtBefore: purchasesIn(store),
    reads: 0,
    finalState: finalStateOf(request.sku, store, behaviour),
  };
  const alias: ReservationAlias = { name, ...markOf(tenant), orderId: order.id };
  orders(store).set(order.id, order);
  aliases(store).set(keyOf(name, tenant), alias);
  return armAnswer(201, aliasBody(alias, store), {
    "azure-asyncoperation": `${origin}/providers/Microsoft.Capacity/operationResults/${operationId}?api-version=2022-11-01`,
    "x-ms-ratelimit-remaining-tenant-writes": "1199",
  });
}

/** GET reservationOrderAliases/{name}. The code of its 404 is an assumption. */
function readAlias({ name, tenant, context: { store } }: Call): SandboxResponse {
  const alias = findAlias(store, name, tenant);
  if (alias === undefined) {
    throw new ArmError(404, "ReservationOrderAliasNotFound", `Reservation order alias ${name} was not found.`);
  }
  return armAnswer(200, aliasBody(alias, store));
}

function aliases(store: SandboxStore): Collection<ReservationAlias> {
  return store.collection("azure.reservationOrderAliases");
}

function findAlias(store: SandboxStore, name: string, tenant: string | undefined): ReservationAlias | undefined {
  return aliases(store).get(keyOf(name, tenant)) ?? aliases(store).get(keyOf(name, undefined));
}

const keyOf = (name: string, tenant: string | undefined) =>
  `${tenant === undefined ? "" : `${tenant}/`}${name.toLowerCase()}`;

/** The alias says `P1M` for monthly, and nothing for upfront; what it does not know is left as it is, and refused. */
function withPlanInWords(body: string): string {
  const sent = parseObject(body);
  const properties = parseProperties(sent);
  if (properties === undefined) return body;
  const { billingPlan } = properties;
  if (billingPlan !== undefined && billingPlan !== null && billingPlan !== "P1M") {
    throw new ArmError(400, "InvalidRequestContent", `The billing plan of an alias is P1M and no other.`);
  }
  const said = { ...properties, billingPlan: billingPlan === "P1M" ? "Monthly" : "Upfront" };
  return JSON.stringify({ ...sent, properties: said });
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

function parseProperties(sent: Readonly<Record<string, unknown>> | undefined) {
  const properties = sent?.["properties"];
  return typeof properties === "object" && properties !== null
    ? ({ ...properties } as Readonly<Record<string, unknown>>)
    : undefined;
}

/** An alias as PUT and GET show it, with the recorded keys. Its state stays `Created`, whatever becomes of the order. */
function aliasBody({ name, orderId }: ReservationAlias, store: ImitationContext["store"]): object {
  const order = orders(store).get(orderId);
  if (order === undefined) throw new TypeError(`The alias names no order ${orderId}.`);
  const { request } = order;
  return {
    id: `/providers/Microsoft.BillingBenefits/reservationOrderAliases/${name}`,
    name,
    type: "Microsoft.BillingBenefits/reservationOrderAliases",
    location: request.location,
    sku: { name: request.sku },
    properties: {
      reservationOrderId: `/providers/Microsoft.Capacity/reservationOrders/${orderId}`,
      billingScopeId: request.billingScopeId,
      appliedScopeProperties: parseProperties(request.sent)?.["appliedScopeProperties"] ?? null,
      quantity: request.quantity,
      renew: request.renew,
      ...(request.billingPlan === "Monthly" ? { billingPlan: "P1M" } : {}),
      reservedResourceProperties: parseProperties(request.sent)?.["reservedResourceProperties"] ?? null,
      reservedResourceType: request.reservedResourceType,
      reviewDateTime: null,
      appliedScopeType: request.appliedScopeType,
      displayName: request.displayName,
      provisioningState: "Created",
      term: request.term,
    },
  };
}

/** The order that an operation of Microsoft.Capacity is about, where that was begun under an alias. */
export function orderOfOperation(
  store: SandboxStore,
  id: string,
  tenant: string | undefined,
): ReservationOrder | undefined {
  return orders(store)
    .values()
    .find(({ operationId, ...order }) => operationId === id.toLowerCase() && isSeenIn(order, tenant));
}
