import { messageOf, PurchaseRejectedError } from "../../src/spec/errors.ts";
import type { JsonObject } from "../../src/spec/json.ts";
import type { ReservationsClient } from "./client.ts";
import { getOrder, orderPath, type ReservationOrder } from "./order.ts";
import { judgePurchaseAnswer } from "./purchase-answer.ts";
import { fromTransport, unknownOutcome } from "./purchase-outcome.ts";
import { meaningOf } from "./states.ts";

/** What is bought under which minted id. */
export interface OrderPurchase {
  readonly reservationOrderId: string;
  /** The body that the price was calculated for. */
  readonly request: JsonObject;
}

/** A version 4 or any other UUID, as calculatePrice mints them. */
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Buys: one `PUT reservationOrders/{id}`, which spends money, sent once and waited for up to the purchase timeout.
 * Returns the order that Azure shows under the id, on its way or beyond; whether it is done is a matter of its state.
 *
 * Throws a PurchaseRejectedError when this send bought nothing (`handleExpired`: the quote is over; where the id was sent
 * before, that earlier send still has to be proven dead) and a PurchaseOutcomeUnknownError for all that proves neither.
 */
export async function purchaseOrder(
  client: ReservationsClient,
  { reservationOrderId: id, request }: OrderPurchase,
  { sentBefore }: { readonly sentBefore: boolean },
): Promise<ReservationOrder> {
  if (!guid.test(id)) {
    const message = `The reservation order id "${id}" is not one that Azure mints; nothing was sent.`;
    throw new PurchaseRejectedError({ message, providerCode: "InvalidReservationOrderId" });
  }
  const until = performance.now() + client.settings.purchaseTimeout;
  const answer = await client.put(client.url(orderPath(id)), request).catch((error: unknown) => {
    throw fromTransport(error, subjectOf(id));
  });
  const verdict = judgePurchaseAnswer(answer, id);
  if (verdict.kind === "bought") return verdict.order;
  if (verdict.kind === "exists") return existingOrder(client, id, verdict.reason, until);
  if (verdict.kind === "unknown") throw unknownOutcome(subjectOf(id), verdict.reason, answer.retryAfter);
  const { code, reason, expired = false } = verdict;
  throw new PurchaseRejectedError({
    message: `Azure did not buy reservation order ${id}: ${reason}. ${adviceFor(answer.status, expired, sentBefore)}`,
    providerCode: code,
    handleExpired: expired,
    retryable: expired,
  });
}

function adviceFor(status: number, expired: boolean, sentBefore: boolean): string {
  if (status === 401) return "The credential is not accepted: sign in again, and check the tenant.";
  if (status === 403) {
    return "The identity needs a role that allows Microsoft.Capacity/reservationorders/write (role Reservation Purchaser) on the billing subscription.";
  }
  if (!expired) return "See Azure's own message for what to change.";
  return sentBefore
    ? "The id was sent before: that send has to be proven dead before a new price is asked for."
    : "A new price has to be asked for.";
}

/** The order under an id that Azure says is used up. Bounded by what is left of the purchase timeout. */
async function existingOrder(
  client: ReservationsClient,
  id: string,
  reason: string,
  until: number,
): Promise<ReservationOrder> {
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(until - performance.now())));
  const order = await getOrder(client, id, { attempts: 1, signal }).catch((error: unknown) => {
    throw unknownOutcome(
      subjectOf(id),
      `${reason}; and the order could not be read (${messageOf(error)})`,
      undefined,
      error,
    );
  });
  if (order === undefined) throw unknownOutcome(subjectOf(id), `${reason}; yet no order is shown under the id`);
  if (meaningOf(order.state).standing !== "failed") return order;
  throw new PurchaseRejectedError({
    message: `Reservation order ${id} came to nothing: its state is ${order.state}. Driving again asks for a new price.`,
    providerCode: order.state,
  });
}

const subjectOf = (id: string) => `reservation order ${id}`;
