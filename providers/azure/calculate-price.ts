import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import type { OnWait } from "../../src/contract/executor.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import { money, type Money } from "../../src/contract/money.ts";
import type { Payments } from "../../src/contract/payments.ts";
import { isObject } from "../http/answer.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import { instalmentsOf } from "./azure-instalments.ts";
import { believePrice } from "./believe-price.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import type { ReadStep } from "../http/refusal.ts";
import { toRefusal } from "./azure-refusal.ts";

/** A price, and the reservation order id that Azure minted to buy at it. */
export interface CalculatedPrice {
  readonly reservationOrderId: string;
  /** The whole order over its term, in the billing currency, tax left out. */
  readonly price: Money;
  /** How that is paid; undefined where the answer does not tell. */
  readonly payments: Payments | undefined;
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
  properties: z.looseObject({
    reservationOrderId: z.guid(),
    billingCurrencyTotal: z.object({ currencyCode: z.string().regex(/^[A-Z]{3}$/), amount: z.number().nonnegative() }),
  }),
});

/**
 * Where a partner bills the subscription (CSP), Azure names a price in its own currency and none in that of the bill:
 * https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/calculate
 */
function requireBilledByMicrosoft(properties: unknown): void {
  if (!isObject(properties) || properties["isBillingPartnerManaged"] !== true) return;
  if (properties["billingCurrencyTotal"] !== undefined && properties["billingCurrencyTotal"] !== null) return;
  throw new RefusedError({
    code: "quote-failed",
    message:
      "A partner bills this subscription (isBillingPartnerManaged), so Azure names no price in the currency of the bill: only " +
      "the partner knows what it will charge. Nothing was sent. Have the partner buy it, or bill a subscription that Microsoft bills.",
  });
}

/**
 * Asks what a purchase would cost (`POST calculatePrice`); moves no money and is retried. Every call mints a new order id.
 * A price of nothing, or one that the same answer contradicts, is none ({@link believePrice}).
 * Throws a RefusedError: `quote-failed`, `access-denied`, `credentials-unavailable`.
 */
export async function calculatePrice(
  client: ReservationsClient,
  body: JsonObject,
  signal?: AbortSignal,
  onWait?: OnWait,
): Promise<CalculatedPrice> {
  try {
    const url = client.url("/providers/Microsoft.Capacity/calculatePrice");
    const said = await client.read({ method: "POST", url, body, signal, onWait });
    const answer = answerSchema.safeParse(said);
    if (!answer.success) {
      requireBilledByMicrosoft(said["properties"]);
      const missing = answer.error.issues.map((issue) => issue.path.join(".")).join(", ");
      throw new UnbelievableAnswerError(`the answer holds no usable ${missing}`);
    }
    const { reservationOrderId, billingCurrencyTotal } = answer.data.properties;
    const price = money(billingCurrencyTotal.amount, billingCurrencyTotal.currencyCode);
    believePrice(price, answer.data.properties, body);
    const payments = instalmentsOf(price, answer.data.properties, body, client.settings.environment.now());
    return { reservationOrderId, price, payments };
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
}
