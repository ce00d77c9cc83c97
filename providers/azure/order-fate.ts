import { messageOf, RefusedError } from "../../src/contract/errors.ts";
import type { Difference } from "../../src/contract/executor.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import type { Facts, Listed } from "../../src/contract/listed.ts";
import type { Money } from "../../src/contract/money.ts";
import { getOrder, type GetOrderOptions, readStep, type ReservationOrder } from "./azure-order.ts";
import { toRefusal } from "./azure-refusal.ts";
import { combine, type Fate } from "./fate.ts";
import { listedOrder } from "./listed-order.ts";
import { bearerOf } from "./marker.ts";
import { askedFacts, differencesBetween, factsOfOrder, factsOfReservations, listDifferences } from "./order-facts.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { readReservations } from "./reservations.ts";

/** What was sent, or is about to be. */
export interface SentOrder {
  /** Minted by calculatePrice. */
  readonly reservationOrderId: string;
  /** The body that the price was calculated for. */
  readonly request: JsonObject;
  /** The token that the body carries; left out: none, so that only the minted id can be recognised. */
  readonly token?: string | undefined;
  /** What it was offered at. */
  readonly price: Money;
  /** Other orders that an answer to it named. */
  readonly evidence?: readonly string[] | undefined;
}

/** A version 4 or any other UUID, as calculatePrice mints them. */
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether an id can be one of calculatePrice's. */
export function isMinted(id: string): boolean {
  return guid.test(id);
}

/** What became of an order that was sent. */
export type OrderFate = Fate<Listed>;

/**
 * What became of an order that was sent: reads the minted id and everything that an answer named besides. Another order is
 * this purchase if it carries the token and is what was asked for; one that came to nothing does not count, because it proves
 * nothing about the minted id. It is absent only where Azure shows no order under the minted id and every other one is
 * judged. Throws nothing but the signal's reason.
 */
export async function fateOf(
  client: ReservationsClient,
  sent: SentOrder,
  options: GetOrderOptions = {},
): Promise<OrderFate> {
  const own = await readOwn(client, sent, options);
  const others: OrderFate[] = [];
  for (const id of new Set(sent.evidence)) {
    if (id !== sent.reservationOrderId.toLowerCase()) others.push(await readEvidence(client, id, sent, options));
  }
  const isFailed = (fate: OrderFate) => fate.kind === "found" && fate.standing === "failed";
  return combine(
    own,
    others.filter((other) => !isFailed(other)),
  );
}

async function readOwn(client: ReservationsClient, sent: SentOrder, options: GetOrderOptions): Promise<OrderFate> {
  const { reservationOrderId: id } = sent;
  if (!isMinted(id)) return { kind: "unclear", reason: `"${id}" is no id that Azure mints` };
  try {
    const order = await getOrder(client, id, options);
    if (order === undefined) return { kind: "absent", reason: `Azure shows no reservation order ${id}` };
    return foundOrder(client, order, sent);
  } catch (error) {
    return unread(error, options);
  }
}

/** It carries the token, since it was bought with it; whether Azure shows that yet does not matter. */
function foundOrder({ settings }: ReservationsClient, order: ReservationOrder, { token, price }: SentOrder): OrderFate {
  const what = listedOrder(order, settings.tagNames, { marked: token !== undefined, price });
  return { kind: "found", what, id: order.id, standing: what.commitment.standing };
}

/** An order that an answer named is never absent: what it is has to be found out. */
async function readEvidence(
  client: ReservationsClient,
  id: string,
  sent: SentOrder,
  options: GetOrderOptions,
): Promise<OrderFate> {
  const { token, request } = sent;
  const doubt = (reason: string): OrderFate => ({
    kind: "unclear",
    reason: `Azure answered with reservation order ${id}, ${reason}`,
  });
  try {
    const order = await getOrder(client, id, options);
    if (order === undefined) return doubt("which it does not show");
    if (token === undefined) return doubt("and without a token nothing tells whether it is this purchase");
    const bearer = bearerOf(order, token, client.settings.tagNames);
    if (bearer !== "ours") return doubt(`which carries ${bearer === "nobody's" ? "no token" : "another token"}`);
    const found = foundOrder(client, order, sent);
    if (found.kind === "found" && found.standing === "failed") return found;
    const differences = await differencesShown(client, request, order, options.signal);
    return differences.length === 0
      ? found
      : doubt(`which carries the token but is something else (${listDifferences(differences)})`);
  } catch (error) {
    return unread(error, options);
  }
}

/** What differs as far as it shows: a new order shows no reservation for a while, which is no difference. */
async function differencesShown(
  client: ReservationsClient,
  request: JsonObject,
  order: ReservationOrder,
  signal: AbortSignal | undefined,
): Promise<readonly Difference[]> {
  // It is one: it was made from such a body.
  const asked = request as unknown as ReservationPurchaseBody;
  const shown = await readReservations(client, order.id, signal).then(factsOfReservations, (error: unknown): Facts => {
    if (RefusedError.isInstance(error) && error.cause === undefined) return {};
    throw error;
  });
  return differencesBetween(askedFacts(asked), { ...shown, ...factsOfOrder(order) });
}

function unread(error: unknown, { signal }: GetOrderOptions): OrderFate {
  signal?.throwIfAborted();
  const cause = toRefusal(error, readStep, signal);
  return { kind: "unclear", reason: messageOf(cause), cause };
}
