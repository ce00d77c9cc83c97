import { Big } from "big.js";
import { money, type Money } from "../../../src/contract/money.ts";
import { termYears } from "../../../src/contract/recommendation.ts";
import type { SavingsPlanRecommendation } from "./azure-plan-schema.ts";

/** A recorded order of 0.001 an hour for three years came to 26.28: 26,280 hours, no leap day. */
const hoursPerYear = 24 * 365;

/** The whole commitment over its term: upfront and monthly cost the same (https://learn.microsoft.com/azure/cost-management-billing/savings-plan/buy-savings-plan). */
export function priceOf({ commitment, term }: Pick<SavingsPlanRecommendation, "commitment" | "term">): Money {
  const total = new Big(commitment.amount).times(hoursPerYear).times(termYears(term));
  return money(total.toFixed(), commitment.currency);
}
