import type { LimitFunction } from "p-limit";
import { RefusedError } from "../contract/errors.ts";
import type { ExecutionRecord } from "../contract/execution-record.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { type Budget, createBudget } from "./budget.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { countedOf, countedPrices, plannedPrices, planRecommendation } from "./plan-recommendation.ts";
import type { ExecutorOf } from "./validate.ts";

/**
 * The budget for these tasks, before the first of them buys: where all that they may buy comes to more than the totals of the
 * call, or all that is undecided in the execution to more than its own, one that gives nothing. What has no price now, or
 * would be refused now, is not in the sum, so it gets nothing in this drive. Throws a LedgerError of a ledger that fails.
 */
export async function budgetFor(
  drive: DriveContext,
  { executionId, size, emptyPlaces, maxTotals }: ExecutionRecord,
  executorOf: ExecutorOf,
  tasks: readonly Task[],
  limit: LimitFunction,
): Promise<Budget> {
  const { budget } = drive;
  const mayBuy = tasks.filter(({ forbidden }) => forbidden === undefined);
  if ((!budget.limited && maxTotals === undefined) || mayBuy.length === 0) return budget;
  const plan = (records: readonly Pick<Task, "executor" | "record">[]) =>
    Promise.all(
      records.map(({ executor, record }) =>
        limit(() => planRecommendation(drive, { executor, place: record, record })),
      ),
    );
  const plans = await plan(mayBuy);
  let above: unknown;
  try {
    if (maxTotals !== undefined) {
      const known = new Set(mayBuy.map(({ record }) => record.token));
      const isWhole = known.size === size - emptyPlaces.length;
      const all = isWhole ? [] : await drive.ledger.recordsOf(executionId);
      const others = all.filter(({ token }) => !known.has(token));
      const undecided = others.filter(isUndecided).flatMap((record) => withExecutor(record, executorOf));
      const spent = others.filter(({ state }) => state === "purchased").flatMap(countedOf);
      const records = new Map([...mayBuy, ...undecided].map(({ record }) => [record.token, record]));
      createBudget(maxTotals).check([...spent, ...countedPrices([...plans, ...(await plan(undecided))], records)]);
    }
    // What the execution's own totals would stop as well is not for the next call to do.
    budget.check(plannedPrices(plans));
  } catch (error) {
    if (!RefusedError.isInstance(error)) throw error;
    above = error;
  }
  const refusals = new Map(
    plans.flatMap(({ verdict, token, error }) => (verdict === "refuse" && error ? [[token, error] as const] : [])),
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

function isUndecided({ state }: TokenRecord): boolean {
  return state !== "purchased" && state !== "skipped";
}

/** One that another driver's program alone can buy has no price here: the ledger's guard counts what that one sends. */
function withExecutor(record: TokenRecord, executorOf: ExecutorOf): readonly Pick<Task, "executor" | "record">[] {
  try {
    return [{ record, executor: executorOf(record.recommendation) }];
  } catch {
    return [];
  }
}
