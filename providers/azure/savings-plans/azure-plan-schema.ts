import { z } from "zod";
import { about, oneOf } from "../../../src/contract/field-schemas.ts";
import { moneySchema, type Money } from "../../../src/contract/money.ts";
import type { CommonFields } from "../../../src/contract/recommendation.ts";
import { azureFields, renewField, requireTenantOfGroup, type AppliedScope } from "../azure-schema.ts";
import type { AzureTerm } from "../azure-services.ts";

/** An Azure savings plan for compute to buy: so much money every hour of the term, whether it is used or not. */
export type SavingsPlanRecommendation = CommonFields & {
  readonly provider: "azure";
  readonly service: "savings-plans";
  /** The tenant whose credential buys and whose orders are looked through; left out: the credential's own. */
  readonly tenantId?: string | undefined;
  /** The subscription that is billed. */
  readonly subscriptionId: string;
  /** What is committed to per hour, with up to five decimal places, in the currency that Azure bills savings plans in. */
  readonly commitment: Money;
  /** Azure sells one and three years; its interface also knows a month and five years, and validation says what is sold. */
  readonly term: AzureTerm;
  /** Upfront takes the whole sum at once. Never left to a default: on the wire, Azure's own is Upfront. */
  readonly billingPlan: "Upfront" | "Monthly";
  readonly appliedScope: AppliedScope;
  /** Buy again when the term ends; false when left out. */
  readonly renew?: boolean | undefined;
};

/** Per hour: at most 999,999.99999, so that the JSON number on the wire is exactly what was written here. */
const hourlyAmount = /^(0|[1-9]\d{0,5})(\.\d{1,5})?$/;

/** The strict schema. Nothing that decides money has a default. */
export const savingsPlanSchema = z
  .strictObject({
    ...azureFields("savings-plans"),
    term: oneOf(["P1M", "P1Y", "P3Y", "P5Y"]).meta(
      about("How long it lasts. Azure sells one and three years; it is asked whether it sells another.", {
        example: "P1Y",
        called: "term",
      }),
    ),
    renew: renewField,
    commitment: moneySchema
      .refine(({ amount }) => hourlyAmount.test(amount), {
        path: ["amount"],
        message: 'must be an amount per hour with up to 5 decimal places and below a million, such as "0.00123"',
      })
      .refine(({ amount }) => /[1-9]/.test(amount), { path: ["amount"], message: "must be above 0" })
      .meta(
        about(
          "What is paid for each hour of the term, whether it is used or not, in the currency that Azure bills in.",
          {
            example: { amount: "1.25", currency: "USD" },
            unit: "an hour",
            called: "commitment",
          },
        ),
      ),
  })
  .superRefine(requireTenantOfGroup)
  .meta({ title: "Azure savings plan for compute" }) satisfies z.ZodType<
  SavingsPlanRecommendation,
  SavingsPlanRecommendation
>;
