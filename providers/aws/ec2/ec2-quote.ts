import type { Quote } from "../../../src/contract/executor.ts";
import type { Ec2Api } from "./ec2-api.ts";
import { findOffering } from "./ec2-offering.ts";
import { purchaseRequest } from "./ec2-purchase-request.ts";
import type { Ec2Recommendation } from "./ec2-recommendation.ts";

/** The price of the only fitting offering, and the ids that there are before anything is sent. Throws as {@link findOffering}. */
export async function quoteOffering(
  api: Ec2Api,
  recommendation: Ec2Recommendation,
  maxPages: number,
  signal: AbortSignal,
): Promise<Quote> {
  const { id, price } = await findOffering(api, recommendation, maxPages, signal);
  const before = await api.reservedInstances(signal);
  return {
    price: price.total,
    handle: { baseline: before.map(({ ReservedInstancesId }) => ReservedInstancesId).toSorted(), offeringId: id },
    request: purchaseRequest(id, recommendation.quantity, price.upfront),
  };
}
