import pLimit from "p-limit";
import type { Environment } from "../contract/environment.ts";
import { isHeld } from "../contract/lease.ts";
import type { ExecutionPlace, Ledger, TokenRecord } from "../contract/ledger.ts";
import type { RecordedAt } from "../contract/execution-record.ts";
import { raisesPrice } from "../contract/limits.ts";
import { plannedRecord } from "../contract/planned-record.ts";
import { forbiddenError, whyStopped, whyWaiting } from "../contract/terms.ts";
import { deriveIdempotencyToken } from "../contract/token.ts";
import { limitDifferences, whyChanged, whyLimitsRefused } from "../contract/compare-execution.ts";
import { type Money, totals } from "../contract/money.ts";
import { paymentTotals, type PaymentTotals } from "../contract/payments.ts";
import { type Account, byAccount } from "../contract/payer.ts";
import type { OutcomeError } from "../contract/report.ts";
import { longerTwinsWithin, type TwinOptions } from "../contract/twin.ts";
import { createAgeOf } from "./age-of.ts";
import { createBudget } from "./budget.ts";
import { findTwins, withTwinsForbidden } from "./find-twins.ts";
import { createLookup } from "./lookup.ts";
import { outcomeError } from "./outcome.ts";
import {
  countedPrices,
  plannedPrices,
  planRecommendation,
  type PlannedRecommendation,
  type Refusal,
  type Verdict,
  withError,
} from "./plan-recommendation.ts";
import { checkNewPlan, whyPlanRefused } from "./hold-plan.ts";
import type { AskedExecution } from "./read-plan.ts";
import { createStop } from "./stop.ts";
import { tokensByScope } from "./tokens-by-scope.ts";
import { heldError, sentStates } from "./outcome-of-record.ts";
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
  /** The drive will have leave to raise limits; see `DriveOptions.raiseLimits`. Default false. */
  readonly raiseLimits?: boolean;
  /** How the drive will treat twins; see `DriveOptions.twins`. */
  readonly twins?: TwinOptions;
  /** For whom it is quoted: the executions of others are not named to them. Default: whom the execution is recorded for. */
  readonly caller?: string;
}

/** What one account would pay for: of all its services. */
export interface PlannedAccount extends Account {
  /** How it would be paid: due now, monthly, over the term; per currency. */
  readonly payments: readonly PaymentTotals[];
}

/** What driving an execution would cost now. */
export interface ExecutionPlan {
  readonly executionId: string;
  /** The version of the recorded terms that it was made under; 0 where the execution is not recorded. */
  readonly termsVersion: number;
  /**
   * What a drive would raise or drop of the recorded limits, with leave to do so, for a person: "maxPrice of #0 from 24.00 GBP
   * to 30.00 GBP". Not there for nothing.
   */
  readonly raises?: readonly string[];
  /** One per recommendation, in their order. */
  readonly recommendations: readonly PlannedRecommendation[];
  /** Sums per currency: of what a drive would buy, of what is bought, and of what was sent and may be bought. */
  readonly totals: {
    readonly buy: readonly Money[];
    readonly bought: readonly Money[];
    readonly reconcile: readonly Money[];
  };
  /** How what a drive would buy is paid: due now, monthly, over the term; per currency. */
  readonly payments: readonly PaymentTotals[];
  /** The same for each account that would pay, in the order in which they come first. */
  readonly accounts: readonly PlannedAccount[];
  /** Why a drive with these totals would buy nothing at all. */
  readonly error?: OutcomeError;
}

/** What an execution is quoted with. */
export interface PlanParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly executorOf: ExecutorOf;
}

/**
 * Quotes an execution as it is asked for, recorded or not. Where it is recorded, what a drive of it would refuse is said, with
 * the recorded limits. Throws a LedgerError of a ledger that fails, as {@link withTwinsForbidden}, and a RefusedError for a plan that may
 * record nothing.
 */
