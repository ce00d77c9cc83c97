import { Big } from "big.js";
import { atRiskPrices } from "../contract/counted-price.ts";
import { checkNumber } from "../contract/check-number.ts";
import { RefusedError } from "../contract/errors.ts";
import type { ExecutionRecord, RecordedAt } from "../contract/execution-record.ts";
import type { Provider } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { lowerLimit, raisesPrice } from "../contract/limits.ts";
import { decimalsOf, type Money, totals } from "../contract/money.ts";
import { type AnyExecution, isSkip } from "../contract/recommendation.ts";
import type { Execution } from "../contract/recommendation-types.ts";
import type { OutcomeError } from "../contract/report.ts";
import { termsHash, termsMovedOn } from "../contract/terms.ts";
import { longerTwinsWithin } from "../contract/twin.ts";
import { withTwinsForbidden } from "./find-twins.ts";
import { newExecutionOf } from "./new-execution.ts";
import { outcomeError } from "./outcome.ts";
import { type PlanDocument, sealed, type SeenRecommendation } from "./plan-document.ts";
import { type ExecutionPlan, planExecution, type PlanOptions, type PlanParts, taken } from "./plan-execution.ts";
import { countedPrices, type PlannedRecommendation } from "./plan-recommendation.ts";
import type { AskedExecution, ReadExecution } from "./read-plan.ts";

/** How a plan is made. */
export interface PlanDocumentOptions extends Omit<PlanOptions, "raiseLimits"> {
  /** By how many percent a price may be above the one that is quoted now: "1.5", from "0" (the default) to "100". */
  readonly tolerancePercent?: string;
  /** Milliseconds for which the plan holds; default 24 hours, from a minute to 366 days. */
  readonly holdsFor?: number;
}

/** What driving an execution would cost now, and the plan of it. */
export interface PlannedExecution {
  readonly plan: ExecutionPlan;
  /** Not there where nothing of the execution would be bought under it, or not everything could be looked at. */
  readonly document?: PlanDocument;
  /** Why there is none. */
  readonly error?: OutcomeError;
}

/** Long enough for a second person to look at it, short enough that prices are those of the day. */
export const defaultHolding = 24 * 3_600_000;

const [shortestHolding, longestHolding] = [60_000, 366 * 86_400_000];

/**
 * Quotes an execution, and makes a plan of what was seen. Nothing in it is above a limit of the file, or one that is recorded. Throws as
 * `planExecution`, and a RefusedError `invalid-configuration` for an option that makes no sense, or `terms-changed` where somebody
 * changed the terms meanwhile.
 */
export async function makePlan(
  { execution, asked: given }: ReadExecution,
  parts: PlanParts & { readonly providers: readonly Provider[] },
  { tolerancePercent = "0", holdsFor = defaultHolding, ...options }: PlanDocumentOptions,
): Promise<PlannedExecution> {
  checkNumber("holdsFor", holdsFor, { minimum: shortestHolding, maximum: longestHolding, unit: "milliseconds" });
  const factor = factorOf(tolerancePercent);
  const { ledger, providers } = parts;
  const recorded = await ledger.recorded(given.executionId);
  const asked = recorded === undefined ? given : withinRecorded(given, recorded);
  const at = recorded?.at ?? (await ledger.now());
  checkDue(recorded?.execution.notBefore ?? asked.notBefore, at + holdsFor);
  const plan = await planExecution(asked, parts, options);
  const { termsVersion } = plan;
  const seenVersion = recorded?.execution.termsVersion ?? 0;
  if (termsVersion !== seenVersion) throw termsMovedOn(termsVersion, seenVersion);
  const error = whyNoPlan(plan, asked, recorded);
  if (error !== undefined) return { plan, error };

  const records = new Map(recorded?.records.map((record) => [record.token, record]));
  const own = [recorded?.execution.maxTotals, asked.maxTotals, options.maxTotals].filter((all) => all !== undefined);
  const limitsOf = { records, factor, hasTotal: own.length > 0 };
  const limits = new Map(plan.recommendations.map((each) => [each.recIndex, limitOf(each, limitsOf)]));
  const holdsUntil = new Date(at + holdsFor).toISOString();
  const maxTotals = totalsOf(plan, { own, records, limits });
  const { forbidTwinsWithin } = withTwinsForbidden(asked, options.twins);
  const limited = withLimits(
    { ...execution, forbidTwinsWithin },
    { limits, maxTotals, holdsUntil, recorded: recorded?.execution },
  );
  const { places, emptyPlaces, ...terms } = newExecutionOf(limited, parts.executorOf);
  const fingerprints = new Map(places.map(({ recIndex, fingerprint }) => [recIndex, fingerprint]));
  const used = new Set(places.map(({ recommendation: { provider } }) => provider));
  const document = sealed({
    plannedAt: new Date(at).toISOString(),
    holdsUntil,
    imitation: providers.filter(({ name }) => used.has(name)).every(({ imitation = false }) => imitation),
    tolerancePercent,
    termsVersion,
    termsHash: termsHash({ ...terms, size: places.length + emptyPlaces.length }, places),
    execution: limited,
    seen: plan.recommendations.map((each) =>
      seenOf(each, { limit: limits.get(each.recIndex), fingerprint: fingerprints.get(each.recIndex) }),
    ),
    totals: {
      buy: [...plan.totals.buy],
      bought: [...plan.totals.bought],
      reconcile: [...plan.totals.reconcile],
    },
  });
  return { plan, document };
}

