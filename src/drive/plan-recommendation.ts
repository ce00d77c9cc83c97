import { isInDoubt } from "../contract/at-risk.ts";
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { countedPrices as countedInLedger } from "../contract/counted-price.ts";
import { todoOf } from "../contract/error-advice.ts";
import { RefusedError } from "../contract/errors.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import type { ExecutionPlace, TokenRecord } from "../contract/ledger.ts";
import { type Labels, wordsOf } from "../contract/labels.ts";
import { isNothing } from "../contract/limits.ts";
import type { Money } from "../contract/money.ts";
import { type Payments, type Priced, pricedAs } from "../contract/payments.ts";
import { type Payer, payerOf } from "../contract/payer.ts";
import type { BoughtCommitment, OutcomeError } from "../contract/report.ts";
import { checkPrice, getQuote } from "./get-quote.ts";
import { provenFailed, vanished } from "./prove-failed.ts";
import { unknownError } from "./answer-error.ts";
import type { Looker } from "./drive-context.ts";
import { findLate, findUnproven } from "./find-late.ts";
import { findListed } from "./find-listed.ts";
import {
  errorOutcome,
  isBroken,
  isOver,
  outcomeError,
  overError,
  reportedCommitment,
  writtenOffOutcome,
} from "./outcome.ts";
import { recordedAsParked } from "./report-parked.ts";
import { inDoubtError, isOpen } from "./outcome-of-record.ts";

/**
 * What a drive would do about a recommendation:
 * - `buy`: nothing shows that it was bought, and the price is within its limit.
 * - `bought`: nothing; the ledger knows it as bought.
 * - `adopt`: nothing is bought; the cloud shows a commitment with its token, which is what was asked for.
 * - `reconcile`: it was sent before, and nobody knows what became of it; that is found out first.
 * - `written-off`: nothing; a person wrote it off, and it may be bought.
 * - `held`: another driver works on it.
 * - `refuse`: a guard would stop it; the error says why.
 * - `skip`: nothing; its place is empty, or a person dropped it.
 */
export type Verdict = PlannedRecommendation["verdict"];

/** What every planned recommendation says, whatever its verdict; an empty place names no payer. */
interface PlannedCommon extends Partial<Payer> {
  readonly recIndex: number;
  /** The idempotency token, in full. */
  readonly token: string;
  /** The provider's quote (`buy`, and `refuse` where it got so far); what it cost, or at what price it was sent. */
  readonly price?: Money;
  /** How that price is paid, where known. */
  readonly payments?: Payments;
  /** Its own limit: maxPrice. */
  readonly limit?: Money;
  /** For people: what the file notes. */
  readonly note?: string;
  /** For people: the labels of the file. */
  readonly labels?: Labels;
}

/** A drive would buy it. */
export interface PlannedPurchase extends PlannedCommon {
  readonly verdict: "buy";
  readonly price: Money;
  /** What is the same as it, each as a sentence: bought lately for something else, or in the same execution. Not there for nothing. */
  readonly warnings?: readonly string[];
  readonly commitment?: undefined;
  readonly error?: undefined;
}

/** It is bought already. */
export interface PlannedAsBought extends PlannedCommon {
  readonly verdict: "bought" | "adopt";
  readonly commitment: BoughtCommitment;
  readonly error?: undefined;
}

/** A drive would not buy it, or not before it is found out whether it was bought. */
export interface PlannedWithError extends PlannedCommon {
  readonly verdict: "reconcile" | "written-off" | "held" | "refuse";
  readonly commitment?: undefined;
  /** Why a drive would refuse it, why it has to be reconciled, who wrote it off, or who holds it. */
  readonly error: OutcomeError;
}

/** Its place is empty, or a person dropped it. */
export interface PlannedSkip extends PlannedCommon {
  readonly verdict: "skip";
  readonly commitment?: undefined;
  readonly error?: undefined;
}

/** What buying a recommendation would cost now, and what a drive would do about it. Its `verdict` says what is there besides. */
export type PlannedRecommendation = PlannedPurchase | PlannedAsBought | PlannedWithError | PlannedSkip;

