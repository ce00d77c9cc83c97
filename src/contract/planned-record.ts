import { wordsOf } from "./labels.ts";
import type { ExecutionPlace, TokenRecord } from "./ledger.ts";

/** The record of a place that nobody has tried yet, recorded at a time of the ledger's clock (milliseconds since 1970). */
export function plannedRecord(place: ExecutionPlace, now: number): TokenRecord {
  const { token, executionId, recIndex, source, recommendation, fingerprint, scope, boughtElsewhere } = place;
  return {
    token,
    executionId,
    recIndex,
    source,
    recommendation,
    fingerprint,
    scope,
    ...(boughtElsewhere === undefined ? {} : { boughtElsewhere }),
    ...wordsOf(place),
    state: "planned",
    generation: 0,
    attempt: 0,
    epoch: 0,
    createdAt: now,
    updatedAt: now,
  };
}
