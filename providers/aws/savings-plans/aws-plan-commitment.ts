import type { SavingsPlan } from "@aws-sdk/client-savingsplans";
import { z } from "zod";
import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import type { Priced } from "../../../src/contract/payments.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { plainToken, type TokenMark } from "../../../src/contract/token.ts";
import { awsCommitment } from "../aws-commitment.ts";
import { isText } from "../aws-lists.ts";
import { purchaseGroupTag, toolTag } from "../aws-settings.ts";
import { costOf, paymentsOf } from "./aws-plan-cost.ts";
import { planFacts } from "./aws-plan-facts.ts";

/** A savings plan of which enough is known to be taken for one. */
export type KnownPlan = SavingsPlan & { readonly savingsPlanId: string; readonly state: string };

/** The SDK takes whatever stands in the answer; a tag that cannot be read may be the marker. */
export function isKnown(plan: SavingsPlan | undefined): plan is KnownPlan {
  return (
    isText(plan?.savingsPlanId) && isText(plan.state) && (plan.tags === undefined || tags.safeParse(plan.tags).success)
  );
}

const tags = z.record(z.string(), z.string());

/** A savings plan as the core knows it. */
export function listedPlan(plan: KnownPlan, { source, token }: TagNames): Listed {
  const marks = marksOf(plan, token);
  return {
    commitment: commitmentOf(plan, token),
    marks,
    facts: planFacts(plan),
    resembles: marks.length > 0 ? undefined : resembles(plan, source),
  };
}

/** The Go engine tags no token on a plan: it counts on the client token, which AWS forgets. */
function resembles({ tags = {} }: SavingsPlan, sourceTag: string): string | undefined {
  const isOf = (key: string, value?: string) => tags[key]?.trim() && (value === undefined || tags[key] === value);
  const key = isOf(toolTag.name, toolTag.value) ? toolTag.name : isOf(sourceTag) ? sourceTag : undefined;
  return key && `is tagged ${key} = ${tags[key]}, as what another engine of yours buys`;
}

function commitmentOf(plan: KnownPlan, tokenTag: string): Commitment {
  const marked = Boolean(plan.tags?.[tokenTag]);
  return awsCommitment(plan.savingsPlanId, plan.state, { marked, ...pricedPlan(plan), start: startOf(plan) });
}

/**
 * The tokens that a plan carries: in the token's tag, and the beginning of one in the purchase tag, which holds the client
 * token. That one is enough where the other is missing: its name may have been set to another one since.
 */
export function marksOf({ tags = {} }: SavingsPlan, tokenTag: string): readonly TokenMark[] {
  const text = plainToken(tags[tokenTag] ?? "");
  const [part] = /^[\da-f]{40}/.exec(plainToken(tags[purchaseGroupTag] ?? "")) ?? [];
  return [
    ...(text === "" ? [] : [{ text, whole: /^[\da-f]{64}$/.test(text) }]),
    ...(part === undefined ? [] : [{ text: part, whole: false }]),
  ];
}

/** When its term began; undefined where AWS does not say, or in a way that cannot be read. */
export function startOf({ start }: SavingsPlan): Date | undefined {
  const date = new Date(start ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** What it costs over its term; how that is paid, where AWS names the part that is paid at once. */
function pricedPlan(plan: SavingsPlan): Priced {
  const { commitment, currency, termDurationInSeconds: seconds, upfrontPaymentAmount: upfront } = plan;
  if (currency === undefined || seconds === undefined || !isDecimal(commitment)) return {};
  const price = costOf({ amount: commitment, currency }, seconds);
  const payments = isDecimal(upfront) ? paymentsOf(price, seconds, upfront) : undefined;
  return { price, ...(payments ? { payments } : {}) };
}

function isDecimal(amount: string | undefined): amount is string {
  return /^\d+(\.\d+)?$/.test(amount ?? "");
}
