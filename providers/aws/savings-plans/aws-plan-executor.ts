import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import { formatMoney } from "../../../src/contract/money.ts";
import type { Connect } from "../aws-connect.ts";
import { factsOfMap } from "../aws-facts.ts";
import { accountScope, type AwsScope, parseScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { createSavingsPlansApi } from "./aws-plan-api.ts";
import { askedPlan } from "./aws-plan-attributes.ts";
import { createPlanInventory } from "./aws-plan-inventory.ts";
import { sendPurchase } from "./aws-plan-purchase.ts";
import { quotePlan } from "./aws-plan-quote.ts";
import { homeRegionOf, savingsPlanSchema, type SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";
import { listingHolds, resolveSubmission } from "./aws-plan-resolve.ts";

/**
 * Savings plans: Compute, EC2 Instance, SageMaker and Database.
 *
 * A client token made of the token is the handle: AWS answers a second send under it with the plan of the first. How long
 * it remembers is not documented; docs/decisions/0007-savings-plans-are-sent-again-after-a-look.md says what holds then.
 * The marker are tags that go with the purchase.
 */
export function createSavingsPlans(
  connect: Connect,
  { tagNames, environment, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<SavingsPlanRecommendation> {
  const connectSavingsPlans = createSavingsPlansApi(connect, maxPages);
  const tokenTag = tagNames.token;
  return {
    provider: "aws",
    service: "savings-plans",
    schema: savingsPlanSchema,
    // After a day a person looks: whatever AWS was slow to show is shown by then.
    recovery: { kind: "resend", handle: "derived", minimumAge: listingHolds, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,
    inventory: createPlanInventory(connectSavingsPlans, tokenTag),
    describe: describePlan,
    scopeOf,
    factsOf: (recommendation) => ({ decisive: factsOfMap(askedPlan(recommendation)), ifStated: {} }),

    async quote(recommendation, marker, { signal }) {
      const api = await connectSavingsPlans(scopeOf(recommendation), signal);
      return quotePlan(api, recommendation, marker, { tagNames, signal });
    },

    send: (submission) => sendPurchase(connectSavingsPlans, submission, { timeout: purchaseTimeout, tokenTag }),

    async resolve(submission, { signal, owned }) {
      const api = await connectSavingsPlans(parseScope(submission.scope), signal);
      return resolveSubmission(await api.all(signal), submission, { tokenTag, now: environment.now(), owned });
    },
  };
}

function scopeOf(recommendation: SavingsPlanRecommendation): AwsScope {
  return accountScope("savings-plans", recommendation.accountId, homeRegionOf(recommendation));
}

function describePlan(recommendation: SavingsPlanRecommendation): string {
  const { type, hourlyCommitment, term, payment } = recommendation;
  const place = type === "EC2Instance" ? ` (${recommendation.instanceFamily}, ${recommendation.region})` : "";
  return `${type} savings plan${place} of ${formatMoney(hourlyCommitment)} an hour, ${term}, ${payment}`;
}
