import type { Difference } from "../../src/contract/executor.ts";
import type { ReservationOrder } from "./azure-order.ts";
import { askedFacts, differencesBetween, factsOfOrder, factsOfReservations } from "./order-facts.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { inForce, readReservations, unverifiable } from "./reservations.ts";

/**
 * What differs between a found order and the purchase that was asked for; one read, because the order itself names no SKU.
 * Throws a RefusedError `commitment-unverifiable` when a reservation cannot be read, or what decides is not shown.
 */
export async function compareOrder(
  client: ReservationsClient,
  asked: ReservationPurchaseBody,
  order: ReservationOrder,
  signal?: AbortSignal,
): Promise<readonly Difference[]> {
  const reservations = await readReservations(client, order.id, signal);
  if (inForce(reservations).length === 0) {
    const problem = reservations.length > 0 ? "all its reservations have ended" : "it shows no reservation yet";
    throw unverifiable(order.id, problem);
  }
  const wanted = askedFacts(asked);
  const found = { ...factsOfReservations(reservations), ...factsOfOrder(order) };
  const missing = Object.keys(wanted.decisive).find((field) => found[field] === undefined);
  if (missing !== undefined) throw unverifiable(order.id, `it shows no ${missing}`);
  return differencesBetween(wanted, found);
}
