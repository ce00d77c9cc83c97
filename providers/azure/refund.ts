import { Big } from "big.js";
import { z } from "zod";
import { type Money, money } from "../../src/spec/money.ts";
import type { Refund } from "../../src/spec/listed-commitment.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import type { ReservationsClient } from "./client.ts";
import { orderPath } from "./order.ts";
import type { ReadStep } from "../http/refusal.ts";
import { toRefusal } from "./refusal.ts";
import { readReservations, type Reservation } from "./reservations.ts";

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

const price = z.object({ currencyCode: z.string().regex(/^[A-Z]{3}$/), amount: z.number() });

/** `CalculateRefundResponse` of the SDK; policy errors come with status 200. */
const answerSchema = z.object({
  properties: z.object({
    billingRefundAmount: price.optional(),
    policyResult: z
      .object({
        properties: z.object({
          consumedRefundsTotal: price.optional().catch(undefined),
          maxRefundLimit: price.optional().catch(undefined),
          policyErrors: z
            .array(z.object({ code: z.string().optional(), message: z.string().optional() }))
            .nullish()
            .catch(undefined),
        }),
      })
      .optional()
      .catch(undefined),
  }),
});

type Answer = z.infer<typeof answerSchema>["properties"];

/**
 * What returning an order would give back (`POST calculateRefund`, once for each of its reservations): a calculation, which
 * returns nothing. Throws a RefusedError.
 */
export async function calculateRefund(
  client: ReservationsClient,
  orderId: string,
  signal: AbortSignal,
): Promise<Refund> {
  try {
    const reservations = await readReservations(client, orderId, signal);
    const answers: Answer[] = [];
    for (const reservation of reservations) answers.push(await ask(client, orderId, reservation, signal));
    return together(answers, reservations);
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
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
  const body = {
    id: orderPath(orderId),
    properties: {
      scope: "Reservation",
      reservationToReturn: {
        reservationId: `${orderPath(orderId)}/reservations/${encodeURIComponent(name)}`,
        quantity,
      },
    },
  };
  const url = client.url(`${orderPath(orderId)}/calculateRefund`);
  const answer = answerSchema.safeParse(await client.read({ method: "POST", url, body, signal }));
  if (answer.success) return answer.data.properties;
  throw new UnbelievableAnswerError("the answer holds no usable refund");
}

function together(answers: readonly Answer[], reservations: readonly Reservation[]): Refund {
  const problems = answers.flatMap(({ policyResult }) =>
    (policyResult?.properties.policyErrors ?? []).map(({ code, message }) =>
      [code, message].filter((part) => part !== undefined).join(": "),
    ),
  );
  const amounts = answers.map(({ billingRefundAmount }) => moneyOf(billingRefundAmount));
  const [limit] = answers.map(({ policyResult }) => policyResult?.properties);
  const most = moneyOf(limit?.maxRefundLimit);
  const lastDay = reservations.flatMap(({ properties: { expiryDate } }) => expiryDate ?? []).toSorted()[0];
  const amount = problems.length === 0 ? sumOf(amounts) : undefined;
  return {
    ...(amount === undefined ? {} : { amount }),
    ...(lastDay === undefined ? {} : { lastDay }),
    ...(most === undefined ? {} : { limit: { most, used: moneyOf(limit?.consumedRefundsTotal) } }),
    problems,
    rules,
  };
}

/** Of all reservations of an order; undefined where one has no amount, or in another currency. */
function sumOf(amounts: readonly (Money | undefined)[]): Money | undefined {
  const [first] = amounts;
  let sum = new Big(0);
  for (const each of amounts) {
    if (first === undefined || each?.currency !== first.currency) return undefined;
    sum = sum.plus(each.amount);
  }
  return first && { amount: sum.toFixed(), currency: first.currency };
}

function moneyOf(value: z.infer<typeof price> | undefined): Money | undefined {
  return value && money(value.amount, value.currencyCode);
}
