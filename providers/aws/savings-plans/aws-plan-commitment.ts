import type { SavingsPlan } from "@aws-sdk/client-savingsplans";
import { z } from "zod";
import type { Commitment } from "../../../src/contract/commitment.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { OldListing } from "../../../src/contract/old-executor.ts";
import type { ListedCommitment } from "../../../src/contract/listed-commitment.ts";
import type { Money } from "../../../src/contract/money.ts";
import { isText } from "../is-text.ts";
import { isFinal, standingOf } from "../aws-standing.ts";
import { statedAttributes } from "../differences.ts";
import { planAttributes } from "./aws-plan-attributes.ts";
import { costOf } from "./aws-plan-cost.ts";

/** A savings plan of which enough is known to be taken for one. */
export type KnownPlan = SavingsPlan & { readonly savingsPlanId: string; readonly state: string };

/** A list that may be taken for one. Throws a RefusedError `lookup-untrusted` for an entry that says too little. */
export function allKnown(plans: readonly SavingsPlan[]): readonly KnownPlan[] {
  if (plans.every(isKnown)) return plans;
  throw new RefusedError({
    code: "lookup-untrusted",
    message:
      "DescribeSavingsPlans listed an entry without an id, a state or tags that can be read: that is no proof that nothing was bought. Drive again later.",
    retryable: true,
  });
}

/** The SDK takes whatever stands in the answer; a tag that cannot be read may be the marker. */
function isKnown(plan: SavingsPlan | undefined): plan is KnownPlan {
  return (
    isText(plan?.savingsPlanId) && isText(plan.state) && (plan.tags === undefined || tags.safeParse(plan.tags).success)
  );
}

const tags = z.record(z.string(), z.string());

/** A savings plan as the core knows it. */
export function commitmentOf(plan: KnownPlan, tokenTag: string): Commitment {
  const { savingsPlanId: id, state } = plan;
  const price = priceOf(plan);
  const start = startOf(plan);
  return {
    id,
    state,
    standing: standingOf(state),
    settled: isFinal(state),
    marked: Boolean(plan.tags?.[tokenTag]),
    ...(price ? { price } : {}),
    ...(start ? { purchasedAt: start.toISOString() } : {}),
  };
}

/** When its term began; undefined where AWS does not say, or in a way that cannot be read. */
export function startOf({ start }: SavingsPlan): Date | undefined {
  const date = new Date(start ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function priceOf({ commitment, currency, termDurationInSeconds: seconds }: SavingsPlan): Money | undefined {
  if (currency === undefined || seconds === undefined || !/^\d+(\.\d+)?$/.test(commitment ?? "")) return undefined;
  return costOf({ amount: commitment ?? "", currency }, seconds);
}

/** Finds tokens and ids in a complete list. */
export function indexPlans(
  plans: readonly KnownPlan[],
  { tokens, ids }: { readonly tokens: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
  tokenTag: string,
): OldListing {
  const byToken = new Map<string, Commitment[]>();
  const byId = new Map<string, Commitment>();
  for (const plan of plans) {
    const commitment = commitmentOf(plan, tokenTag);
    if (ids.has(commitment.id)) byId.set(commitment.id, commitment);
    const token = plan.tags?.[tokenTag];
    if (token !== undefined && tokens.has(token)) byToken.set(token, [...(byToken.get(token) ?? []), commitment]);
  }
  // A plan that was returned was bought all the same, and given back by a person: it is not bought again by itself.
  return { byToken, byId, endedCounts: true };
}

/** A plan as an audit sees it. */
export function listedPlan(plan: KnownPlan, tokenTag: string): ListedCommitment {
  const token = plan.tags?.[tokenTag] || undefined;
  return { commitment: commitmentOf(plan, tokenTag), token, attributes: statedAttributes(planAttributes(plan)) };
}
