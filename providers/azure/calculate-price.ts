import { z } from "zod";
import type { JsonObject } from "../../src/spec/json.ts";
import { money, type Money } from "../../src/spec/money.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import type { ReservationsClient } from "./client.ts";
import type { ReadStep } from "../http/refusal.ts";
import { toRefusal } from "./refusal.ts";

/** A price, and the reservation order id that Azure minted to buy at it. */
export interface CalculatedPrice {
  readonly reservationOrderId: string;
  /** The whole order over its term, in the billing currency, tax left out. */
  readonly price: Money;
}

const step: ReadStep = {
  purpose: "calculate the price",
  permission: "Microsoft.Capacity/calculateprice/action",
  code: "quote-failed",
  untrusted: "quote-failed",
};

/**
 * `grandTotal`, `netTotal` and `taxTotal` are 0 in every recorded answer, so the billing total it is. Amounts come as
 * JSON numbers: a double holds every amount below ten trillion to the cent, and becomes a decimal here.
 */
const answerSchema = z.object({
  properties: z.object({
    reservationOrderId: z.guid(),
    billingCurrencyTotal: z.object({ currencyCode: z.string().regex(/^[A-Z]{3}$/), amount: z.number().nonnegative() }),
  }),
});

/**
 * Asks what a purchase would cost (`POST calculatePrice`); moves no money and is retried. Every call mints a new order id.
 * Throws a RefusedError: `quote-failed`, `access-denied`, `credentials-unavailable`.
 */
export async function calculatePrice(
  client: ReservationsClient,
  body: JsonObject,
  signal?: AbortSignal,
): Promise<CalculatedPrice> {
  try {
    const url = client.url("/providers/Microsoft.Capacity/calculatePrice");
    const answer = answerSchema.safeParse(await client.read({ method: "POST", url, body, signal }));
    if (!answer.success) {
      const missing = answer.error.issues.map((issue) => issue.path.join(".")).join(", ");
      throw new UnbelievableAnswerError(`the answer holds no usable ${missing}`);
    }
    const { reservationOrderId, billingCurrencyTotal } = answer.data.properties;
    return { reservationOrderId, price: money(billingCurrencyTotal.amount, billingCurrencyTotal.currencyCode) };
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
}
