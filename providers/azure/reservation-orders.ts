import { RefusedError } from "../../src/contract/errors.ts";
import type { Facts } from "../../src/contract/listed.ts";
import type { ReadStep } from "../http/refusal.ts";
import { getOrder, orderPath, type OrderKind } from "./azure-order.ts";
import { readEntries } from "./azure-reads.ts";
import { toRefusal } from "./azure-refusal.ts";
import {
  factsOfOrder,
  factsOfReservations,
  isLive,
  type Reservation,
  reservationSchema,
  saysAllOfOrder,
} from "./reservation-facts.ts";
import type { ReservationsClient } from "./reservations-client.ts";

/** Reservation orders. They name no SKU: that is on their reservations. */
export const reservationOrders: OrderKind = {
  noun: "reservation order",
  path: "/providers/Microsoft.Capacity/reservationOrders",
  isAbsent: (code) => code === "ReservationOrderNotFound",
  readStep: {
    purpose: "read a reservation order",
    permission: "Microsoft.Capacity/reservationorders/read",
    code: "lookup-failed",
    untrusted: "lookup-untrusted",
  },
  listStep: {
    purpose: "list the reservation orders",
    permission: "Microsoft.Capacity/reservationorders/read at tenant scope (role Reservations Reader)",
    code: "lookup-failed",
    untrusted: "lookup-untrusted",
  },
  factsOf: factsOfOrder,
};

const reservationsStep: ReadStep = {
  purpose: "read the reservations of an order",
  permission: "Microsoft.Capacity/reservationorders/reservations/read",
  code: "commitment-unverifiable",
  untrusted: "commitment-unverifiable",
};

/**
 * The reservations of an order, each once. Throws a RefusedError `commitment-unverifiable` where one cannot be read or names
 * no SKU.
 */
export async function readReservations(
  client: ReservationsClient,
  orderId: string,
  signal: AbortSignal | undefined,
): Promise<readonly Reservation[]> {
  const reservations = new Map<string, Reservation>();
  const url = client.url(`${orderPath(reservationOrders, orderId)}/reservations`);
  for await (const entry of readEntries(client, url, reservationsStep, signal)) {
    const { success, data } = reservationSchema.safeParse(entry);
    if (!success) throw unverifiable(orderId, "a reservation of it names no SKU or cannot be read");
    const name = data.name?.toLowerCase() || `unnamed ${reservations.size}`;
    const earlier = reservations.get(name);
    if (earlier === undefined || !isLive(earlier)) reservations.set(name, data);
  }
  return [...reservations.values()];
}

/** What an order's reservations say, and, where `stated` lacks some of it, the order itself. Throws a RefusedError. */
export async function readFacts(
  client: ReservationsClient,
  id: string,
  signal: AbortSignal,
  stated: Facts = {},
): Promise<Facts> {
  const step: ReadStep = { ...reservationOrders.readStep, code: "commitment-unverifiable" };
  const isStated = saysAllOfOrder(stated);
  const order = isStated
    ? undefined
    : await getOrder(client, reservationOrders, id, { signal }).catch((error: unknown) => {
        throw toRefusal(error, step, signal);
      });
  const { quantity, term, billingPlan, ...kind } = factsOfReservations(await readReservations(client, id, signal));
  return isStated ? kind : { ...kind, quantity, term, billingPlan, ...(order && factsOfOrder(order)) };
}

/** The refusal for an order that cannot be compared with anything. */
export function unverifiable(orderId: string, problem: string): RefusedError {
  return new RefusedError({
    code: "commitment-unverifiable",
    message: `Reservation order ${orderId} cannot be compared with what was asked for: ${problem}.`,
    retryable: true,
  });
}
