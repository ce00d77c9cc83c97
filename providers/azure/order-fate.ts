import { messageOf, RefusedError } from "../../src/contract/errors.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import type { ReadStep } from "../http/refusal.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { compareOrder } from "./compare-order.ts";
import { combine, type Fate } from "./fate.ts";
import { bearerOf } from "./marker.ts";
import { getOrder, type GetOrderOptions, type ReservationOrder } from "./azure-order.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { toRefusal } from "./azure-refusal.ts";
import { meaningOf } from "./azure-states.ts";

/** What was sent, or is about to be. */
export interface SentOrder {
  /** Minted by calculatePrice. */
  readonly reservationOrderId: string;
  /** The body that the price was calculated for. */
  readonly request: JsonObject;
  /** The token that the body carries; left out: none, so that only the minted id can be recognised. */
  readonly token?: string | undefined;
  /** Other orders that an answer to it named. */
  readonly evidence?: readonly string[] | undefined;
}

/** How reading an order is described when it fails. */
export const readStep: ReadStep = {
  purpose: "read a reservation order",
  permission: "Microsoft.Capacity/reservationorders/read",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/** What became of an order that was sent. */
export type OrderFate = Fate<ReservationOrder>;

/**
 * What became of an order that was sent: reads the minted id and everything that an answer named besides. Another order is
 * this purchase if it carries the token and is what was asked for. It is absent only where Azure shows no order under the
 * minted id and no answer ever named another one. Throws nothing but the signal's reason.
 */
export async function fateOf(
  client: ReservationsClient,
  sent: SentOrder,
  options: GetOrderOptions = {},
): Promise<OrderFate> {
  const own = await readOwn(client, sent.reservationOrderId, options);
  const others: OrderFate[] = [];
  for (const id of new Set(sent.evidence)) {
    if (id !== sent.reservationOrderId.toLowerCase()) others.push(await readEvidence(client, id, sent, options));
  }
  return combine(own, others);
}

async function readOwn(client: ReservationsClient, id: string, options: GetOrderOptions): Promise<OrderFate> {
  try {
    const order = await getOrder(client, id, options);
    if (order === undefined) return { kind: "absent", reason: `Azure shows no reservation order ${id}` };
    return foundOrder(order);
  } catch (error) {
    return unread(error, options);
  }
}

function foundOrder(order: ReservationOrder): OrderFate {
  return { kind: "found", what: order, id: order.id, standing: meaningOf(order.state).standing };
}

/** An order that an answer named is never absent: what it is has to be found out. */
async function readEvidence(
  client: ReservationsClient,
  id: string,
  { token, request }: SentOrder,
  options: GetOrderOptions,
): Promise<OrderFate> {
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
    const found = foundOrder(order);
    if (meaningOf(order.state).standing === "failed") return found;
    const differences = await differencesShown(client, request, order, options.signal);
    return differences.length === 0
      ? found
      : doubt(`which carries the token but is something else (${differences.join("; ")})`);
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
): Promise<readonly string[]> {
  // It is one: it was made from such a body.
  const asked = request as unknown as ReservationPurchaseBody;
  const say = (field: string, wanted: unknown, found: unknown) => `${field} is ${String(found)}, not ${String(wanted)}`;
  try {
    const differences = await compareOrder(client, asked, order, signal);
    return differences.map(({ field, asked: wanted, found }) => say(field, wanted, found));
  } catch (error) {
    if (!RefusedError.isInstance(error) || error.cause !== undefined) throw error;
  }
  const { quantity, term, billingPlan = "Upfront" } = asked.properties;
  const shown = [
    ["quantity", quantity, order.quantity],
    ["term", term, order.term],
    ["billingPlan", billingPlan, order.billingPlan],
  ] as const;
  return shown.flatMap(([field, wanted, found]) =>
    wanted === undefined || found === undefined || String(wanted).toLowerCase() === String(found).toLowerCase()
      ? []
      : [say(field, wanted, found)],
  );
}

function unread(error: unknown, { signal }: GetOrderOptions): OrderFate {
  signal?.throwIfAborted();
  const cause = toRefusal(error, readStep, signal);
  return { kind: "unclear", reason: messageOf(cause), cause };
}
