import type { Resolution, Submission } from "../../../src/spec/executor.ts";
import { statedDifferences } from "../differences.ts";
import { purchaseGroupTag } from "../settings.ts";
import { standingOf } from "../standing.ts";
import { planDifferences } from "./attributes.ts";
import { commitmentOf, type KnownPlan } from "./commitment.ts";
import { parsePurchaseRequest } from "./purchase-request.ts";
import { savingsPlanSchema } from "./recommendation.ts";

/**
 * Up to the first age (milliseconds) of a submission the client token is taken to be remembered, a minute for the look and
 * the send included; from the second one on whatever it bought is taken to be listed. In between an empty list says
 * nothing. docs/decisions/0007-savings-plans-are-sent-again-after-a-look.md
 */
const clientTokenHolds = 4 * 60_000;
export const listingHolds = 15 * 60_000;

/**
 * What became of a submission, by a complete list. A plan of an earlier generation carries the same token and came to
 * nothing: only the purchase tag tells it from the one that was just sent, which may not be listed yet. It is
 * enough where there is no token: the name of the token's tag may have been set to another one since.
 */
export function resolveSubmission(
  plans: readonly KnownPlan[],
  submission: Submission,
  { tokenTag, now }: { readonly tokenTag: string; readonly now: number },
): Resolution {
  const { clientToken } = parsePurchaseRequest(submission.request);
  const isOfThisSend = ({ tags }: KnownPlan) => tags?.[purchaseGroupTag] === clientToken;
  const own = plans.filter((plan) => {
    const tagged = plan.tags?.[tokenTag];
    return tagged === undefined ? isOfThisSend(plan) : tagged === submission.token;
  });
  const counted = own.filter(({ state }) => standingOf(state) !== "failed");
  const failed = own.filter((plan) => standingOf(plan.state) === "failed" && isOfThisSend(plan));
  const [plan, ...others] = counted.length > 0 ? counted : failed;
  if (!plan) return nothingListed(now - submission.submittedAt);
  if (others.length > 0) {
    const ids = [plan, ...others].map(({ savingsPlanId, state }) => `${savingsPlanId} (${state})`).join(", ");
    return { kind: "unclear", reason: `several savings plans carry the token: ${ids}.` };
  }
  const recommendation = savingsPlanSchema.parse(submission.recommendation);
  const differences = statedDifferences(planDifferences(recommendation, plan));
  if (differences.length > 0) {
    const fields = differences.map(({ field }) => field).join(", ");
    return { kind: "unclear", reason: `${plan.savingsPlanId} differs from what was asked for in ${fields}.` };
  }
  return { kind: "found", commitment: { ...commitmentOf(plan, tokenTag), price: submission.price } };
}

function nothingListed(age: number): Resolution {
  const reason = "DescribeSavingsPlans shows no savings plan of this purchase";
  if (age <= clientTokenHolds || age >= listingHolds) return { kind: "absent", reason: `${reason}.` };
  const minutes = Math.ceil((listingHolds - age) / 60_000);
  return {
    kind: "unclear",
    reason: `${reason}, but it may be too early for that, and too late for the client token to stop a second one: drive again in ${minutes} minutes.`,
  };
}
