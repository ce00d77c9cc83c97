import type { RecordsQuery } from "../contract/ledger.ts";

/** What is asked of the ledger, without a limit. */
export type Narrowed = Omit<RecordsQuery, "limit">;

/**
 * What may be asked for: a status, a part of one (`pending`: bought, not yet settled or not marked; `parked`: unresolved
 * beyond the provider's time limit, so that it waits for a person), or a state of the ledger.
 */
export const queryOf = {
  purchased: { states: ["purchased"] },
  "already-purchased": { states: ["purchased"] },
  pending: { states: ["purchased"], work: "unfinished" },
  "in-progress": { states: ["claimed", "submitted", "unknown"], held: true },
  unresolved: { states: ["submitted", "unknown"], held: false },
  parked: { states: ["unknown"], work: "parked" },
  planned: { states: ["planned"] },
  skipped: { states: ["skipped"] },
  abandoned: { states: ["claimed"], held: false },
  refused: { states: ["refused"] },
  rejected: { states: ["rejected"] },
  "written-off": { states: ["written-off"] },
  claimed: { states: ["claimed"] },
  submitted: { states: ["submitted"] },
  unknown: { states: ["unknown"] },
} as const satisfies Readonly<Record<string, Narrowed>>;

/** One of the words that `ledgerStatus` filters by. */
export type StatusFilter = keyof typeof queryOf;

/** All words that `ledgerStatus` filters by. */
export const statusFilters = Object.keys(queryOf) as readonly StatusFilter[];
