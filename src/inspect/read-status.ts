import { checkTexts } from "../contract/check-texts.ts";
import { checkNumber } from "../contract/check-number.ts";
import { notRecorded } from "../contract/not-recorded.ts";
import type { ErrorCode } from "../contract/errors.ts";
import { isHeld } from "../contract/lease.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import { type Money, totals } from "../contract/money.ts";
import { paymentTotals, type PaymentTotals } from "../contract/payments.ts";
import type { OutcomeStatus } from "../contract/report.ts";
import { atRiskPrices } from "../contract/counted-price.ts";
import { type Account, byAccount, payerOf } from "../contract/payer.ts";
import { recordedPrice, recordedPriced } from "./recorded.ts";
import { type Narrowed, queryOf, type StatusFilter } from "./status-filters.ts";

/**
 * How a recommendation stands in the ledger, in the words of a report: `purchased` whenever it was bought; `in-progress`
 * while a driver holds it; `planned` when no driver has come to it; `unresolved` when it was sent, and no driver has said what
 * became of it; `waiting` while an equal purchase is open, or after a
 * call whose totals did not leave enough; `not-bought` when a person decided that, so that the next drive buys it;
 * and `abandoned` when its driver ended before anything was sent.
 */
export type RecordStatus =
  Exclude<OutcomeStatus, "already-purchased"> | "planned" | "waiting" | "not-bought" | "abandoned";

/** What is shown of the ledger. */
export interface StatusOptions {
  /** Only this execution. */
  readonly executionId?: string | undefined;
  readonly state?: StatusFilter | undefined;
  /** At most so many recommendations, those that somebody worked on last. Default 100, at most 10,000. */
  readonly limit?: number | undefined;
}

/** What the ledger knows. */
export interface LedgerStatus {
  /** By execution, the one that somebody worked on last first; within it in their order. */
  readonly recommendations: readonly { readonly status: RecordStatus; readonly record: TokenRecord }[];
  /** There are more than the limit. */
  readonly more: boolean;
  /**
   * Sums per currency of what is in `recommendations`: what is bought, and what was written ahead or sent and may be
   * bought, whether a driver holds it or not.
   */
  readonly totals: { readonly bought: readonly Money[]; readonly unresolved: readonly Money[] };
  /** How what is bought of it is paid: due now, monthly, over the term; per currency. */
  readonly payments: readonly PaymentTotals[];
  /** The same for each account that pays. */
  readonly accounts: readonly (Account & LedgerStatus["totals"] & Pick<LedgerStatus, "payments">)[];
}

/** What one look shows at most. */
const mostShown = 10_000;

/**
 * What the ledger knows, without asking a provider. Changes nothing. Throws an InvalidExecutionError for an execution that
 * it does not know, a RefusedError `invalid-configuration` for a limit that is none, or a LedgerError.
 */
export async function ledgerStatus(
  ledger: Ledger,
  { executionId, state, limit = 100 }: StatusOptions = {},
): Promise<LedgerStatus> {
  checkTexts({ executionId });
  checkNumber("limit", limit, { minimum: 1, maximum: mostShown });
  const query: Narrowed = state === undefined ? {} : queryOf[state];
  const now = await ledger.now();
  const found =
    executionId === undefined
      ? await ledger.records({ ...query, limit: limit + 1 })
      : (await recordsOf(ledger, executionId)).filter((record) => isMeant(record, query, now));
  // By execution: what was driven together is read together.
  const shown = [...Map.groupBy(found.slice(0, limit), (record) => record.executionId).values()].flatMap((own) =>
    own.toSorted((a, b) => a.recIndex - b.recIndex),
  );
  const recommendations = shown.map((record) => ({ status: statusOf(record, now), record }));
  const accounts = byAccount(shown, ({ recommendation }) => payerOf(recommendation));
  return {
    recommendations,
    more: found.length > limit,
    totals: sumsOf(shown),
    payments: paymentsOf(shown),
    accounts: accounts.map(([account, own]) => ({ ...account, ...sumsOf(own), payments: paymentsOf(own) })),
  };
}

function sumsOf(records: readonly TokenRecord[]): LedgerStatus["totals"] {
  const bought = records.filter(({ state }) => state === "purchased");
  return {
    bought: totals(bought.flatMap((record) => recordedPrice(record) ?? [])),
    unresolved: totals(records.flatMap(atRiskPrices).filter((price) => price !== "unknown")),
  };
}

function paymentsOf(records: readonly TokenRecord[]): readonly PaymentTotals[] {
  return paymentTotals(records.filter(({ state }) => state === "purchased").map(recordedPriced));
}

async function recordsOf(ledger: Ledger, executionId: string): Promise<readonly TokenRecord[]> {
  const records = await ledger.recordsOf(executionId);
  if (records.length > 0) return records;
  throw notRecorded();
}

/** What it waits for, so that the next drive buys it: its lane, or a call whose totals leave enough. */
const waitingFor: ReadonlySet<string> = new Set<ErrorCode>([
  "identical-purchase-open",
  "total-above-limit",
  "total-currency-missing",
]);

function statusOf(record: TokenRecord, now: number): RecordStatus {
  switch (record.state) {
    case "purchased":
    case "refused":
    case "rejected":
    case "planned":
    case "skipped":
    case "written-off":
      return record.state;
    case "claimed":
      if (isHeld(record, now)) return "in-progress";
      if (record.error !== undefined && waitingFor.has(record.error.code)) return "waiting";
      return record.decision?.kind === "not-bought" ? "not-bought" : "abandoned";
    case "submitted":
    case "unknown":
      return isHeld(record, now) ? "in-progress" : "unresolved";
  }
}

function isMeant(record: TokenRecord, { states, held, work }: Narrowed, now: number): boolean {
  const { commitment, parkedAt } = record;
  const done = commitment?.settled === true && commitment.marked;
  const left = parkedAt === undefined ? (done ? undefined : "unfinished") : "parked";
  return (
    (states?.includes(record.state) ?? true) &&
    (held === undefined || held === isHeld(record, now)) &&
    (work === undefined || work === left)
  );
}
