import { InvalidExecutionError } from "../spec/errors.ts";
import { isHeld } from "../spec/lease.ts";
import type { Ledger, RecordsQuery, TokenRecord } from "../spec/ledger.ts";
import { type Money, totals } from "../spec/money.ts";
import type { OutcomeStatus } from "../spec/report.ts";

/**
 * How a recommendation stands in the ledger, in the words of a report: `purchased` whenever it was bought; `in-progress`
 * while a driver holds it; `unresolved` when it was sent, and no driver has said what became of it; and `abandoned` when
 * its driver ended before anything was sent.
 */
export type RecordStatus = Exclude<OutcomeStatus, "already-purchased"> | "abandoned";

type Narrowed = Omit<RecordsQuery, "limit">;

/**
 * What may be asked for: a status, a part of one (`pending`: bought, not yet settled or not marked; `parked`: unresolved
 * beyond the provider's time limit, so that it waits for a person), or a state of the ledger.
 */
const filters = {
  purchased: { states: ["purchased"] },
  "already-purchased": { states: ["purchased"] },
  pending: { states: ["purchased"], work: "unfinished" },
  "in-progress": { states: ["claimed", "submitted", "unknown"], held: true },
  unresolved: { states: ["submitted", "unknown"], held: false },
  parked: { states: ["unknown"], work: "parked" },
  abandoned: { states: ["claimed"], held: false },
  refused: { states: ["refused"] },
  rejected: { states: ["rejected"] },
  claimed: { states: ["claimed"] },
  submitted: { states: ["submitted"] },
  unknown: { states: ["unknown"] },
} as const satisfies Readonly<Record<string, Narrowed>>;

/** One of the words that {@link ledgerStatus} filters by. */
export type StatusFilter = keyof typeof filters;

/** All words that {@link ledgerStatus} filters by. */
export const statusFilters = Object.keys(filters) as readonly StatusFilter[];

/** What is shown of the ledger. */
export interface StatusOptions {
  /** Only this execution. */
  readonly executionId?: string | undefined;
  readonly state?: StatusFilter | undefined;
  /** At most so many recommendations, those that somebody worked on last. Default 100. */
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
}

/**
 * What the ledger knows, without asking a provider. Changes nothing. Throws an InvalidExecutionError for an execution that
 * it does not know, or a LedgerError.
 */
export async function ledgerStatus(
  ledger: Ledger,
  { executionId, state, limit = 100 }: StatusOptions = {},
): Promise<LedgerStatus> {
  const query: Narrowed = state === undefined ? {} : filters[state];
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
  const sum = (keep: (record: TokenRecord) => boolean) =>
    totals(shown.flatMap((record) => (keep(record) ? (recordedPrice(record) ?? []) : [])));
  return {
    recommendations,
    more: found.length > limit,
    totals: { bought: sum(({ state }) => state === "purchased"), unresolved: sum(mayBeBought) },
  };
}

/** What it cost, or at what price it was sent. */
export function recordedPrice({ commitment, submission }: TokenRecord): Money | undefined {
  return commitment?.price ?? submission?.price;
}

/** Written ahead or sent, and not known to be bought or not. */
export function mayBeBought({ state }: TokenRecord): boolean {
  return state === "submitted" || state === "unknown";
}

async function recordsOf(ledger: Ledger, executionId: string): Promise<readonly TokenRecord[]> {
  const records = await ledger.execution(executionId);
  if (records.length > 0) return records;
  throw new InvalidExecutionError([{ path: "executionId", message: "is not in the ledger" }]);
}

function statusOf(record: TokenRecord, now: number): RecordStatus {
  switch (record.state) {
    case "purchased":
    case "refused":
    case "rejected":
      return record.state;
    case "claimed":
      return isHeld(record, now) ? "in-progress" : "abandoned";
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
