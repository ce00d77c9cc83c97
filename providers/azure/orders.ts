import type { Commitment } from "../../src/contract/commitment.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { parseOrder, toCommitment, type ReservationOrder } from "./azure-order.ts";
import { meaningOf } from "./azure-states.ts";
import { isMarkedWith } from "./marker.ts";
import { requireToken } from "./tags.ts";
import { entryPages } from "./visit-entries.ts";
import type { ReadStep } from "../http/refusal.ts";

const path = "/providers/Microsoft.Capacity/reservationOrders";

const step: ReadStep = {
  purpose: "list the reservation orders",
  permission: "Microsoft.Capacity/reservationorders/read at tenant scope (role Reservations Reader)",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/**
 * The tenant's orders, page by page; each may come several times. Throws a RefusedError when it cannot vouch for
 * completeness; `isComplete` says when that no longer matters.
 */
export function orderPages(
  client: ReservationsClient,
  isComplete: () => boolean,
  signal?: AbortSignal,
): AsyncIterable<readonly ReservationOrder[]> {
  return entryPages(client, path, { parse: parseOrder, step, isComplete, signal });
}

/**
 * Every reservation order of the client's tenant that carries the token, whatever its state: look at `standing` before
 * taking one for a purchase. One complete listing. The Go engine has a function of this name.
 *
 * Throws a RefusedError: `lookup-failed`, `lookup-untrusted`, `access-denied`, `credentials-unavailable`;
 * `invalid-configuration` for a blank token, which would match nothing.
 */
export async function findReservationOrdersByToken(
  client: ReservationsClient,
  token: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<readonly Commitment[]> {
  const orders = await findOrders(client, token, signal);
  return orders.map((order) => toCommitment(order, { marked: true }));
}

/** {@link findReservationOrdersByToken} with all that the listing says about each order. */
export async function findOrders(
  client: ReservationsClient,
  token: string,
  signal?: AbortSignal,
): Promise<readonly ReservationOrder[]> {
  requireToken(token);
  const isOurs = (order: ReservationOrder) => isMarkedWith(order, token, client.settings.tagNames);
  // By id: an order can come several times.
  const found = new Map<string, ReservationOrder>();
  const isLive = (order: ReservationOrder | undefined) =>
    order !== undefined && meaningOf(order.state).standing === "live";
  for await (const page of orderPages(client, () => [...found.values()].some(isLive), signal)) {
    for (const order of page) {
      if (isOurs(order) && (isLive(order) || !isLive(found.get(order.id)))) found.set(order.id, order);
    }
  }
  return [...found.values()];
}
