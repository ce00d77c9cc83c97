import { errorOf } from "../http/api-error.ts";
import { parseBody, type Answer } from "../http/answer.ts";
import { parseOrder, type ReservationOrder } from "./order.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import { meaningOf } from "./states.ts";

/** What the answer to a purchase proves. */
export type PurchaseVerdict =
  | { readonly kind: "bought"; readonly order: ReservationOrder }
  /** Nothing was bought by this send. `expired`: the quote is over, and so is its order id. */
  | { readonly kind: "rejected"; readonly code: string; readonly reason: string; readonly expired?: true }
  /** The order id was bought under before: its order says what became of it. */
  | { readonly kind: "exists"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Judges the answer to `PUT reservationOrders/{id}`. The provisioning state in the body is the verdict, never the status:
 * a 200 or 202 can carry `Failed`. Whatever is not provably bought or not bought is unknown.
 */
export function judgePurchaseAnswer(answer: Answer, orderId: string): PurchaseVerdict {
  const body = parseBody(answer);
  const { status } = answer;
  if (status < 300) {
    const order = parseOrder(body);
    if (order === undefined) return { kind: "unknown", reason: `HTTP ${status} without an order in its body` };
    if (order.id !== orderId.toLowerCase()) {
      return { kind: "unknown", reason: `HTTP ${status} with another order, ${order.id}, in its body` };
    }
    if (meaningOf(order.state).standing !== "failed") return { kind: "bought", order };
    return { kind: "rejected", code: order.state, reason: `the order's state is ${order.state}` };
  }

  const refusal = judgeRefusal(answer, body, /^ReservationOrderIdAlreadyExists$/);
  const { code, message } = errorOf(body);
  if (status === 400 && code !== undefined && refusal.kind !== "exists" && /session timed out/i.test(message ?? ""))
    return { kind: "rejected", code, reason: refusal.reason, expired: true };
  return refusal;
}
