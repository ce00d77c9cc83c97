import { RefusedError } from "../../../src/contract/errors.ts";
import type { Marker, Quote } from "../../../src/contract/executor.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import { differencesBetween } from "../differences.ts";
import { onlyFitting } from "../only-fitting-offering.ts";
import type { SavingsPlansApi } from "./aws-plan-api.ts";
import { askedOffering, offeringAttributes } from "./aws-plan-attributes.ts";
import { totalOf, upfrontPaymentOf } from "./aws-plan-cost.ts";
import { clientTokenOf, type PurchaseRequest } from "./aws-plan-purchase-request.ts";
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
    attributes: offeringAttributes(offering),
  }));
  const summary = [...asked.values()].filter((value) => value !== "none").join(", ");
  const { id } = onlyFitting(seen, {
    title: "Savings Plans",
    summary,
    differences: ({ attributes }) => differencesBetween(asked, attributes),
  });
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
    tags: { [tagNames.source]: source, [tagNames.token]: token, [purchaseGroupTag]: clientToken },
  };
  return { price: totalOf(recommendation), handle: { clientToken }, request };
}
