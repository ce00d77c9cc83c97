import pLimit from "p-limit";
import type { Environment } from "../contract/environment.ts";
import { isHeld } from "../contract/lease.ts";
import type { ClaimRequest, Ledger, TokenRecord } from "../contract/ledger.ts";
import { differingFields } from "../contract/fingerprint.ts";
import { type Money, totals } from "../contract/money.ts";
import type { OutcomeError } from "../contract/report.ts";
import { createBudget } from "./budget.ts";
import { createLookup } from "./lookup.ts";
import { outcomeError } from "./outcome.ts";
import {
  plannedPrices,
  planRecommendation,
  type PlannedRecommendation,
  type Verdict,
  withError,
} from "./plan-recommendation.ts";
import { createStop } from "./stop.ts";
import { tokensByScope } from "./tokens-by-scope.ts";
import { conflictError, heldError } from "./outcome-of-record.ts";
import type { ExecutorOf } from "./validate.ts";

/** How an execution is quoted. */
export interface PlanOptions {
  /** Aborted: what is not quoted yet is said to be refused as `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds since 1970 by which it answers: a second before, what is not quoted yet is said to be refused as
   * `deadline-too-near`. Default: none.
   */
  readonly deadline?: number;
  /** How many recommendations are quoted at a time. Default 4. */
  readonly concurrency?: number;
  /** The totals that the drive will have; see `DriveOptions.maxTotals`. */
  readonly maxTotals?: readonly Money[];
}

/** What driving an execution would cost now. */
export interface ExecutionPlan {
  readonly executionId: string;
  /** One per recommendation, in their order. */
  readonly recommendations: readonly PlannedRecommendation[];
  /** Sums per currency: of what a drive would buy, of what is bought, and of what was sent and may be bought. */
  readonly totals: {
    readonly buy: readonly Money[];
    readonly bought: readonly Money[];
    readonly reconcile: readonly Money[];
  };
  /** Why a drive with these totals would buy nothing at all. */
  readonly error?: OutcomeError;
}

interface QuoteParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly executorOf: ExecutorOf;
}

/** Quotes validated recommendations. Throws a LedgerError of a ledger that fails. */
export async function planExecution(
  executionId: string,
  requests: readonly ClaimRequest[],
  { ledger, environment, executorOf }: QuoteParts,
  { signal, deadline, concurrency = 4, maxTotals }: PlanOptions,
): Promise<ExecutionPlan> {
  const budget = createBudget(maxTotals);
  const records = new Map((await ledger.execution(executionId)).map((record) => [record.token, record]));
  const now = await ledger.now();
  const stop = createStop(environment, { signal, deadline });
  const emit = () => undefined;
  const lookup = createLookup({ ledger, environment, stop, emit, tokens: tokensByScope(requests) });
  const limit = pLimit(concurrency);
  try {
    const recommendations = await Promise.all(
      requests.map((request) =>
        limit(() => {
          const record = records.get(request.token);
          const blocked = record && blockedBy(request, record, now);
          return (
            blocked ??
            planRecommendation({ ledger, stop, emit, lookup }, executorOf(request.recommendation), request, record)
          );
        }),
      ),
    );
    const sum = (...verdicts: readonly Verdict[]) =>
      totals(recommendations.flatMap(({ verdict, price }) => (price && verdicts.includes(verdict) ? [price] : [])));
    let error: OutcomeError | undefined;
    try {
      budget.check(plannedPrices(recommendations));
    } catch (cause) {
      error = outcomeError(cause);
    }
    return {
      executionId,
      recommendations,
      totals: { buy: sum("buy"), bought: sum("bought", "adopt"), reconcile: sum("reconcile", "written-off") },
      ...(error ? { error } : {}),
    };
  } finally {
    stop.end();
  }
}

/** What the ledger would answer to a claim of it, other than granting it. */
function blockedBy(request: ClaimRequest, record: TokenRecord, now: number): PlannedRecommendation | undefined {
  if (record.fingerprint !== request.fingerprint) {
    const fields = differingFields(record.recommendation, request.recommendation);
    return withError(request, "refuse", conflictError(fields, record));
  }
  const { holder, leaseUntil = now } = record;
  if (record.state === "purchased" || holder === undefined || !isHeld(record, now)) return undefined;
  return withError(request, "held", heldError(holder, leaseUntil, now));
}