/** What is asked for, with no limit above a recorded one: a plan raises none. */
function withinRecorded(asked: AskedExecution, { execution, records }: RecordedAt): AskedExecution {
  const at = new Map(records.map(({ token, recommendation }) => [token, recommendation.maxPrice]));
  const lower = (own: Money | undefined, recorded: Money) => (own && !raisesPrice(recorded, own) ? own : recorded);
  const { maxTotals } = execution;
  return {
    ...asked,
    maxTotals:
      maxTotals?.map((total) =>
        lower(
          asked.maxTotals?.find(({ currency }) => currency === total.currency),
          total,
        ),
      ) ?? asked.maxTotals,
    places: asked.places.map((place) => {
      const recorded = at.get(place.token);
      const { recommendation } = place;
      if (recorded === undefined) return place;
      return { ...place, recommendation: { ...recommendation, maxPrice: lower(recommendation.maxPrice, recorded) } };
    }),
  };
}

/** What a price is multiplied by. Throws a RefusedError for what is no percentage from 0 to 100. */
function factorOf(percent: string): Big {
  if (/^\d{1,3}(\.\d{1,6})?$/.test(percent) && new Big(percent).lte(100)) return new Big(percent).div(100).plus(1);
  throw new RefusedError({
    code: "invalid-configuration",
    message: `tolerancePercent must be a decimal number from "0" to "100", with at most six decimals, not ${JSON.stringify(percent)}. Nothing was sent.`,
  });
}

function checkDue(notBefore: string | undefined, holdsUntil: number): void {
  if (notBefore === undefined || Date.parse(notBefore) < holdsUntil) return;
  throw new RefusedError({
    code: "invalid-configuration",
    message: `The plan would hold until ${new Date(holdsUntil).toISOString()}, and nothing may be bought before ${notBefore} (notBefore). Let it hold longer (holdsFor, --holds-for). Nothing was sent.`,
  });
}

/** Codes of what was not looked at: it may be bought or not, and a plan would say that it is not. */
const notSeen: readonly string[] = ["aborted", "deadline-too-near"];

/** Why no plan can be made of what was seen: what is refused in it would stay refused. */
function whyNoPlan(
  plan: ExecutionPlan,
  asked: AskedExecution,
  recorded: RecordedAt | undefined,
): OutcomeError | undefined {
  const whole = recorded && taken(asked, recorded, false).refusal;
  if (whole !== undefined) return outcomeError(whole.error);
  if (plan.error !== undefined) return plan.error;
  const { recommendations } = plan;
  const errorOf = (is: (one: PlannedRecommendation) => boolean) => recommendations.find(is)?.error;
  const unseen = errorOf(({ verdict, error }) => verdict === "held" || notSeen.includes(error?.code ?? ""));
  if (unseen !== undefined) return unseen;
  const isDone = recommendations.some(({ verdict }) => ["buy", "reconcile", "adopt"].includes(verdict));
  return isDone ? undefined : errorOf(({ verdict }) => verdict === "refuse");
}

