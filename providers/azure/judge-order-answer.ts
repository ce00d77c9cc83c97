import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { isObject, parseBody, type Answer, type UnknownObject } from "../http/answer.ts";
import { unknownAnswer } from "./azure-answers.ts";
import { parseOrder, toCommitment } from "./azure-order.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import type { SentOrder } from "./order-fate.ts";
import { adviceFor } from "./refusal-advice.ts";

const service = {
  namespace: "Microsoft.Capacity",
  action: "reservationorders/write",
  role: "Reservation Purchaser",
} as const;

/** What is bought, for messages. */
export function subjectOf(orderId: string): string {
  return `reservation order ${orderId}`;
}

/**
 * What the answer to `PUT reservationOrders/{id}` proves. The provisioning state in the body is the verdict, never the
 * status: a 200 or 202 can carry `Failed`. Whatever is not provably bought or not bought is unknown, and another order that
 * it names is evidence, which only a look at that one can judge.
 */
export function judgeOrderAnswer(answer: Answer, sent: SentOrder): PurchaseAnswer {
  const { reservationOrderId: id, token, price } = sent;
  const body = parseBody(answer);
  const { status, retryAfter } = answer;
  if (status < 200 || status >= 300) return refusalOf(answer, body, subjectOf(id));

  const others = body === undefined ? [] : ordersNamedIn(body).filter((named) => named !== id.toLowerCase());
  // Microsoft's own example of this answer holds another order than its path:
  // https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/purchase
  if (others.length > 0) {
    const reason = `HTTP ${status} with another order, ${others.join(", ")}, in its body`;
    return unknownAnswer(subjectOf(id), reason, { evidence: others });
  }
  const order = parseOrder(body);
  if (order?.id !== id.toLowerCase()) {
    return unknownAnswer(subjectOf(id), `HTTP ${status} without an order in its body`, { retryAfter });
  }
  const commitment = toCommitment(order, { marked: token !== undefined, price });
  if (commitment.standing !== "failed") return { kind: "bought", commitment };
  // Not as bought and failed, which would prove it: the drive looks at the order before it believes that.
  return rejection(subjectOf(id), `the order's state is ${order.state}`, { status, providerCode: order.state });
}

function refusalOf(answer: Answer, body: UnknownObject | undefined, subject: string): PurchaseAnswer {
  const { status, retryAfter } = answer;
  const { kind, code: providerCode, reason } = judgeRefusal(answer, body, /^ReservationOrderIdAlreadyExists$/i);
  switch (kind) {
    case "unknown":
      return unknownAnswer(subject, reason, { providerCode, retryAfter });
    case "exists":
      return { kind, reason: `Azure says that ${subject} exists already: ${reason}.`, providerCode };
    case "expired":
      return {
        kind: "rejected",
        reason: `Azure says that the session of ${subject} is over: ${reason}. An earlier send of it, or this one, repeated on its way, may have been carried out: that send has to be proven dead before a new price is asked for.`,
        providerCode,
        left: true,
        expired: true,
        retryable: true,
      };
    case "rejected":
      return rejection(subject, reason, { status, providerCode });
  }
}

/** This send bought nothing. */
function rejection(
  subject: string,
  reason: string,
  { status, providerCode }: { readonly status: number; readonly providerCode: string },
): PurchaseAnswer {
  return {
    kind: "rejected",
    reason: `Azure did not buy ${subject}: ${reason}. ${adviceFor(status, providerCode, service)}`,
    providerCode,
    left: true,
    expired: false,
    retryable: false,
  };
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
