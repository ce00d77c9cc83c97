import type { LimitFunction } from "p-limit";
import { RefusedError } from "../contract/errors.ts";
import type { Budget } from "./budget.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { plannedPrices, planRecommendation } from "./plan-recommendation.ts";

/**
 * The budget for these tasks, before the first of them buys: where all that they may buy comes to more than the totals,
 * one that gives nothing. What has no price now, or would be refused now, is not in the sum, so it gets nothing in this
 * drive. Throws a LedgerError of a ledger that fails.
 */
export async function budgetFor(drive: DriveContext, tasks: readonly Task[], limit: LimitFunction): Promise<Budget> {
  const { budget } = drive;
  if (!budget.limited) return budget;
  const prospects = await Promise.all(
    tasks.map(({ executor, record }) => limit(() => planRecommendation(drive, executor, record, record))),
  );
  let above: unknown;
  try {
    budget.check(plannedPrices(prospects));
  } catch (error) {
    above = error;
  }
  const refusals = new Map(
    prospects.flatMap(({ verdict, token, error }) => (verdict === "refuse" && error ? [[token, error] as const] : [])),
  );
  return {
    ...budget,
    take: (token, price) => {
      if (above !== undefined) throw above;
      const refusal = refusals.get(token);
      if (refusal !== undefined) throw new RefusedError(refusal);
      budget.take(token, price);
    },
  };
}
