// Whether a plan still holds, beside what the ledger has by now.
import { listOf, someOf, textOf } from "../contract/compare-execution.ts";
import { todoOf } from "../contract/error-advice.ts";
import { RefusedError } from "../contract/errors.ts";
import type { NewExecution, RecordedAt } from "../contract/execution-record.ts";
import type { Ledger } from "../contract/ledger.ts";
import { sameTotals, sameMoney } from "../contract/limits.ts";
import type { Budget } from "./budget.ts";
import { checkPrice, notInPlan } from "./get-quote.ts";
import type { PlanDocument } from "./plan-document.ts";
import type { AskedExecution } from "./read-plan.ts";

/** Closes a refusal of a plan. */
const nothingSent = "Nothing was sent because of it; what is recorded, and what of that is bought, stays as it is.";

/**
 * Why nothing is bought under a plan of an execution that is recorded: its time is over, or what is recorded has changed since. Undefined where it holds, and for
 * what is no plan. A plan that was driven, submitted or approved before holds: the limits are its own.
 */
export function whyPlanRefused(asked: AskedExecution, recorded: RecordedAt): RefusedError | undefined {
  const { plan } = asked;
  if (plan === undefined) return undefined;
  const expired = whyExpired(plan, recorded.at);
  if (expired !== undefined) return expired;
  const { termsVersion } = recorded.execution;
  if (plan.termsVersion === termsVersion) return undefined;
  const changes = changesSince(asked, recorded);
  if (changes.length === 0) return undefined;
  return outdated(
    `The plan was made under version ${plan.termsVersion} of the terms, which are at version ${termsVersion}, and its limits are not those that hold now: ${someOf(changes)}.`,
  );
}

/**
 * Throws a RefusedError where an execution would be recorded by a plan that does not hold: its time is over, or it was made of an execution
 * that this ledger does not know.
 */
export async function checkNewPlan(ledger: Pick<Ledger, "execution" | "now">, asked: AskedExecution): Promise<void> {
  const { plan, executionId } = asked;
  if (plan === undefined || (await ledger.execution(executionId)) !== undefined) return;
  const expired = whyExpired(plan, await ledger.now());
  if (expired !== undefined) throw expired;
  if (plan.termsVersion === 0) return;
  throw outdated(
    `The plan was made of an execution that was recorded (version ${plan.termsVersion} of its terms), and this ledger does not know it: it is another ledger, or has lost it.`,
  );
}

function whyExpired({ holdsUntil }: PlanDocument, at: number): RefusedError | undefined {
  if (at < Date.parse(holdsUntil)) return undefined;
  return new RefusedError({
    code: "plan-expired",
    message: `The plan held until ${holdsUntil}. ${nothingSent} ${todoOf("plan-expired")}`,
  });
}

function outdated(reason: string): RefusedError {
  return new RefusedError({ code: "plan-outdated", message: `${reason} ${nothingSent} ${todoOf("plan-outdated")}` });
}

/** What was planned, and what holds now, for a person. Of what is bought the limit decides nothing any more. */
function changesSince(asked: NewExecution, { execution, records }: RecordedAt): readonly string[] {
  const at = new Map(asked.places.map((place) => [place.recIndex, place.recommendation.maxPrice]));
  const was = (name: string, before: string, now: string) => `${name} was ${before}, and is ${now}`;
  const prices = records.flatMap(({ recIndex, state, recommendation: { maxPrice } }) => {
    const planned = at.get(recIndex);
    if (state === "purchased" || state === "skipped" || sameMoney(planned, maxPrice)) return [];
    return [was(`maxPrice of #${recIndex}`, textOf(planned), textOf(maxPrice))];
  });
  const [planned, now] = [asked.forbidTwinsWithin, execution.forbidTwinsWithin];
  return [
    ...(sameTotals(asked.maxTotals, execution.maxTotals)
      ? []
      : [was("maxTotals", listOf(asked.maxTotals), listOf(execution.maxTotals))]),
    ...prices,
    ...(planned === now ? [] : [was("forbidTwinsWithin", planned ?? "none", now ?? "none")]),
  ];
}

/** A budget from which nothing is taken that a plan does not buy, nor at more than it allows. */
export function withPlan(budget: Budget, plan: PlanDocument | undefined): Budget {
  if (plan === undefined) return budget;
  const seen = new Map(plan.seen.map((each) => [each.token, each]));
  return {
    ...budget,
    take: (token, price) => {
      const { verdict, limit } = seen.get(token) ?? {};
      if (verdict === "adopt") throw notInPlan("when the plan was made, a purchase of it was found at the provider");
      checkPrice(price, limit);
      budget.take(token, price);
    },
  };
}
