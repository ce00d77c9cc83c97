import { RefusedError } from "../../../src/contract/errors.ts";
import type { OldServiceExecutor } from "../../../src/contract/old-executor.ts";
import { formatMoney } from "../../../src/contract/money.ts";
import type { Connect } from "../aws-connect.ts";
import { differencesBetween, notStated } from "../differences.ts";
import { onlyFitting } from "../only-fitting-offering.ts";
import { accountScope, type AwsScope, parseScope } from "../aws-scope.ts";
import { purchaseGroupTag, type ResolvedSettings } from "../aws-settings.ts";
import { createSavingsPlansApi } from "./aws-plan-api.ts";
import { askedAttributes, offeringAttributes, planDifferences } from "./aws-plan-attributes.ts";
import { commitmentOf, indexPlans, listedPlan } from "./aws-plan-commitment.ts";
import { totalOf, upfrontPaymentOf } from "./aws-plan-cost.ts";
import { purchase } from "./aws-plan-purchase.ts";
import { clientTokenOf, type PurchaseRequest } from "./aws-plan-purchase-request.ts";
import { homeRegionOf, savingsPlanSchema, type SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";
import { listingHolds, resolveSubmission } from "./aws-plan-resolve.ts";

const scopeOf = (recommendation: SavingsPlanRecommendation): AwsScope =>
  accountScope("savings-plans", recommendation.accountId, homeRegionOf(recommendation));

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
): OldServiceExecutor<SavingsPlanRecommendation> {
  const connectSavingsPlans = createSavingsPlansApi(connect, maxPages);

  return {
    provider: "aws",
    service: "savings-plans",
    schema: savingsPlanSchema,
    // After a day a person looks: whatever AWS was slow to show is shown by then.
    recovery: { kind: "resend", minimumAge: listingHolds, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,

    describe(recommendation) {
      const { type, hourlyCommitment, term, payment } = recommendation;
      const place = type === "EC2Instance" ? ` (${recommendation.instanceFamily}, ${recommendation.region})` : "";
      return `${type} savings plan${place} of ${formatMoney(hourlyCommitment)} an hour, ${term}, ${payment}`;
    },

    scopeOf,

    async findByTokens(scope, wanted, { signal }) {
      const api = await connectSavingsPlans(parseScope(scope), signal);
      return indexPlans(await api.all(signal), wanted, tagNames.token);
    },

    async read(scope, id, { signal }) {
      const api = await connectSavingsPlans(parseScope(scope), signal);
      const found = await api.one(id, signal);
      return found && commitmentOf(found, tagNames.token);
    },

    async verify(recommendation, { id }, { signal }) {
      const scope = scopeOf(recommendation);
      const api = await connectSavingsPlans(scope, signal);
      const found = await api.one(id, signal);
      const differences = found && planDifferences(recommendation, found);
      if (differences && differences.every((difference) => difference.found !== notStated)) return differences;
      throw new RefusedError({
        code: "commitment-unverifiable",
        message: `Savings Plans does not say enough about ${id} in ${scope.label} to compare it with what was asked for. Drive again later.`,
        retryable: true,
      });
    },

    async quote(recommendation, { token, source, generation }, { signal }) {
      const asked = askedAttributes(recommendation);
      const api = await connectSavingsPlans(scopeOf(recommendation), signal);
      const seen = (await api.offerings(recommendation, signal)).map((offering) => ({
        id: offering.offeringId,
        attributes: offeringAttributes(offering),
      }));
      const summary = [...asked.values()].filter((value) => value !== "none").join(", ");
      const { id } = onlyFitting(seen, {
        title: "Savings Plans",
        summary,
        differences: ({ attributes }) => differencesBetween(asked, attributes),
      });
      if (!id) {
        throw new RefusedError({ code: "quote-failed", message: `Savings Plans lists ${summary} without an id.` });
      }
      const clientToken = clientTokenOf(token, generation);
      const upfrontPaymentAmount = upfrontPaymentOf(recommendation);
      const request: PurchaseRequest = {
        savingsPlanOfferingId: id,
        commitment: recommendation.hourlyCommitment.amount,
        ...(upfrontPaymentAmount === undefined ? {} : { upfrontPaymentAmount }),
        clientToken,
        tags: { [tagNames.source]: source, [tagNames.token]: token, [purchaseGroupTag]: clientToken },
      };
      return { price: totalOf(recommendation), handle: { clientToken }, request };
    },

    doPurchase: (submission) =>
      purchase(connectSavingsPlans, submission, { timeout: purchaseTimeout, tokenTag: tagNames.token }),

    async resolve(submission, { signal, owned }) {
      const api = await connectSavingsPlans(parseScope(submission.scope), signal);
      return resolveSubmission(await api.all(signal), submission, {
        tokenTag: tagNames.token,
        now: environment.now(),
        owned,
      });
    },

    async list(scope, { signal }) {
      const api = await connectSavingsPlans(parseScope(scope), signal);
      return (await api.all(signal)).map((plan) => listedPlan(plan, tagNames.token));
    },
  };
}
