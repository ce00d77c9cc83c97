import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import { type Money, money, totals } from "../../src/contract/money.ts";
import type { Refund } from "../../src/contract/inventory.ts";
import { quoteService, UnbelievableAnswerError } from "../http/api-error.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { orderPath } from "./azure-order.ts";
import type { ReadStep } from "../http/refusal.ts";
import { toRefusal } from "./azure-refusal.ts";
import { inForce, type Reservation } from "./reservation-facts.ts";
import { readReservations, reservationOrders } from "./reservation-orders.ts";

const step: ReadStep = {
  purpose: "calculate the refund",
  permission: "the return of a reservation (Owner or Reservation Administrator of its order)",
  code: "quote-failed",
  untrusted: "quote-failed",
};

/** https://learn.microsoft.com/azure/cost-management-billing/reservations/exchange-and-refund-azure-reservations */
const rules =
  "Azure names no last day but the end of the term; what is given back shrinks with every day of it. All that is " +
  "cancelled together may not exceed 50,000 USD in twelve months for a billing profile or enrolment. Azure may one day " +
  "keep a fee of 12 %.";

const text = z.string().optional().catch(undefined);

/** Another value than a price is taken for none. */
const price = z
  .object({ currencyCode: z.string().regex(/^[A-Z]{3}$/), amount: z.number() })
  .optional()
  .catch(undefined);

/** `CalculateRefundResponse` of the SDK; policy errors come with status 200, and are read strictly: they mean no refund. */
const answerSchema = z.object({
  properties: z.object({
    billingRefundAmount: price,
    policyResult: z
      .object({
        properties: z
          .object({
            consumedRefundsTotal: price,
            maxRefundLimit: price,
            policyErrors: z.array(z.object({ code: text, message: text })).nullish(),
          })
          .nullish(),
      })
      .nullish(),
  }),
});

type Answer = z.infer<typeof answerSchema>["properties"];

/**
 * What returning an order would give back (`POST calculateRefund`, once for each of its reservations in force): a calculation, which
 * returns nothing. Throws a RefusedError.
 */
export async function calculateRefund(
  client: ReservationsClient,
  orderId: string,
  signal: AbortSignal,
): Promise<Refund> {
  try {
    const all = await readReservations(client, orderId, signal);
    const reservations = inForce(all);
    if (reservations.length === 0) throw nothingInForce(orderId, all);
    const answers: Answer[] = [];
    for (const reservation of reservations) answers.push(await ask(client, orderId, reservation, signal));
    return together(answers, reservations);
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
}

function nothingInForce(orderId: string, { length }: readonly Reservation[]): RefusedError {
  const message =
    length === 0
      ? `Could not calculate the refund: order ${orderId} shows no reservation yet. Try again later.`
      : `There is nothing to give back of order ${orderId}: all its reservations have ended.`;
  return new RefusedError({ code: "quote-failed", message, retryable: length === 0 });
}

async function ask(
  client: ReservationsClient,
  orderId: string,
  { name, properties: { quantity } }: Reservation,
  signal: AbortSignal,
): Promise<Answer> {
  if (!name || quantity === undefined) {
    throw new UnbelievableAnswerError(`a reservation of order ${orderId} has no name or quantity`);
  }
  const id = orderPath(reservationOrders, orderId);
  const reservationToReturn = { reservationId: `${id}/reservations/${encodeURIComponent(name)}`, quantity };
  const body = { id, properties: { scope: "Reservation", reservationToReturn } };
  const url = client.url(`${id}/calculateRefund`);
  const answer = answerSchema.safeParse(await client.read({ method: "POST", url, body, signal }));
  if (answer.success) return answer.data.properties;
  throw new UnbelievableAnswerError("the answer holds no usable refund");
}

function together(answers: readonly Answer[], reservations: readonly Reservation[]): Refund {
  const policies = answers.map(({ policyResult }) => policyResult?.properties);
  const problems = policies.flatMap((policy) => policy?.policyErrors?.map(wordsOf) ?? []);
  // The limit is that of the billing profile: each answer says the same.
  const { maxRefundLimit, consumedRefundsTotal } = policies[0] ?? {};
  const most = moneyOf(maxRefundLimit);
  return {
    amount: problems.length > 0 ? undefined : sumOf(answers),
    lastDay: reservations.flatMap(({ properties: { expiryDate } }) => expiryDate ?? []).toSorted()[0],
    limit: most && { most, used: moneyOf(consumedRefundsTotal) },
    problems,
    rules,
  };
}

function wordsOf({ code, message }: { readonly code?: string | undefined; readonly message?: string | undefined }) {
  const said = [code, message].filter((part) => part !== undefined).join(": ");
  return quoteService(said) || "Azure gives no reason";
}

/** Of all reservations of an order. Throws where one has no amount, or in another currency: that is no refusal of Azure's. */
function sumOf(answers: readonly Answer[]): Money {
  const amounts = answers.flatMap(({ billingRefundAmount }) => moneyOf(billingRefundAmount) ?? []);
  const [sum, another] = totals(amounts);
  if (sum !== undefined && another === undefined && amounts.length === answers.length) return sum;
  throw new UnbelievableAnswerError("the answer holds no usable refund");
}

function moneyOf(value: z.infer<typeof price>): Money | undefined {
  return value && money(value.amount, value.currencyCode);
}
