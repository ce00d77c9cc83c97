import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Inventory } from "../../../src/contract/inventory.ts";
import { formatMoney } from "../../../src/contract/money.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import type { Connect } from "../aws-connect.ts";
import { accountScope, type AwsScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { parkAfter } from "../purchase-times.ts";
import { listingHolds } from "../silent-minutes.ts";
import { type ConnectSavingsPlans, createSavingsPlansApi, savingsPlansSdk } from "./aws-plan-api.ts";
import { listedPlan } from "./aws-plan-commitment.ts";
import { askedPlan } from "./aws-plan-facts.ts";
import { sendPlanPurchase } from "./aws-plan-purchase.ts";
import { quotePlan } from "./aws-plan-quote.ts";
import { homeRegionOf, savingsPlanSchema, type SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";
import { resolvePlan } from "./aws-plan-resolve.ts";

/**
 * Savings plans: Compute, EC2 Instance, SageMaker and Database.
 *
 * A client token made of the token is the handle: AWS answers a second send under it with the plan of the first. How long
 * it remembers is not documented; docs/decisions/0007-savings-plans-are-sent-again-after-a-look.md says what holds then.
 * The marker are tags that go with the purchase.
 */
export function createSavingsPlans(
  connect: Connect,
  { tagNames, purchaseTimeout, maxPages }: ResolvedSettings,
): ServiceExecutor<SavingsPlanRecommendation> {
  const connectSavingsPlans = createSavingsPlansApi(connect, maxPages);
  return {
    provider: "aws",
    service: "savings-plans",
    schema: savingsPlanSchema,
    recovery: { kind: "resend", handle: "derived", minimumAge: listingHolds, parkAfter },
    sendTimeout: purchaseTimeout,
    load: async () => void (await savingsPlansSdk()),
    inventory: createPlanInventory(connectSavingsPlans, tagNames),
    describe: describePlan,
    scopeOf,
    factsOf: (recommendation) => ({ decisive: askedPlan(recommendation), ifStated: {} }),

    async quote(recommendation, marker, { signal }) {
      const api = await connectSavingsPlans(scopeOf(recommendation), signal);
      return quotePlan(api, recommendation, marker, { tagNames, signal });
    },

    send: (submission) => sendPlanPurchase(connectSavingsPlans, submission, { timeout: purchaseTimeout, tagNames }),

    async resolve(submission, { signal, owned, age }) {
      const api = await connectSavingsPlans(submission.scope, signal);
      return resolvePlan(await api.all(signal), submission, { tagNames, age, owned });
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

/** The savings plans of an account. They say all that decides, wherever they are shown. */
function createPlanInventory(connect: ConnectSavingsPlans, tagNames: TagNames): Inventory {
  return {
    // A plan that was returned was bought all the same, and given back by a person: it is not bought again by itself.
    endedCounts: true,

    async *list(scope, { signal }) {
      const api = await connect(scope, signal);
      yield (await api.all(signal)).map((plan) => listedPlan(plan, tagNames));
    },

    async read(scope, id, { signal }) {
      const api = await connect(scope, signal);
      const found = await api.one(id, signal);
      return found && listedPlan(found, tagNames);
    },
  };
}
