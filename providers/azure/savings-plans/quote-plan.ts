import { Big } from "big.js";
import { z } from "zod";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Marker, Quote, QuoteOptions } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import { money, type Money } from "../../../src/contract/money.ts";
import { hoursPerMonth, paidAtOnce, paidMonthly, type Payments } from "../../../src/contract/payments.ts";
import { termMonths } from "../../../src/contract/recommendation.ts";
import { isObject } from "../../http/answer.ts";
import { quoteService, UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ReadStep } from "../../http/refusal.ts";
import { aliasNameIn, aliasNameOf } from "../aliases/order-alias.ts";
import type { ArmClient } from "../arm-client.ts";
import { applyPurchaseTags } from "../azure-marker.ts";
import { toRefusal } from "../azure-refusal.ts";
import { believePrice } from "../believe-price.ts";
import { toJson } from "../purchase-body.ts";
import { bodyOf } from "./azure-plan-body.ts";
import type { SavingsPlanRecommendation } from "./azure-plan-schema.ts";

/** The price, calculated here, of a body that Azure says it would sell. Throws a RefusedError. */
export async function quotePlan(
  client: ArmClient,
  recommendation: SavingsPlanRecommendation,
  marker: Marker,
  { signal, sentAs = {}, onWait }: QuoteOptions,
): Promise<Quote> {
  const { source, token } = marker;
  const request = toJson(applyPurchaseTags(bodyOf(recommendation), source, token, client.settings));
  const price = priceOf(recommendation);
  try {
    await validate(client, { request, price }, { signal, onWait });
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
  return {
    price,
    payments: paymentsOf(price, recommendation),
    handle: { aliasName: aliasNameIn(sentAs) ?? aliasNameOf(marker) },
    request,
  };
}

/**
 * The whole commitment over its term: upfront and monthly cost the same (https://learn.microsoft.com/azure/cost-management-billing/savings-plan/buy-savings-plan).
 * A recorded order of 0.001 an hour for three years came to 26.28, in 36 payments of 0.73: 26,280 hours, no leap day.
 */
function priceOf({ commitment, term }: SavingsPlanRecommendation): Money {
  const total = new Big(commitment.amount).times(hoursPerMonth).times(termMonths(term));
  return money(total.toFixed(), commitment.currency);
}

/**
 * Monthly "divides the total cost of the savings plan into 12 or 36 equal payments": the page above. When the first of them is
 * due no answer says before it is bought.
 */
function paymentsOf(price: Money, { term, billingPlan }: SavingsPlanRecommendation): Payments {
  return billingPlan === "Upfront"
    ? paidAtOnce(price)
    : paidMonthly(price, { months: termMonths(term), kind: "fixed" });
}

const step: ReadStep = {
  purpose: "have the savings plan validated",
  permission: "Microsoft.BillingBenefits/validate/action (role Savings plan Purchaser on the billing subscription)",
  code: "quote-failed",
  untrusted: "quote-failed",
};

const text = z.string().optional().catch(undefined);

/** One verdict for the one benefit that was asked about. */
const answerSchema = z.object({
  benefits: z.tuple([z.looseObject({ valid: z.boolean(), reasonCode: text, reason: text })]),
});

/**
 * Asks whether Azure would sell it (`POST validate`); moves no money and is retried. `price` is what was made of the request:
 * Azure names none. Throws where it would not sell it, and where the answer is about something else.
 */
async function validate(
  client: ArmClient,
  { request, price }: { readonly request: JsonObject; readonly price: Money },
  options: Pick<QuoteOptions, "signal" | "onWait">,
): Promise<void> {
  const url = client.url("/providers/Microsoft.BillingBenefits/validate");
  const body = { benefits: [request] };
  const answer = answerSchema.safeParse(await client.read({ method: "POST", url, body, ...options }));
  if (!answer.success) throw new UnbelievableAnswerError("the answer does not say whether it is valid");
  const [{ valid, reasonCode, reason, ...echo }] = answer.data.benefits;
  if (valid) {
    believePrice(price, isObject(echo["properties"]) ? { ...echo, ...echo["properties"] } : echo, request);
    return;
  }
  const why = quoteService([reasonCode, reason].filter((part) => part !== undefined).join(": "));
  throw new RefusedError({
    code: "not-offered",
    message: `Azure would not sell this savings plan: ${why || "it gave no reason"}. Nothing was bought.`,
  });
}
