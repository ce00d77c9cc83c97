import { Big } from "big.js";
import { money, type Money } from "../../../src/contract/money.ts";
import { paidHourly, type Payments } from "../../../src/contract/payments.ts";
import { durations } from "../aws-fields.ts";
import type { SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";

/** A commitment per hour over so many seconds, exact. */
export function costOf({ amount, currency }: Money, seconds: number): Money {
  return money(new Big(amount).times(seconds).div(3_600).toFixed(), currency);
}

/** What the whole plan costs over its term, however it is paid: AWS counts a year as 365 days. */
export function totalOf({ hourlyCommitment, term }: SavingsPlanRecommendation): Money {
  return costOf(hourlyCommitment, durations[term]);
}

/** How the whole plan is paid: `upfront` at once, and every hour the rest of its commitment. */
export function paymentsOf(total: Money, seconds: number, upfront: string): Payments | undefined {
  return paidHourly(total, { hours: seconds / 3_600, dueNow: upfront });
}

/**
 * What has to be said about the part that is paid at once: nothing, but for Partial Upfront, where it is "a whole number
 * between 50 and 99 percent of the total value", "at least half of your payment". The least of these is taken: the total is
 * the same. For No Upfront AWS refuses any amount, 0 too (hashicorp/terraform-provider-aws 49264); All Upfront leaves
 * nothing to say.
 * https://docs.aws.amazon.com/savingsplans/latest/APIReference/API_CreateSavingsPlan.html (`upfrontPaymentAmount`)
 * https://repost.aws/knowledge-center/savings-plans-considerations
 */
export function upfrontPaymentOf(recommendation: SavingsPlanRecommendation): string | undefined {
  if (recommendation.payment !== "partial-upfront") return undefined;
  const half = new Big(totalOf(recommendation).amount).div(2);
  return half.round(0, Big.roundUp).toFixed();
}
