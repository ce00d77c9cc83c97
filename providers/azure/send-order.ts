import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { unanswered } from "./azure-answers.ts";
import { orderPath } from "./azure-order.ts";
import { judgeOrderAnswer, subjectOf } from "./judge-order-answer.ts";
import { isMinted, type SentOrder } from "./order-fate.ts";
import type { ReservationsClient } from "./reservations-client.ts";

/**
 * Buys: one `PUT reservationOrders/{id}`, which spends money, sent once and waited for up to the purchase timeout. Throws
 * nothing: whatever happens, it says what that proves.
 */
export async function sendOrder(client: ReservationsClient, sent: SentOrder): Promise<PurchaseAnswer> {
  const { reservationOrderId: id, request } = sent;
  if (!isMinted(id)) {
    return {
      kind: "rejected",
      reason: `The reservation order id "${id}" is not one that Azure mints; nothing was sent.`,
      providerCode: "InvalidReservationOrderId",
      left: false,
      expired: false,
      retryable: false,
    };
  }
  try {
    return judgeOrderAnswer(await client.put(client.url(orderPath(id)), request), sent);
  } catch (error) {
    return unanswered(error, subjectOf(id));
  }
}
