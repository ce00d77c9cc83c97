import { z } from "zod";
import { about, matching, must, oneOf } from "../../../src/contract/field-schemas.ts";
import type { Money } from "../../../src/contract/money.ts";
import { awsFields, type AwsRecommendation, regionField } from "../aws-fields.ts";

type PlanFields = AwsRecommendation & {
  readonly service: "savings-plans";
  /** What is committed to for each hour of the term; at most five digits after the decimal point. */
  readonly hourlyCommitment: Money;
};

type AccountPlan = PlanFields & {
  readonly type: "Compute" | "SageMaker" | "Database";
};

type Ec2InstancePlan = PlanFields & {
  readonly type: "EC2Instance";
  /** `us-east-1`. */
  readonly region: string;
  /** `m5`. */
  readonly instanceFamily: string;
};

/**
 * A savings plan to buy. There is no quantity: the commitment per hour says how much. Which types are sold for which term
 * and payment is for the list of offerings to say; Database began with one year and no upfront only:
 * https://aws.amazon.com/savingsplans/database-pricing/
 */
export type SavingsPlanRecommendation = AccountPlan | Ec2InstancePlan;

const amountForm = 'must be a decimal string such as "1.25", with at most 5 digits after the point';

/** https://docs.aws.amazon.com/savingsplans/latest/APIReference/API_CreateSavingsPlan.html (`commitment`) */
const amountField = matching(/^(0|[1-9]\d{0,6})(\.\d{1,5})?$/, amountForm).refine(
  // Only compared with round numbers: the amount itself stays a decimal string.
  (amount) => Number(amount) >= 0.001 && Number(amount) <= 1_000_000,
  { error: "must be from 0.001 to 1000000", when: ({ issues }) => issues.length === 0 },
);

/** `1.50` is `1.5`: spelled otherwise on a second drive it would be another purchase. */
function shortest(amount: string): string {
  return amount.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

const commonFields = {
  ...awsFields("savings-plans", { payment: "paymentOption", term: "durationSeconds" }),
  hourlyCommitment: z
    .strictObject(
      {
        amount: amountField
          .overwrite(shortest)
          .meta(
            about("Per hour: a decimal number in quotes, with at most 5 digits after the point.", { example: "1.25" }),
          ),
        currency: matching(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as "USD"').meta(
          about("USD; in China CNY.", { example: "USD" }),
        ),
      },
      must('must be an amount and a currency, such as { "amount": "1.25", "currency": "USD" }'),
    )
    .meta(
      about("What is paid for each hour of the term, whether it is used or not.", {
        example: { amount: "1.25", currency: "USD" },
        unit: "an hour",
        called: "commitment",
      }),
    ),
};

const typeWords = about("What it covers.", { example: "Compute", called: "planType" });

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const savingsPlanSchema = z
  .discriminatedUnion(
    "type",
    [
      z.strictObject({ ...commonFields, type: oneOf(["Compute", "SageMaker", "Database"]).meta(typeWords) }),
      z.strictObject({
        ...commonFields,
        type: z.literal("EC2Instance").meta(typeWords),
        region: regionField,
        instanceFamily: matching(/^[a-z0-9-]+$/, 'must be an instance family such as "m5"').meta(
          about("The instance family, of EC2Instance plans alone.", { example: "m5", called: "instanceFamily" }),
        ),
      }),
    ],
    { error: 'must be "Compute", "EC2Instance", "SageMaker" or "Database"' },
  )
  .refine(
    (plan) => plan.type !== "EC2Instance" || isChinese(plan.region) === (plan.hourlyCommitment.currency === "CNY"),
    {
      path: ["hourlyCommitment", "currency"],
      error: 'must be "CNY" for a region of China, and for no other region',
    },
  )
  .meta({ title: "Savings Plans" }) satisfies z.ZodType<SavingsPlanRecommendation, SavingsPlanRecommendation>;

/**
 * Where a savings plan is asked for. It belongs to the account, and its API is in one place, whatever the plan covers; the
 * partitions have one each. AWS in China bills in yuan, and nothing else does, so the currency tells it apart; it answers in
 * both of its regions. GovCloud has no such API: its plans are bought by the standard account that pays for it.
 * https://www.amazonaws.cn/en/savingsplans/faq/
 * https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/usage-and-payment.html
 */
export function homeRegionOf(recommendation: SavingsPlanRecommendation): string {
  // An audit names an account and a region, and nothing that is bought.
  const { hourlyCommitment, region } = recommendation as Partial<Ec2InstancePlan>;
  if (hourlyCommitment?.currency === "CNY" || (region !== undefined && isChinese(region))) return "cn-north-1";
  // Further partitions, which are closed to accounts of this one.
  return region !== undefined && /^(eusc|us-iso[a-z]*|eu-iso[a-z]*)-/.test(region) ? region : "us-east-1";
}

function isChinese(region: string): boolean {
  return region.startsWith("cn-");
}
