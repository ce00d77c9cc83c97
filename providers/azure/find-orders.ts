import type { Commitment } from "../../src/contract/commitment.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import type { Difference } from "../../src/contract/executor.ts";
import type { Listed } from "../../src/contract/listed.ts";
import { carriesToken, maskToken } from "../../src/contract/token.ts";
import { differencesBetween, listDifferences } from "./azure-facts.ts";
import { requireToken } from "./azure-marker.ts";
import { listedOrder, orderPages } from "./azure-order.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { askedFacts, factsOfReservations, inForce } from "./reservation-facts.ts";
import { readReservations, reservationOrders, unverifiable } from "./reservation-orders.ts";
import type { ReservationsClient } from "./reservations-client.ts";

// For callers without a ledger, whose tokens may be any text.

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
  return (await findOrders(client, token, signal)).map(({ commitment }) => commitment);
}

async function findOrders(
  client: ReservationsClient,
  token: string,
  signal: AbortSignal | undefined,
): Promise<readonly Listed[]> {
  requireToken(token);
  // By id: an order can come several times.
  const found = new Map<string, Listed>();
  const isComplete = () => [...found.values()].some(isLive);
  for await (const page of orderPages(client, reservationOrders, isComplete, signal)) {
    for (const order of page) {
      const listed = listedOrder(order, reservationOrders, client.settings.tagNames);
      const isOurs = carriesToken(listed.marks, token);
      if (isOurs && (isLive(listed) || !isLive(found.get(order.id)))) found.set(order.id, listed);
    }
  }
  return [...found.values()];
}

const isLive = (listed: Listed | undefined) => listed?.commitment.standing === "live";

/**
 * The one live order with the token, if it is what was asked for. The order with the id `ownId` is not compared: it was
 * bought with this very body, and a new one shows no reservation to compare for a while.
 *
 * Throws a RefusedError: `several-commitments`, `commitment-mismatch`, `commitment-unverifiable`, and those of the listing.
 */
export async function findLive(
  client: ReservationsClient,
  asked: { readonly body: ReservationPurchaseBody; readonly token: string; readonly ownId?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<Commitment | undefined> {
  const { body, token, ownId } = asked;
  const live = (await findOrders(client, token, signal)).filter(isLive);
  const [only] = live;
  if (only === undefined) return undefined;
  if (live.length > 1) {
    const ids = live.map(({ commitment }) => commitment.id);
    throw severalOrders(ids, token);
  }
  const { commitment } = only;
  if (commitment.id === ownId?.toLowerCase()) return commitment;
  const differences = await compareOrder(client, body, only, signal);
  if (differences.length === 0) return commitment;
  const message = `Reservation order ${commitment.id} carries the token ${maskToken(token)} but is something else: ${listDifferences(differences)}. Nothing was bought.`;
  throw new RefusedError({ code: "commitment-mismatch", message });
}

/** The refusal for more than one live order of one token. */
export function severalOrders(ids: readonly string[], token: string): RefusedError {
  const message = `Several live reservation orders carry the token ${maskToken(token)}: ${ids.join(", ")}. Look at them; nothing was bought.`;
  return new RefusedError({ code: "several-commitments", message });
}

/**
 * What differs between a found order and the purchase that was asked for; one read, because the order itself names no SKU.
 * Throws a RefusedError `commitment-unverifiable` when a reservation cannot be read, or what decides is not shown.
 */
async function compareOrder(
  client: ReservationsClient,
  body: ReservationPurchaseBody,
  { commitment: { id }, facts }: Listed,
  signal: AbortSignal | undefined,
): Promise<readonly Difference[]> {
  const reservations = await readReservations(client, id, signal);
  if (inForce(reservations).length === 0) {
    const problem = reservations.length > 0 ? "all its reservations have ended" : "it shows no reservation yet";
    throw unverifiable(id, problem);
  }
  const asked = askedFacts(body);
  const found = { ...factsOfReservations(reservations), ...facts };
  const missing = Object.keys(asked.decisive).find((field) => found[field] === undefined);
  if (missing !== undefined) throw unverifiable(id, `it shows no ${missing}`);
  return differencesBetween(asked, found);
}
