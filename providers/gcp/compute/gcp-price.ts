import { Big } from "big.js";
import { RefusedError } from "../../../src/contract/errors.ts";
import { money, type Money } from "../../../src/contract/money.ts";
import { paidHourly, type Payments } from "../../../src/contract/payments.ts";
import type { Rate } from "../gcp-rate.ts";
import type { Rates } from "./gcp-catalog.ts";
import { plans } from "./gcp-fields.ts";
import type { GcpComputeLicenseRecommendation } from "./gcp-license.ts";
import type { GcpComputeRecommendation } from "./gcp-recommendation.ts";

/** MB to a GiB, as Compute Engine counts them. */
const mbPerGib = 1_024;

/** What a commitment costs over its whole term: every hour of it is billed, used or not. Exact. Throws a RefusedError `quote-failed`. */
export function priceOf(
  { vcpus, memoryMb, gpus, localSsdGb = 0, term }: GcpComputeRecommendation,
  { vcpuHour, gibHour, gpuHour, ssdGibMonth }: Rates,
): Money {
  // A multiple of 256 MB has at most two decimals in GiB, so nothing is rounded.
  const hourly = new Big(vcpuHour.amount)
    .times(vcpus)
    .plus(new Big(gibHour.amount).times(memoryMb).div(mbPerGib))
    .plus(new Big(gpuHour?.amount ?? 0).times(gpus?.count ?? 0));
  const monthly = new Big(ssdGibMonth?.amount ?? 0).times(localSsdGb);
  const { hours, months } = plans[term];
  return believable(hourly.times(hours).plus(monthly.times(months)), vcpuHour.currency);
}

/** What licences cost over the whole term. Exact. Throws a RefusedError `quote-failed`. */
export function licensePrice({ quantity, term }: GcpComputeLicenseRecommendation, hour: Rate): Money {
  return believable(new Big(hour.amount).times(quantity).times(plans[term].hours), hour.currency);
}

/** Throws a RefusedError `quote-failed` for what would not be a hundredth of the currency's unit: no commitment costs nothing. */
function believable(total: Big, currency: string): Money {
  if (total.round(2).gt(0)) return money(total.toFixed(), currency);
  throw new RefusedError({
    code: "quote-failed",
    message: `By Google's price list the whole commitment would cost ${total.toFixed()} ${currency}, which is nothing: the list is wrong. Nothing was bought.`,
  });
}

/**
 * Nothing is due at once; every hour of the term is billed with its month, used or not:
 * https://cloud.google.com/compute/docs/instances/signing-up-committed-use-discounts
 */
export function paidByTheHour(price: Money, term: GcpComputeRecommendation["term"]): Payments | undefined {
  return paidHourly(price, { hours: plans[term].hours });
}
