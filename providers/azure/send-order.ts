import type { JsonObject } from "../../src/contract/json.ts";
import type { Money } from "../../src/contract/money.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { isObject, parseBody, type Answer, type UnknownObject } from "../http/answer.ts";
import { refusalAnswer, unanswered, unknownAnswer, unsendable } from "./azure-answers.ts";
import { reservationPurchase } from "./azure-permissions.ts";
import { orderPath, parseOrder, toCommitment } from "./azure-order.ts";
import { reservationOrders } from "./reservation-orders.ts";
import type { ReservationsClient } from "./reservations-client.ts";

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

/**
 * Buys: one `PUT reservationOrders/{id}`, which spends money, sent once and waited for up to the purchase timeout. Throws
 * nothing: whatever happens, it says what that proves. `timeout`: milliseconds, default the purchase timeout.
 */
export async function sendOrder(
  client: ReservationsClient,
  sent: SentOrder,
  timeout?: number,
): Promise<PurchaseAnswer> {
  const { reservationOrderId: id, request } = sent;
  if (!isMinted(id)) {
    return unsendable(`The reservation order id "${id}" is not one that Azure mints`, "InvalidReservationOrderId");
  }
  try {
    return judgeAnswer(await client.put(client.url(orderPath(reservationOrders, id)), request, timeout), sent);
  } catch (error) {
    return unanswered(subjectOf(id), error);
  }
}

const subjectOf = (id: string) => `reservation order ${id}`;

/**
 * What the answer proves. The provisioning state in the body is the verdict, never the status: a 200 or 202 can carry
 * `Failed`: taken, and come to nothing, which the drive believes after a look at the order. Whatever is not provably bought or
 * not bought is unknown, and another order that it names is evidence, which only a look at that one can judge.
 */
function judgeAnswer(answer: Answer, { reservationOrderId: id, token, price }: SentOrder): PurchaseAnswer {
  const body = parseBody(answer);
  const { status, retryAfter } = answer;
  const subject = subjectOf(id);
  if (status < 200 || status >= 300) {
    return refusalAnswer(answer, body, {
      subject,
      service: reservationPurchase,
      existsCode: /^ReservationOrderIdAlreadyExists$/i,
      isMinted: true,
    });
  }

  const others = body === undefined ? [] : ordersNamedIn(body).filter((named) => named !== id.toLowerCase());
  // Microsoft's own example of this answer holds another order than its path:
  // https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/purchase
  if (others.length > 0) {
    const reason = `HTTP ${status} with another order, ${others.join(", ")}, in its body`;
    return unknownAnswer(subject, reason, { evidence: others });
  }
  const order = parseOrder(body);
  if (order?.id !== id.toLowerCase()) {
    return unknownAnswer(subject, `HTTP ${status} without an order in its body`, { retryAfter });
  }
  return { kind: "bought", commitment: toCommitment(order, { marked: token !== undefined, price }) };
}

/** The orders that an answer is about, wherever it names them, in lower case. */
function ordersNamedIn({ id, name, properties }: UnknownObject): string[] {
  const { reservationOrderId, reservations } = isObject(properties) ? properties : {};
  const parts: unknown[] = Array.isArray(reservations) ? reservations : [];
  const paths = [id, reservationOrderId, ...parts.map((part) => (isObject(part) ? part["id"] : undefined))];
  // An answer that is a reservation has the name of that, and its order in the path.
  const isReservation = /\/reservations\//i.test(String(id));
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
