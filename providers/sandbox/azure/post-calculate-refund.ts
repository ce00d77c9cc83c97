import { randomUUID } from "node:crypto";
import { Big } from "big.js";
import { z } from "zod";
import type { ImitationContext, SandboxResponse } from "../server/imitation.ts";
import { ArmError, armAnswer } from "./arm-answer.ts";
import { addMonths } from "./arm-date.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";
import { months, priceOf } from "./azure-sandbox-price.ts";
import { type ReservationOrder, stateOf } from "./reservation-order.ts";

const requestSchema = z.object({
  id: z.string(),
  properties: z.object({
    scope: z.literal("Reservation"),
    reservationToReturn: z.object({ reservationId: z.string(), quantity: z.int().min(1) }),
  }),
});

/** What Azure takes back in twelve months; in its documentation US dollars, whatever the billing currency. */
const refundLimit = 50_000;

/**
 * POST calculateRefund: what returning a reservation would give back: what was paid, less what is used up. Returns nothing.
 * In the shape of the SDK's `CalculateRefundResponse` and the numbers of
 * https://learn.microsoft.com/powershell/module/az.reservations/invoke-azreservationcalculaterefund; that policy errors
 * come with status 200 is an assumption.
 */
export function calculateRefund(
  order: ReservationOrder,
  body: string,
  { now }: Pick<ImitationContext, "now">,
  behaviour: AzureBehaviour,
): SandboxResponse {
  const { reservationId, quantity } = readRequest(body).properties.reservationToReturn;
  const path = `/providers/Microsoft.Capacity/reservationOrders/${order.id}/reservations/${order.reservationId}`;
  if (reservationId.toLowerCase() !== path.toLowerCase()) {
    throw new ArmError(400, "BadRequest", "The reservation to return is not one of this order.");
  }
  if (quantity > order.request.quantity) {
    throw new ArmError(400, "InvalidRefundQuantity", "The quantity is more than the reservation holds.");
  }
  const { term, billingPlan } = order.request;
  const payments = billingPlan === "Upfront" ? 1 : months(term);
  const { total } = priceOf({ ...order.request, quantity });
  const used = usedPart(order, now);
  const paid = Math.min(payments, Math.floor(used * payments) + 1);
  const paidAmount = total.times(paid).div(payments);
  const usedAmount = total.times(used).round(2);
  const policyErrors = errorsOf(order, total.minus(usedAmount), behaviour);
  const refund = policyErrors.length > 0 ? 0 : paidAmount.minus(usedAmount);
  const amount = (value: Big | number, currencyCode = behaviour.currency) => ({
    currencyCode,
    amount: new Big(value).round(2).toNumber(),
  });
  return armAnswer(200, {
    id: path,
    properties: {
      sessionId: randomUUID(),
      quantity,
      billingRefundAmount: amount(refund),
      pricingRefundAmount: amount(refund),
      policyResult: {
        properties: {
          consumedRefundsTotal: amount(0, "USD"),
          maxRefundLimit: amount(refundLimit, "USD"),
          policyErrors,
        },
      },
      billingInformation: {
        billingPlan,
        completedTransactions: paid,
        totalTransactions: payments,
        billingCurrencyTotalPaidAmount: amount(paidAmount),
        billingCurrencyProratedAmount: amount(usedAmount),
        billingCurrencyRemainingCommitmentAmount: amount(total.minus(paidAmount)),
      },
    },
  });
}

const dayLength = 86_400_000;

/** Which part of the term is over, by whole days. */
function usedPart({ finishedAt, requestedAt, request }: ReservationOrder, now: number): number {
  const start = finishedAt ?? requestedAt;
  const length = addMonths(start, months(request.term)).getTime() - start;
  const days = Math.floor(Math.max(0, now - start) / dayLength);
  return Math.min(1, days / Math.round(length / dayLength));
}

function readRequest(body: string): z.infer<typeof requestSchema> {
  try {
    return requestSchema.parse(JSON.parse(body));
  } catch {
    throw new ArmError(400, "BadRequest", "The request names no reservation to return.");
  }
}

/** Codes of the SDK's `KnownErrorResponseCode`; which of them a policy error carries is an assumption. */
function errorsOf(order: ReservationOrder, remaining: Big, behaviour: AzureBehaviour) {
  if (stateOf(order, behaviour).state !== "Succeeded") {
    return [{ code: "SelfServiceRefundNotSupported", message: "The reservation is not active." }];
  }
  return remaining.gt(refundLimit)
    ? [{ code: "RefundLimitExceeded", message: "The refund is above the limit of 50000 in twelve months." }]
    : [];
}