/** The most that a recommendation may cost under the plan. */
function limitOf(
  { token, verdict, price, limit }: PlannedRecommendation,
  {
    records,
    factor,
    hasTotal,
  }: {
    readonly records: ReadonlyMap<string, TokenRecord>;
    readonly factor: Big;
    /** Whether the file, the record or the call allows a total. */
    readonly hasTotal: boolean;
  },
): Money | undefined {
  // One in another currency would be taken for a raise.
  const nothing = { amount: "0", currency: limit?.currency ?? price?.currency ?? noCurrency };
  switch (verdict) {
    case "buy":
      return lowerLimit(limit, roundedUp(price, factor));
    case "reconcile":
      return price === undefined ? nothing : lowerLimit(limit, price);
    case "refuse":
    case "held":
      return nothing;
    case "adopt":
      // Where nobody knows what it cost, its limit is what it counts for in a total.
      return hasTotal && price === undefined && limit !== undefined ? limit : nothing;
    case "bought":
    case "written-off":
    case "skip":
      return records.get(token)?.recommendation.maxPrice;
  }
}

/** ISO 4217: there is none. */
const noCurrency = "XXX";

/** A price with the tolerance, rounded up to what can be paid. */
function roundedUp({ amount, currency }: Money, factor: Big): Money {
  return { amount: new Big(amount).times(factor).round(decimalsOf(currency), Big.roundUp).toFixed(), currency };
}

/** What all of it may come to: what is to be bought at its limit, what is or may be bought as it counts, and no more than was allowed. */
function totalsOf(
  { recommendations }: ExecutionPlan,
  {
    own,
    records,
    limits,
  }: {
    readonly own: readonly (readonly Money[])[];
    readonly records: ReadonlyMap<string, TokenRecord>;
    readonly limits: ReadonlyMap<number, Money | undefined>;
  },
): readonly Money[] | undefined {
  let counted: readonly Money[];
  try {
    counted = recommendations.flatMap((each) => {
      const limit = limits.get(each.recIndex);
      if (each.verdict === "adopt") return countedPrices([{ ...each, ...(limit ? { limit } : {}) }], records);
      if (each.verdict !== "buy") return countedPrices([each], records);
      const record = records.get(each.token);
      const earlier = record === undefined ? [] : atRiskPrices(record).filter((price) => price !== "unknown");
      return [limit ?? each.price, ...earlier];
    });
  } catch (error) {
    if (!RefusedError.isInstance(error)) throw error;
    // What something cost that is bought is not known: a total of the plan's own would let nothing be bought beside it.
    return own[0];
  }
  return totals(counted).map((sum) => {
    const allowed = own.flatMap((all) => all.filter(({ currency }) => currency === sum.currency));
    return allowed.reduce<Money>((least, one) => lowerLimit(least, one), sum);
  });
}

/** The execution as it is bought under the plan. A recorded time cannot be changed, so it stays. */
function withLimits(
  execution: AnyExecution,
  {
    limits,
    maxTotals,
    holdsUntil,
    recorded,
  }: {
    readonly limits: ReadonlyMap<number, Money | undefined>;
    readonly maxTotals: readonly Money[] | undefined;
    readonly holdsUntil: string;
    readonly recorded: ExecutionRecord | undefined;
  },
): Execution {
  const times = recorded ?? { ...execution, expiresAt: earlier(execution.expiresAt, holdsUntil) };
  const limited = {
    ...execution,
    maxTotals,
    forbidTwinsWithin: longerTwinsWithin(execution.forbidTwinsWithin, recorded?.forbidTwinsWithin),
    notBefore: times.notBefore,
    expiresAt: times.expiresAt,
    recommendations: execution.recommendations.map((place, recIndex) =>
      isSkip(place) ? place : { ...place, maxPrice: limits.get(recIndex) },
    ),
  };
  // What is not there is not written, and each place has passed the schema of its service.
  return JSON.parse(JSON.stringify(limited)) as Execution;
}

function earlier(time: string | undefined, other: string): string {
  return time !== undefined && Date.parse(time) <= Date.parse(other) ? time : other;
}

function seenOf(
  each: PlannedRecommendation,
  { limit, fingerprint }: Pick<SeenRecommendation, "limit" | "fingerprint">,
): SeenRecommendation {
  const { recIndex, token, provider, service, account, verdict, price, payments, note, labels, commitment, error } =
    each;
  if (verdict === "held") throw new TypeError("No plan is made while another driver holds something of it.");
  const payer = { provider, service, account };
  return {
    recIndex,
    token,
    fingerprint,
    ...payer,
    verdict,
    price,
    payments: payments && { ...payments },
    limit,
    note,
    labels,
    warnings: each.verdict === "buy" && each.warnings ? [...each.warnings] : undefined,
    commitment: commitment && { ...commitment },
    error: error && { ...error },
  };
}
