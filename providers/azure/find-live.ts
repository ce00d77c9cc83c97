import { RefusedError } from "../../src/contract/errors.ts";
import { maskToken } from "../../src/contract/token.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { compareOrder } from "./compare-order.ts";
import type { ReservationOrder } from "./azure-order.ts";
import { findOrders } from "./orders.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { meaningOf } from "./azure-states.ts";

/**
 * The one live order with the token, if it is what was asked for. The order with the id `own` is not compared: it was
 * bought with this very body, and a new one shows no reservation to compare for a while.
 *
 * Throws a RefusedError: `several-commitments`, `commitment-mismatch`, `commitment-unverifiable`, and those of the listing.
 */
export async function findLive(
  client: ReservationsClient,
  {
    body,
    token,
    own,
  }: { readonly body: ReservationPurchaseBody; readonly token: string; readonly own?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<ReservationOrder | undefined> {
  const live = (await findOrders(client, token, signal)).filter(({ state }) => meaningOf(state).standing === "live");
  const [order] = live;
  if (order === undefined) return undefined;
  if (live.length > 1) throw severalOrders(live, token);
  if (order.id === own?.toLowerCase()) return order;
  const differences = await compareOrder(client, body, order, signal);
  if (differences.length === 0) return order;
  const list = differences.map(({ field, asked, found }) => `${field} is ${found}, not ${asked}`).join("; ");
  const message = `Reservation order ${order.id} carries the token ${maskToken(token)} but is something else: ${list}. Nothing was bought.`;
  throw new RefusedError({ code: "commitment-mismatch", message });
}

/** The refusal for more than one live order of one token. */
export function severalOrders(orders: readonly ReservationOrder[], token: string): RefusedError {
  const ids = orders.map(({ id }) => id).join(", ");
  const message = `Several live reservation orders carry the token ${maskToken(token)}: ${ids}. Look at them; nothing was bought.`;
  return new RefusedError({ code: "several-commitments", message });
}
