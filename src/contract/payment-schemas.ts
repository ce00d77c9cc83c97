import { z } from "zod";

const amount = z.object({
  amount: z.string().describe("A decimal number, exact."),
  currency: z.string().describe("ISO 4217."),
});
const overTerm = amount.describe("Over the whole term.");
const dueNow = amount.describe("Charged when it is bought.");

const monthly = amount
  .extend({
    months: z.int().describe("In how many months."),
    kind: z
      .enum(["fixed", "average"])
      .describe("fixed: this very amount is billed each month; average: the mean of months that differ."),
    rounded: z.literal(true).optional().describe("To the currency's smallest unit; the price is exact."),
  })
  .describe("What is paid in each month.");

/** `Payments`, as documents say it. */
export const paymentsSchema = z
  .object({ dueNow, monthly: monthly.optional() })
  .describe("How the price is paid, as far as that is known.");

/** `PaymentTotals`, as documents say it. */
export const paymentTotalsSchema = z
  .object({
    price: overTerm,
    dueNow,
    monthly: z.array(monthly).describe("One for each number of months."),
    unknown: amount.optional().describe("The part of the price of which nobody knows how it is paid."),
  })
  .describe("What several cost in one currency, and how that is paid.");
