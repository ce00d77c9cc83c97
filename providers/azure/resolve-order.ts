import { RefusedError } from "../../src/contract/errors.ts";
import type { Facts } from "../../src/contract/listed.ts";
import { differencesBetween } from "./azure-facts.ts";
import { getOrder, listedOrder } from "./azure-order.ts";
import type { ReadOptions } from "./azure-reads.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { askedFacts, factsOfReservations } from "./reservation-facts.ts";
import { readReservations, reservationOrders } from "./reservation-orders.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { type Fate, resolveSent } from "./resolve-sent.ts";
import { isMinted, type SentOrder } from "./send-order.ts";

/**
 * What became of a reservation order that was sent, going by its minted id and by everything that answers named besides.
 * Throws nothing but the signal's reason.
 */
export async function resolveOrder(
  client: ReservationsClient,
  { reservationOrderId: own, request, token, price, evidence = [] }: SentOrder,
  options: ReadOptions = {},
): Promise<Fate> {
  if (!isMinted(own)) return { kind: "unclear", reason: `"${own}" is no id that Azure mints` };
  const read = async (id: string) => {
    const order = await getOrder(client, reservationOrders, id, options);
    // It carries the token, since it was bought with it; whether Azure shows that yet does not matter.
    const known = { marked: token !== undefined, price };
    return order && listedOrder(order, reservationOrders, client.settings.tagNames, known);
  };
  const looks = {
    step: reservationOrders.readStep,
    absent: `Azure shows no reservation order ${own}`,
    own: () => read(own),
    named: read,
    facts: (id: string) => shownFacts(client, id, options.signal),
    // The request is such a body: it was made from one.
    differences: (facts: Facts) => differencesBetween(askedFacts(request as unknown as ReservationPurchaseBody), facts),
  };
  const others = evidence.filter((id) => id !== own.toLowerCase());
  return resolveSent(looks, { token, evidence: others }, options.signal);
}

/** What a new order's reservations say, as far as they show. */
export async function shownFacts(
  client: ReservationsClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Facts> {
  try {
    return factsOfReservations(await readReservations(client, id, signal));
  } catch (error) {
    if (RefusedError.isInstance(error) && error.cause === undefined) return {};
    throw error;
  }
}
