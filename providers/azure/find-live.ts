import type { Commitment } from "../../src/contract/commitment.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import { maskToken } from "../../src/contract/token.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { compareOrder } from "./compare-order.ts";
import { toCommitment } from "./azure-order.ts";
import { findOrders } from "./orders.ts";
import { listDifferences } from "./order-facts.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";

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
): Promise<Commitment | undefined> {
  const orders = (await findOrders(client, token, signal)).map((order) => ({
    order,
    commitment: toCommitment(order, { marked: true }),
  }));
  const live = orders.filter(({ commitment }) => commitment.standing === "live");
  const [only] = live;
  if (only === undefined) return undefined;
  const { order, commitment } = only;
  if (live.length > 1) {
    throw severalOrders(
      live.map(({ order: { id } }) => id),
      token,
    );
  }
  if (order.id === own?.toLowerCase()) return commitment;
  const differences = await compareOrder(client, body, order, signal);
  if (differences.length === 0) return commitment;
  const message = `Reservation order ${order.id} carries the token ${maskToken(token)} but is something else: ${listDifferences(differences)}. Nothing was bought.`;
  throw new RefusedError({ code: "commitment-mismatch", message });
}

/** The refusal for more than one live order of one token. */
export function severalOrders(ids: readonly string[], token: string): RefusedError {
  const message = `Several live reservation orders carry the token ${maskToken(token)}: ${ids.join(", ")}. Look at them; nothing was bought.`;
  return new RefusedError({ code: "several-commitments", message });
}
