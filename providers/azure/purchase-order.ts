import { messageOf, PurchaseRejectedError } from "../../src/contract/errors.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { fateOf, type OrderFate, type SentOrder } from "./order-fate.ts";
import { orderPath, type ReservationOrder } from "./azure-order.ts";
import { judgePurchaseAnswer, type PurchaseVerdict } from "./purchase-answer.ts";
import { fromTransport, unknownOutcome } from "./purchase-outcome.ts";
import { adviceFor } from "./refusal-advice.ts";

/** A version 4 or any other UUID, as calculatePrice mints them. */
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const service = {
  namespace: "Microsoft.Capacity",
  action: "reservationorders/write",
  role: "Reservation Purchaser",
} as const;

/**
 * Buys: one `PUT reservationOrders/{id}`, which spends money, sent once and waited for up to the purchase timeout.
 * Returns the order that it became, on its way or beyond; whether it is done, or over, is a matter of its state.
 *
 * An answer that says that the id was used before, that its session timed out, or that names another order, is followed by
 * a look at the order: a hop that repeats an idempotent request gets the first two for a purchase that was carried out.
 *
 * Throws a PurchaseRejectedError when this send bought nothing (`handleExpired`: Azure says that the quote is over, of an id
 * that was sent before; that earlier send still has to be proven dead) and a PurchaseOutcomeUnknownError for all that
 * proves neither.
 */
export async function purchaseOrder(
  client: ReservationsClient,
  sent: SentOrder,
  { sentBefore }: { readonly sentBefore: boolean },
): Promise<ReservationOrder> {
  const { reservationOrderId: id, request } = sent;
  if (!guid.test(id)) {
    const message = `The reservation order id "${id}" is not one that Azure mints; nothing was sent.`;
    throw new PurchaseRejectedError({ message, providerCode: "InvalidReservationOrderId", left: false });
  }
  const until = performance.now() + client.settings.purchaseTimeout;
  const answer = await client.put(client.url(orderPath(id)), request).catch((error: unknown) => {
    throw fromTransport(error, subjectOf(id));
  });
  const verdict = judgePurchaseAnswer(answer, id);
  switch (verdict.kind) {
    case "bought":
      return verdict.order;
    case "unknown":
      throw unknownOutcome(subjectOf(id), verdict.reason, {
        providerCode: verdict.code,
        retryAfter: answer.retryAfter,
      });
    case "rejected":
      throw new PurchaseRejectedError({
        message: `Azure did not buy ${subjectOf(id)}: ${verdict.reason}. ${adviceFor(answer.status, verdict.code, service)}`,
        providerCode: verdict.code,
      });
    case "another":
    case "exists":
    case "expired":
      return lookAfter(client, sent, verdict, { sentBefore, until });
  }
}

type DoubtfulVerdict = Extract<PurchaseVerdict, { readonly kind: "another" | "exists" | "expired" }>;

/** The order behind an answer that leaves open what was bought. Bounded by what is left of the purchase timeout. */
async function lookAfter(
  client: ReservationsClient,
  sent: SentOrder,
  verdict: DoubtfulVerdict,
  { sentBefore, until }: { readonly sentBefore: boolean; readonly until: number },
): Promise<ReservationOrder> {
  const { reservationOrderId: id } = sent;
  const named = verdict.kind === "another" ? verdict.ids : [];
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(until - performance.now())));
  const evidence = [...(sent.evidence ?? []), ...named];
  const fate = await fateOf(client, { ...sent, evidence }, { attempts: 1, signal }).catch(
    (cause: unknown): OrderFate => ({ kind: "unclear", reason: messageOf(cause), cause }),
  );
  if (fate.kind === "found") {
    const { what: order, standing } = fate;
    if (standing !== "failed") return order;
    throw new PurchaseRejectedError({
      message: `Reservation order ${order.id} came to nothing: its state is ${order.state}. Driving again asks for a new price.`,
      providerCode: order.state,
    });
  }
  const providerCode = verdict.kind === "another" ? undefined : verdict.code;
  if (verdict.kind === "expired" && fate.kind === "absent" && sentBefore) {
    throw new PurchaseRejectedError({
      message: `Azure did not buy ${subjectOf(id)}: ${verdict.reason}. The id was sent before: that send has to be proven dead before a new price is asked for.`,
      providerCode: verdict.code,
      handleExpired: true,
      retryable: true,
    });
  }
  const seen =
    fate.kind === "absent"
      ? "yet no order is shown under the id"
      : `and what became of it could not be read (${fate.reason})`;
  throw unknownOutcome(subjectOf(id), `${verdict.reason}; ${seen}`, {
    providerCode,
    evidence: named,
    cause: fate.kind === "unclear" ? fate.cause : undefined,
  });
}

const subjectOf = (id: string) => `reservation order ${id}`;
