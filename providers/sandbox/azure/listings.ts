import type { ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import { ArmError, armAnswer } from "./arm-answer.ts";
import { lookupIn, parseFilter } from "./odata-filter.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";
import type { Call } from "./operation.ts";
import { orderBody, reservationBody } from "./order-body.ts";
import { type ReservationOrder, advance, orders } from "./reservation-order.ts";
import { isSeenIn, type OfTenant } from "./sandbox-tenant.ts";

/** What listings hold, of a tenant. */
type Bought = OfTenant & { readonly boughtBefore: number };

/** As recorded. */
const pageSize = 50;

/** GET reservationOrders: every order of the tenant, in pages whose next link carries an offset. */
export function listOrders(call: Call): SandboxResponse {
  const { context, behaviour } = call;
  return pageOf(orders(context.store).values(), call, (order) =>
    orderBody(advance(order, context, behaviour), behaviour),
  );
}

/** The page that a request asks for, of what the listing shows; with its next link. Lies as the context's fault says. */
export function pageOf<T extends Bought>(
  all: readonly T[],
  call: Pick<Call, "request" | "context" | "tenant">,
  bodyOf: (entry: T) => object,
): SandboxResponse {
  const { request, context } = call;
  const offset = skipTokenOf(request);
  const visible = visibleOf(all, call);
  const following = offset + pageSize < visible.length ? offset + pageSize : undefined;
  return listing(visible.slice(offset, offset + pageSize).map(bodyOf), nextLink(request, context, following));
}

/**
 * GET /providers/Microsoft.Capacity/reservations, with `$filter`. As recorded, it ends after 50 without a next link, even
 * though more exist.
 */
export function listReservations(call: Call): SandboxResponse {
  const { request, context, behaviour } = call;
  const filter = request.query.get("$filter");
  const matches = filter === null ? () => true : parseFilter(filter, new Set(["sku/name"]));
  const found = visibleOf(orders(context.store).values(), call)
    .map((order) => reservationBody(order, behaviour))
    .filter((body) => matches(lookupIn(body)));
  return listing(found.slice(0, pageSize), nextLink(request, context, undefined));
}

/** GET reservationOrders/{id}/reservations. */
export function listReservationsOf(order: ReservationOrder, behaviour: AzureBehaviour): SandboxResponse {
  return listing([reservationBody(order, behaviour)], undefined);
}

function visibleOf<T extends Bought>(
  all: readonly T[],
  { context: { fault }, tenant }: Pick<Call, "context" | "tenant">,
): readonly T[] {
  const seen = all.filter((order) => isSeenIn(order, tenant));
  if (fault?.listing === "stale") {
    return seen.filter(({ boughtBefore }) => boughtBefore < fault.known);
  }
  return fault?.listing === "empty" ? [] : seen;
}

function nextLink(
  { path, target, query }: SandboxRequest,
  { origin, fault }: ImitationContext,
  following: number | undefined,
): string | undefined {
  const link = (base: string, offset: number) =>
    `${base}${path}?api-version=${query.get("api-version")}&%24skiptoken=${offset}`;
  if (fault?.listing === "foreign-next-link") {
    return link(fault.to.replace(/\/$/, ""), following ?? pageSize);
  }
  if (fault?.listing === "repeated-next-link") {
    return `${origin}${target}`;
  }
  return following === undefined ? undefined : link(origin, following);
}

function listing(value: readonly object[], link: string | undefined): SandboxResponse {
  return armAnswer(200, { value, ...(link === undefined ? {} : { nextLink: link }) });
}

function skipTokenOf({ query }: SandboxRequest): number {
  const token = query.get("$skiptoken") ?? "0";
  if (!/^\d{1,9}$/.test(token)) {
    throw new ArmError(400, "BadRequest", `The skip token "${token}" is not valid.`);
  }
  return Number(token);
}
