import { isObject, parseBody, type Answer, type UnknownObject } from "../http/answer.ts";
import { parseOrder, type ReservationOrder } from "./azure-order.ts";
import { judgeRefusal, type RefusalVerdict } from "./judge-refusal.ts";
import { meaningOf } from "./azure-states.ts";

/** What the answer to a purchase proves. */
export type PurchaseVerdict =
  /** The order may be on its way, or over: its state says so. */
  | { readonly kind: "bought"; readonly order: ReservationOrder }
  /** It names orders other than the one that was sent: evidence of a purchase, which only a look at them can judge. */
  | { readonly kind: "another"; readonly ids: readonly string[]; readonly reason: string }
  | RefusalVerdict;

/**
 * Judges the answer to `PUT reservationOrders/{id}`. The provisioning state in the body is the verdict, never the status:
 * a 200 or 202 can carry `Failed`. Whatever is not provably bought or not bought is unknown.
 */
export function judgePurchaseAnswer(answer: Answer, orderId: string): PurchaseVerdict {
  const body = parseBody(answer);
  const { status } = answer;
  if (status < 200 || status >= 300) return judgeRefusal(answer, body, /^ReservationOrderIdAlreadyExists$/i);

  const ids = body === undefined ? [] : ordersNamedIn(body).filter((id) => id !== orderId.toLowerCase());
  // Microsoft's own example of this answer holds another order than its path:
  // https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/purchase
  if (ids.length > 0) {
    return { kind: "another", ids, reason: `HTTP ${status} with another order, ${ids.join(", ")}, in its body` };
  }
  const order = parseOrder(body);
  if (order?.id !== orderId.toLowerCase()) {
    return { kind: "unknown", code: undefined, reason: `HTTP ${status} without an order in its body` };
  }
  if (meaningOf(order.state).standing !== "failed") return { kind: "bought", order };
  return { kind: "rejected", code: order.state, reason: `the order's state is ${order.state}` };
}

/** The orders that an answer is about, wherever it names them, in lower case. */
function ordersNamedIn({ id, name, properties }: UnknownObject): string[] {
  const { reservationOrderId, reservations } = isObject(properties) ? properties : {};
  const parts: unknown[] = Array.isArray(reservations) ? reservations : [];
  const paths = [id, reservationOrderId, ...parts.map((part) => (isObject(part) ? part["id"] : undefined))];
  // An answer that is a reservation has the name of that, and its order in the path.
  const isReservation = typeof id === "string" && /\/reservations\//i.test(id);
  const named = [...paths.map(orderInPath), ...(isReservation || typeof name !== "string" ? [] : [name])];
  const ids = named.flatMap((found) =>
    found !== undefined && /^[\w.-]{1,64}$/.test(found) ? [found.toLowerCase()] : [],
  );
  return [...new Set(ids)];
}

/** `/providers/microsoft.capacity/reservationOrders/{order}/reservations/{reservation}`; else what stands last. */
function orderInPath(path: unknown): string | undefined {
  if (typeof path !== "string") return undefined;
  return /\/reservationOrders\/([^/]+)/i.exec(path)?.[1] ?? path.split("/").at(-1);
}
