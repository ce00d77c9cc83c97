import type { Commitment } from "../../src/spec/commitment.ts";
import { RefusedError } from "../../src/spec/errors.ts";
import type { ReservationsClient } from "./client.ts";
import { createTokenMatcher } from "./listing.ts";
import { parseOrder, toCommitment, type ReservationOrder } from "./order.ts";
import { visitEntries } from "./pages.ts";
import type { ReadStep } from "../http/refusal.ts";

const path = "/providers/Microsoft.Capacity/reservationOrders";

const step: ReadStep = {
  purpose: "list the reservation orders",
  permission: "Microsoft.Capacity/reservationorders/read at tenant scope (role Reservations Reader)",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/** Reads every page of the tenant's orders and hands each over. Throws a RefusedError when it cannot vouch for completeness. */
export async function visitOrders(
  client: ReservationsClient,
  visit: (order: ReservationOrder) => void,
  signal?: AbortSignal,
): Promise<void> {
  await visitEntries(client, path, { parse: parseOrder, step, visit, signal });
}

/**
 * Every reservation order of the client's tenant that carries the token, whatever its state: look at `standing` before
 * taking one for a purchase. One complete listing. Throws a RefusedError: `lookup-failed`, `lookup-untrusted`,
 * `access-denied`, `credentials-unavailable`; `invalid-configuration` for an empty token, which would match nothing.
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
  if (token === "") {
    throw new RefusedError({
      code: "invalid-configuration",
      message: "Reservation orders cannot be looked up by an empty token.",
    });
  }
  const matches = createTokenMatcher([token], client.settings.tagNames);
  // By id: an order can move from one page to the next while they are read.
  const found = new Map<string, ReservationOrder>();
  await visitOrders(client, (order) => void (matches(order).length > 0 && found.set(order.id, order)), signal);
  return [...found.values()];
}
