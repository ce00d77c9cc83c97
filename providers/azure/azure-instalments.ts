import { Big } from "big.js";
import { z } from "zod";
import type { JsonObject } from "../../src/contract/json.ts";
import { decimalsOf, money, type Money } from "../../src/contract/money.ts";
import { paidAtOnce, paidMonthly, type Payments } from "../../src/contract/payments.ts";
import { termMonths } from "../../src/contract/recommendation.ts";
import { isObject } from "../http/answer.ts";

const total = z.object({ currencyCode: z.string(), amount: z.number() }).optional().catch(undefined);

const scheduleSchema = z.object({
  paymentSchedule: z
    .array(z.object({ dueDate: z.iso.date(), billingCurrencyTotal: total, pricingCurrencyTotal: total }))
    .min(1)
    .optional()
    .catch(undefined),
});

type Instalment = NonNullable<z.infer<typeof scheduleSchema>["paymentSchedule"]>[number];

/** Milliseconds: the date of a time zone may be tomorrow's here. */
const day = 24 * 3_600_000;

/**
 * How a price is paid by the answer to calculatePrice, at `now` in milliseconds since 1970. Upfront, which a billing plan that is
 * left out means, takes all of it at once. Monthly follows the answer's `paymentSchedule`, whose first instalment is due on the day of
 * the purchase (recorded: https://github.com/Azure/azure-cli-extensions, test_calculate_reservation_order.yaml); without one, the
 * total is divided evenly over the months of the term:
 * https://learn.microsoft.com/azure/cost-management-billing/reservations/prepare-buy-reservation#buy-reservations-with-monthly-payments
 * Undefined for another plan, and where the first instalment is named in another currency than the price.
 */
export function instalmentsOf(price: Money, answer: unknown, request: JsonObject, now: number): Payments | undefined {
  const { billingPlan = "Upfront", term } = isObject(request["properties"]) ? request["properties"] : {};
  if (billingPlan === "Upfront") return paidAtOnce(price);
  if (billingPlan !== "Monthly") return undefined;
  const schedule = scheduleSchema.parse(answer).paymentSchedule;
  if (schedule === undefined) {
    const isTerm = typeof term === "string" && /^P\d{1,2}[YM]$/.test(term);
    return isTerm ? paidMonthly(price, { months: termMonths(term), kind: "fixed" }) : undefined;
  }
  const [first, ...later] = schedule;
  if (first === undefined || Date.parse(first.dueDate) > now + day) return inMonths(price, schedule);
  const dueNow = amountIn(price.currency, first);
  return dueNow === undefined || dueNow.gt(price.amount) ? undefined : inMonths(price, later, dueNow);
}

/** The rest in these instalments: of one amount, or of several where another currency or a price of its own decides. */
function inMonths(price: Money, instalments: readonly Instalment[], dueNow = new Big(0)): Payments {
  const months = instalments.length;
  const now = dueNow.toFixed();
  if (months === 0) return paidAtOnce(price);
  const each = new Big(price.amount).minus(dueNow).div(months);
  const unit = new Big(10).pow(-decimalsOf(price.currency));
  const isEqual = instalments.every((one) => amountIn(price.currency, one)?.minus(each).abs().lte(unit) === true);
  return paidMonthly(price, { months, kind: isEqual ? "fixed" : "average", dueNow: now });
}

/** An instalment in a currency: Azure names the one of the bill on the first alone (recorded). */
function amountIn(currency: string, { billingCurrencyTotal, pricingCurrencyTotal }: Instalment): Big | undefined {
  const named = [billingCurrencyTotal, pricingCurrencyTotal].find((one) => one?.currencyCode === currency);
  return named && new Big(money(named.amount, currency).amount);
}
