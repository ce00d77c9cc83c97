import { RefusedError } from "../../../src/contract/errors.ts";
import type { Marker, Quote } from "../../../src/contract/executor.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { durations } from "../aws-fields.ts";
import { purchaseGroupTag, toolTag } from "../aws-settings.ts";
import { factsInWords } from "../aws-facts.ts";
import { onlyFitting } from "../choose-offering.ts";
import { clientTokenOf } from "../client-token.ts";
import type { SavingsPlansApi } from "./aws-plan-api.ts";
import { paymentsOf, totalOf, upfrontPaymentOf } from "./aws-plan-cost.ts";
import { askedOffering, offeringFacts } from "./aws-plan-facts.ts";
import type { PurchaseRequest } from "./aws-plan-purchase-request.ts";
import type { SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";

/** The one offering that fits, and the whole request. Throws a RefusedError where none fits, or several do. */
export async function quotePlan(
  api: SavingsPlansApi,
  recommendation: SavingsPlanRecommendation,
  { token, source, generation }: Marker,
  { tagNames, signal }: { readonly tagNames: TagNames; readonly signal: AbortSignal },
): Promise<Quote> {
  const asked = askedOffering(recommendation);
  const seen = (await api.offerings(recommendation, signal)).map((offering) => ({
    id: offering.offeringId,
    facts: offeringFacts(offering),
  }));
  const stated = Object.entries(asked).filter(([, value]) => value !== "none");
  const summary = factsInWords(Object.fromEntries(stated));
  const { id } = onlyFitting(seen, { title: "Savings Plans", summary, asked });
  if (!id) {
    throw new RefusedError({ code: "quote-failed", message: `Savings Plans lists ${summary} without an id.` });
  }
  const clientToken = clientTokenOf(token, generation);
  const upfrontPaymentAmount = upfrontPaymentOf(recommendation);
  const request: PurchaseRequest = {
    savingsPlanOfferingId: id,
    commitment: recommendation.hourlyCommitment.amount,
    ...(upfrontPaymentAmount === undefined ? {} : { upfrontPaymentAmount }),
    clientToken,
    tags: {
      [tagNames.source]: source,
      [tagNames.token]: token,
      [purchaseGroupTag]: clientToken,
      [toolTag.name]: toolTag.value,
    },
  };
  const price = totalOf(recommendation);
  const upfront = recommendation.payment === "all-upfront" ? price.amount : (upfrontPaymentAmount ?? "0");
  const payments = paymentsOf(price, durations[recommendation.term], upfront);
  return { price, payments, handle: { clientToken }, request };
}
