import type { Commitment } from "../contract/commitment.ts";
import { todoOf } from "../contract/error-advice.ts";
import { RefusedError } from "../contract/errors.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import type { ExecutionPlace, TokenRecord } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";
import { type Payer, payerOf } from "../contract/payer.ts";
import type { Outcome, OutcomeError } from "../contract/report.ts";
import { checkPrice, getQuote } from "./get-quote.ts";
import { provenFailed, vanished } from "./prove-failed.ts";
import { unknownError } from "./answer-error.ts";
import { compareFound, match } from "./adopt.ts";
import { checkElsewhere } from "./check-elsewhere.ts";
import type { DriveContext } from "./drive-context.ts";
import {
  boughtOutcome,
  errorOutcome,
  isBroken,
  isOver,
  outcomeError,
  overError,
  writtenOffOutcome,
} from "./outcome.ts";
import { recordedAsParked } from "./report-parked.ts";
import { isOpen } from "./outcome-of-record.ts";

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
export type Verdict = "buy" | "bought" | "adopt" | "reconcile" | "written-off" | "held" | "refuse" | "skip";

/** What buying a recommendation would cost now, and what a drive would do about it. */
export interface PlannedRecommendation extends Partial<Payer> {
  readonly recIndex: number;
  /** The idempotency token, in full. */
  readonly token: string;
  readonly verdict: Verdict;
  /** The provider's quote (`buy`, and `refuse` where it got so far); what it cost, or at what price it was sent. */
  readonly price?: Money;
  /** Its own limit: maxPrice. */
  readonly limit?: Money;
  /** Of what is bought. */
  readonly commitment?: NonNullable<Outcome["commitment"]>;
  /** Why a drive would refuse it, why it has to be reconciled, who wrote it off, or who holds it. */
  readonly error?: OutcomeError;
}

type Looking = Pick<DriveContext, "ageOf" | "stop" | "emit" | "lookup">;

/**
 * Finds out what a drive would do about one recommendation, in the drive's own steps up to the price. It sends no
 * purchase and writes nothing. Throws a LedgerError of a ledger that fails, and nothing else.
 */
export async function planRecommendation(
  drive: Looking,
  executor: ServiceExecutor,
  request: ExecutionPlace,
  record: TokenRecord | undefined,
): Promise<PlannedRecommendation> {
  const { recommendation, token, scope } = request;
  const { generation = 0 } = record ?? {};
  if (record !== undefined && isOpen(record)) return toReconcile(request, record);
  if (record?.state === "written-off") return asWrittenOff(request, record);
  let price: Money | undefined;
  try {
    const bought = record?.state === "purchased" ? record.commitment : undefined;
    if (record !== undefined && bought !== undefined) {
      if (isOver(record, bought)) throw overError(bought.id, bought.state);
      if (await isStillBought(drive, executor, record, bought)) return asBought(request, "bought", bought);
    } else {
      const listed = match(await drive.lookup.listing(executor, scope), token, record?.notThis);
      if (listed !== undefined) {
        await compareFound(executor, request, listed, drive.stop);
        const { commitment: found } = listed;
        if (found.standing === "ended") throw overError(found.id, found.state);
        return asBought(request, "adopt", found);
      }
      if (record !== undefined) checkElsewhere(record);
    }
    const asked = { ...request, generation: bought === undefined ? generation : generation + 1 };
    ({ price } = (await getQuote(drive, { executor, record: asked })).quote);
    checkPrice(price, recommendation.maxPrice);
    return { ...placeOf(request), verdict: "buy", price };
  } catch (error) {
    if (isBroken(error)) throw error;
    return { ...withError(request, "refuse", error), ...(price ? { price } : {}) };
  }
}

/** What may be spent on these: what would be bought, and what may be sent again. */
export function plannedPrices(prospects: readonly PlannedRecommendation[]): readonly Money[] {
  return prospects.flatMap(({ verdict, price }) =>
    price !== undefined && (verdict === "buy" || verdict === "reconcile") ? [price] : [],
  );
}

/**
 * What counts towards the totals of an execution: the same, and what is or may be bought already, where the provider shows no price
 * with its limit, as the ledger counts it. Throws a RefusedError where neither is known.
 */
export function countedPrices(prospects: readonly PlannedRecommendation[]): readonly Money[] {
  return prospects.flatMap(({ recIndex, verdict, price, limit }) => {
    if (verdict === "refuse") return [];
    if (price !== undefined) return [price];
    if (verdict !== "adopt" && verdict !== "bought") return [];
    if (limit === undefined) throw totalUnknown(recIndex);
    return [limit];
  });
}

/** What something cost that was found as bought is not known, and the execution has a total. */
export function totalUnknown(recIndex: number): RefusedError {
  return new RefusedError({
    code: "total-unknown",
    message: `The execution has a total, and what #${recIndex} cost, which was found as bought, is not known. Nothing of it was bought. ${todoOf("total-unknown")}`,
  });
}

/** A verdict that is an error's. */
export function withError(request: ExecutionPlace, verdict: "held" | "refuse", cause: unknown): PlannedRecommendation {
  return { ...placeOf(request), verdict, error: outcomeError(cause) };
}

function placeOf({ recIndex, token, recommendation }: ExecutionPlace) {
  const { maxPrice } = recommendation;
  return { recIndex, token, ...payerOf(recommendation), ...(maxPrice ? { limit: maxPrice } : {}) };
}

function asBought(request: ExecutionPlace, verdict: "bought" | "adopt", found: Commitment): PlannedRecommendation {
  const { commitment, price } = boughtOutcome(request, found, "already-purchased");
  return { ...placeOf(request), verdict, ...(commitment ? { commitment } : {}), ...(price ? { price } : {}) };
}

function toReconcile(request: ExecutionPlace, record: TokenRecord): PlannedRecommendation {
  const { submission, error, parkedAt } = record;
  const message = error?.message ?? "An earlier driver ended before it recorded what became of this purchase.";
  const price = submission?.price;
  const open = () => errorOutcome(record, "unresolved", unknownError({ message }));
  const { error: why } = parkedAt === undefined ? open() : recordedAsParked(record);
  return { ...placeOf(request), verdict: "reconcile", ...(price ? { price } : {}), ...(why ? { error: why } : {}) };
}

function asWrittenOff(request: ExecutionPlace, record: TokenRecord): PlannedRecommendation {
  const { price, error } = writtenOffOutcome(record);
  return { ...placeOf(request), verdict: "written-off", ...(price ? { price } : {}), ...(error ? { error } : {}) };
}

/** As a drive looks at it: bought unless the provider proves that it came to nothing. */
async function isStillBought(
  { ageOf, stop, lookup }: Looking,
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