/** Why nothing of an execution would be sent. `looks`: what was sent before is looked after all the same. */
export interface Refusal {
  readonly error: RefusedError;
  readonly looks: boolean;
}

/** What is planned: a place as it is asked for, and its record, or the one that a drive would make. */
interface Prospect {
  readonly executor: ServiceExecutor;
  readonly place: ExecutionPlace;
  readonly record: TokenRecord;
  readonly refusal?: Refusal | undefined;
}

/**
 * Finds out what a drive would do about one recommendation, by the drive's own looks and guards up to the price. It sends no
 * purchase and writes nothing. Throws a LedgerError of a ledger that fails, and nothing else.
 */
export async function planRecommendation(drive: Looker, prospect: Prospect): Promise<PlannedRecommendation> {
  const { executor, place, record, refusal } = prospect;
  if (isOpen(record)) return toReconcile(place, record);
  if (record.state === "written-off") return asWrittenOff(place, record);
  let priced: Priced = {};
  // Of what nothing may be sent for, that is done first.
  let isLookedFor = refusal !== undefined;
  try {
    const known = await knownBought(drive, prospect);
    if (known !== undefined) return known;
    if (refusal !== undefined) throw isInDoubt(record) ? inDoubtError(record, refusal.error) : refusal.error;
    const bought = record.commitment;
    const asked = { ...(bought ? reopened(record, bought) : record), recommendation: place.recommendation };
    // The drive itself says what it adopts.
    const { listed } = await findListed(
      { ...drive, emit: () => undefined },
      { executor, record: asked },
      bought !== undefined,
    );
    if (listed !== undefined) return asFound(place, listed.commitment);
    const { quotes } = drive;
    const of = { executor, record: asked };
    const { quote } = await (quotes?.ahead(drive, of) ?? getQuote(drive, of));
    priced = pricedAs(quote);
    checkPrice(quote.price, place.recommendation.maxPrice);
    isLookedFor = true;
    const late = await findLate(drive, { executor, record: asked });
    if (late !== undefined) return asFound(place, late.commitment);
    const { bought: same, beside } = drive.twins.of(record.token);
    const warnings = [...same, ...beside];
    return {
      ...placeOf(place),
      verdict: "buy",
      ...priced,
      price: quote.price,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  } catch (error) {
    if (isBroken(error)) throw error;
    const shown = isLookedFor ? undefined : await findUnproven(drive, { executor, record });
    if (shown?.kind === "found") return asFound(place, shown.commitment);
    return { ...withError(place, "refuse", error), ...priced };
  }
}

/** What is bought by the ledger; where nothing may be sent, also what a look finds of a refusal that nobody could look after. */
async function knownBought(
  drive: Looker,
  { executor, place, record, refusal }: Prospect,
): Promise<PlannedRecommendation | undefined> {
  const bought = record.state === "purchased" ? record.commitment : undefined;
  if (bought !== undefined) {
    if (isOver(record, bought)) throw overError(bought.id, bought.state);
    const isBought = refusal?.looks === false || (await isStillBought(drive, executor, record, bought));
    return isBought ? asBought(place, "bought", bought) : undefined;
  }
  if (refusal?.looks !== true) return undefined;
  const shown = await findUnproven(drive, { executor, record });
  if (shown?.kind === "unseen") throw shown.error;
  return shown && asFound(place, shown.commitment);
}

/** As it is recorded once its purchase is proven to have come to nothing. */
function reopened(record: TokenRecord, commitment: Commitment): TokenRecord {
  const { generation, former = [], submission } = record;
  const failed = submission === undefined ? [] : [{ ...submission, failedAs: idsOf(commitment) }];
  return { ...record, generation: generation + 1, former: [...former, ...failed] };
}

/** What may be spent on these: what would be bought, and what may be sent again. */
export function plannedPrices(prospects: readonly PlannedRecommendation[]): readonly Money[] {
  return prospects.flatMap(({ verdict, price }) =>
    price !== undefined && (verdict === "buy" || verdict === "reconcile") ? [price] : [],
  );
}

/**
 * What counts towards the totals of an execution: the same, what is or may be bought already, where the provider shows no price
 * with its limit, and of what would not be bought now what its record, by token, counts in the ledger. Throws a RefusedError where
 * one counts that nobody knows.
 */
export function countedPrices(
  prospects: readonly PlannedRecommendation[],
  records: ReadonlyMap<string, TokenRecord>,
): readonly Money[] {
  return prospects.flatMap(({ recIndex, token, verdict, price, limit }) => {
    if (verdict === "refuse" || verdict === "held") {
      const record = records.get(token);
      return record === undefined ? [] : countedOf(record);
    }
    if (price !== undefined) return [price];
    if (verdict !== "adopt" && verdict !== "bought") return [];
    if (limit === undefined || isNothing(limit)) throw totalUnknown(recIndex);
    return [limit];
  });
}

/** What a record counts towards the totals of its execution. Throws a RefusedError where nobody knows that. */
export function countedOf(record: TokenRecord): readonly Money[] {
  return countedInLedger(record).map((price) => {
    if (price === "unknown") throw totalUnknown(record.recIndex);
    return price;
  });
}

/** What something cost that was found as bought is not known, and the execution has a total. */
function totalUnknown(recIndex: number): RefusedError {
  return new RefusedError({
    code: "total-unknown",
    message: `The execution has a total, and what #${recIndex} cost, which was found as bought, is not known. Nothing of it was bought. ${todoOf("total-unknown")}`,
  });
}

/** A verdict that is an error's. */
export function withError(request: ExecutionPlace, verdict: "held" | "refuse", cause: unknown): PlannedRecommendation {
  return { ...placeOf(request), verdict, error: outcomeError(cause) };
}

function placeOf({ recIndex, token, recommendation, ...place }: ExecutionPlace) {
  const { maxPrice } = recommendation;
  return { recIndex, token, ...payerOf(recommendation), ...wordsOf(place), ...(maxPrice ? { limit: maxPrice } : {}) };
}

function asBought(request: ExecutionPlace, verdict: "bought" | "adopt", found: Commitment): PlannedRecommendation {
  return { ...placeOf(request), verdict, commitment: reportedCommitment(found), ...pricedAs(found) };
}

/** What is there would be recorded as bought; what is over would be, too, and never bought again. */
function asFound(place: ExecutionPlace, found: Commitment): PlannedRecommendation {
  if (found.standing === "ended") return withError(place, "refuse", overError(found.id, found.state));
  return asBought(place, "adopt", found);
}

function toReconcile(request: ExecutionPlace, record: TokenRecord): PlannedRecommendation {
  const { submission, error, parkedAt } = record;
  const message = error?.message ?? "An earlier driver ended before it recorded what became of this purchase.";
  const open = () => errorOutcome(record, "unresolved", unknownError({ message }));
  const { error: why } = parkedAt === undefined ? open() : recordedAsParked(record);
  return { ...placeOf(request), verdict: "reconcile", ...pricedAs(submission), error: why };
}

function asWrittenOff(request: ExecutionPlace, record: TokenRecord): PlannedRecommendation {
  const { error, ...outcome } = writtenOffOutcome(record);
  return { ...placeOf(request), verdict: "written-off", ...pricedAs(outcome), error };
}

/** As a drive looks at it: bought unless the provider proves that it came to nothing. */
async function isStillBought(
  { ageOf, stop, lookup }: Looker,
  executor: ServiceExecutor,
  record: TokenRecord,
  bought: Commitment,
): Promise<boolean> {
  if (bought.settled && bought.marked) return true;
  try {
    const { scope } = record;
    const listing = await lookup.listing(executor, scope);
    const failed =
      (await provenFailed({ executor, stop }, scope, bought, listing)) ??
      (await vanished({ ageOf, stop }, { executor, record }, bought, listing));
    return failed === undefined;
  } catch (error) {
    if (isBroken(error)) throw error;
    return true;
  }
}
