import type { Age } from "../../../src/contract/age.ts";
import type { Standing } from "../../../src/contract/commitment.ts";
import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { standingOf } from "../aws-commitment.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import { judgeEvidence } from "../judge-evidence.ts";
import { beganBefore } from "../purchase-times.ts";
import { absentUnlessSilent, listingHolds } from "../silent-minutes.ts";
import { type KnownPlan, listedPlan, marksOf, startOf } from "./aws-plan-commitment.ts";
import { parsePurchaseRequest } from "./aws-plan-purchase-request.ts";

interface ResolveContext {
  readonly tagNames: TagNames;
  /** How long ago the submission was last sent. */
  readonly age: Age;
  /** Ids that belong to other tokens. */
  readonly owned: ReadonlySet<string>;
}

/**
 * What became of a submission, by a complete list. A plan of an earlier generation carries the same token and came to
 * nothing: only the purchase tag tells it from the one that was just sent, which may not be listed yet.
 *
 * A plan that came to nothing or is over, and began before the send, is not what became of it. One that is over and began
 * later is, but for a while a live one may be hidden behind it.
 */
export async function resolvePlan(
  plans: readonly KnownPlan[],
  submission: Submission,
  { tagNames, age, owned }: ResolveContext,
): Promise<Resolution> {
  const { clientToken } = parsePurchaseRequest(submission.request);
  const own = plans.filter((plan) => carriesToken(marksOf(plan, tagNames.token), submission.token));
  const having = (standing: Standing) => own.filter(({ state }) => standingOf(state) === standing);
  const began = (plan: KnownPlan) => !beganBefore(startOf(plan), submission);
  const ended = having("ended").filter(began);
  const failed = having("failed").filter((plan) => plan.tags?.[purchaseGroupTag] === clientToken && began(plan));
  const [plan, ...others] = [having("live"), ended, failed].find(({ length }) => length > 0) ?? [];
  if (!plan) {
    const earlier = having("ended").map(
      ({ savingsPlanId, state }) => `${savingsPlanId} was bought before and is over (${state})`,
    );
    const named = await judgeEvidence(submission, owned, async (id) => {
      const one = plans.find(({ savingsPlanId }) => savingsPlanId === id);
      return one && { state: one.state, start: startOf(one), carriesToken: marksOf(one, tagNames.token).length > 0 };
    });
    const nothing = ["DescribeSavingsPlans shows no savings plan of this purchase", ...earlier].join("; ");
    return named ?? absentUnlessSilent(age, nothing);
  }
  if (others.length > 0) {
    const ids = [plan, ...others].map(({ savingsPlanId, state }) => `${savingsPlanId} (${state})`).join(", ");
    return { kind: "unclear", reason: `several savings plans carry the token: ${ids}.` };
  }
  if (ended.includes(plan) && age.atLeast < listingHolds) {
    return {
      kind: "unclear",
      reason: `${plan.savingsPlanId} is ${plan.state}, and a later one may not be listed yet.`,
    };
  }
  const { commitment, ...shown } = listedPlan(plan, tagNames);
  return { kind: "found", found: { commitment: repriced(commitment, submission), ...shown }, by: "proof" };
}
