import { Big } from "big.js";
import { RefusedError } from "../../../src/contract/errors.ts";
import { money, type Money } from "../../../src/contract/money.ts";
import { paidHourly, type Payments } from "../../../src/contract/payments.ts";
import type { Rates } from "./gcp-catalog.ts";
import { plans, type GcpComputeRecommendation } from "./gcp-recommendation.ts";

/** MB to a GiB, as Compute Engine counts them. */
const mbPerGib = 1_024;

/**
 * What a commitment costs over its whole term: every hour of it is billed, used or not. Exact. Throws a RefusedError
 * `quote-failed` for what would not be a hundredth of the currency's unit: no commitment costs nothing.
 */
export function priceOf(
  { vcpus, memoryMb, term }: Pick<GcpComputeRecommendation, "vcpus" | "memoryMb" | "term">,
  { vcpuHour, gibHour }: Rates,
): Money {
  // A multiple of 256 MB has at most two decimals in GiB, so nothing is rounded.
  const hourly = new Big(vcpuHour.amount).times(vcpus).plus(new Big(gibHour.amount).times(memoryMb).div(mbPerGib));
  const total = hourly.times(plans[term].hours);
  if (total.round(2).lte(0)) {
    throw new RefusedError({
      code: "quote-failed",
      message: `By Google's price list the whole commitment would cost ${total.toFixed()} ${vcpuHour.currency}, which is nothing: the list is wrong. Nothing was bought.`,
    });
  }
  return money(total.toFixed(), vcpuHour.currency);
}

/**
 * Nothing is due at once; every hour of the term is billed with its month, used or not:
 * https://cloud.google.com/compute/docs/instances/signing-up-committed-use-discounts
 */
export function paidByTheHour(price: Money, term: GcpComputeRecommendation["term"]): Payments | undefined {
  return paidHourly(price, { hours: plans[term].hours });
}