export async function planExecution(
  asked: AskedExecution,
  parts: PlanParts,
  { signal, deadline, concurrency = 4, maxTotals, raiseLimits = false, twins: options, caller }: PlanOptions,
): Promise<ExecutionPlan> {
  const { ledger, environment, executorOf } = parts;
  const { executionId, emptyPlaces } = withTwinsForbidden(asked, options);
  const budget = createBudget(maxTotals);
  const recorded = await ledger.recorded(executionId);
  if (recorded === undefined) await checkNewPlan(ledger, asked);
  const at = recorded?.at ?? (await ledger.now());
  const records = new Map(recorded?.records.map((record) => [record.token, record]));
  const { refusal, raises = [] } = recorded ? taken(asked, recorded, raiseLimits) : {};
  const places =
    raises.length > 0 ? asked.places : asked.places.map((place) => withLowerLimit(place, records.get(place.token)));
  const stop = createStop(environment, { signal, deadline });
  const emit = () => undefined;
  const ageOf = createAgeOf({ ledger, environment });
  const twins = await findTwins(
    { ledger, environment, emit },
    {
      executionId,
      forbidTwinsWithin: longerTwinsWithin(asked.forbidTwinsWithin, recorded?.execution.forbidTwinsWithin),
      caller: caller ?? recorded?.execution.owner?.caller,
      places: places.map((place) => ({ ...records.get(place.token), ...place })),
      at,
      options,
    },
  );
  const tokens = tokensByScope(places);
  const lookup = createLookup({ ledger, environment, stop, emit, tokens, within: twins.within });
  const limit = pLimit(concurrency);
  try {
    const recommendations = await Promise.all(
      places.map((place) =>
        limit(() => {
          const record = records.get(place.token) ?? plannedRecord(place, at);
          const executor = executorOf(place.recommendation);
          const looker = { ledger, ageOf, stop, emit, lookup, twins };
          return (
            blockedBy(place, record, refusal, at) ?? planRecommendation(looker, { executor, place, record, refusal })
          );
        }),
      ),
    );
    const sum = (...verdicts: readonly Verdict[]) =>
      totals(recommendations.flatMap(({ verdict, price }) => (price && verdicts.includes(verdict) ? [price] : [])));
    let error: OutcomeError | undefined;
    try {
      budget.check(plannedPrices(recommendations));
      const [recordedTotals, { maxTotals: own }] = [recorded?.execution.maxTotals, asked];
      const ofExecution = raises.length > 0 ? (own ?? recordedTotals) : (recordedTotals ?? own);
      if (ofExecution !== undefined) createBudget(ofExecution).check(countedPrices(recommendations, records));
    } catch (cause) {
      error = outcomeError(cause);
    }
    const skipped = emptyPlaces.map(({ recIndex }) => skippedPlan(executionId, recIndex));
    return {
      executionId,
      termsVersion: recorded?.execution.termsVersion ?? 0,
      ...(raises.length > 0 ? { raises } : {}),
      recommendations: [...recommendations, ...skipped].toSorted((a, b) => a.recIndex - b.recIndex),
      totals: { buy: sum("buy"), bought: sum("bought", "adopt"), reconcile: sum("reconcile", "written-off") },
      ...paymentsOf(recommendations.filter(({ verdict }) => verdict === "buy")),
      ...(error ? { error } : {}),
    };
  } finally {
    stop.end();
  }
}

function paymentsOf(toBuy: readonly PlannedRecommendation[]): Pick<ExecutionPlan, "payments" | "accounts"> {
  const accounts = byAccount(toBuy, (one) => one);
  return {
    payments: paymentTotals(toBuy),
    accounts: accounts.map(([account, own]) => ({ ...account, payments: paymentTotals(own) })),
  };
}

/** Why a drive of it would buy nothing, and what it would raise: in the order in which a drive looks at it. */
export function taken(
  asked: AskedExecution,
  recorded: RecordedAt,
  raiseLimits: boolean,
): { readonly refusal?: Refusal | undefined; readonly raises?: readonly string[] } {
  const { execution, at } = recorded;
  const changed = whyChanged(asked, recorded);
  if (changed !== undefined) return { refusal: { error: changed, looks: false } };
  const stopped = whyStopped(execution, at);
  if (stopped !== undefined) return { refusal: { error: forbiddenError(stopped), looks: true } };
  const outdated = whyPlanRefused(asked, recorded);
  if (outdated !== undefined) return { refusal: { error: outdated, looks: false } };
  const differences = limitDifferences(asked, recorded);
  const differs = whyLimitsRefused(asked, execution, differences, raiseLimits);
  if (differs !== undefined) return { refusal: { error: differs, looks: false } };
  const waiting = whyWaiting(execution, at);
  const refusal = waiting && { error: forbiddenError(waiting), looks: true };
  return { refusal, raises: differences.raises };
}

/** The place under the limit that a drive would keep: the recorded one, or one that the file lowers. */
function withLowerLimit(place: ExecutionPlace, record: TokenRecord | undefined): ExecutionPlace {
  const maxPrice = record?.recommendation.maxPrice;
  if (maxPrice === undefined || raisesPrice(place.recommendation.maxPrice, maxPrice)) return place;
  return { ...place, recommendation: { ...place.recommendation, maxPrice } };
}

function skippedPlan(executionId: string, recIndex: number): PlannedRecommendation {
  return { recIndex, token: deriveIdempotencyToken(executionId, recIndex), verdict: "skip" };
}

/** What a drive would not look at: skipped by a person, or another driver's. */
function blockedBy(
  place: ExecutionPlace,
  record: TokenRecord,
  refusal: Refusal | undefined,
  now: number,
): PlannedRecommendation | undefined {
  const { state, holder, leaseUntil = now } = record;
  if (state === "skipped") return skippedPlan(place.executionId, place.recIndex);
  const isRefused = refusal !== undefined && !sentStates.includes(state);
  if (isRefused || state === "purchased") return undefined;
  if (holder === undefined || !isHeld(record, now)) return undefined;
  return withError(place, "held", heldError(holder, leaseUntil, now));
}
