import type { EmptyPlace, NewExecution } from "../contract/execution-record.ts";
import { fingerprint } from "../contract/fingerprint.ts";
import type { ExecutionPlace } from "../contract/ledger.ts";
import { type AnyExecution, isSkip } from "../contract/recommendation.ts";
import { deriveIdempotencyToken } from "../contract/token.ts";
import type { ExecutorOf } from "./validate.ts";

/** A validated execution as it is to be recorded. */
export function newExecutionOf(
  { executionId, source, note, recommendations, ...limits }: AnyExecution,
  executorOf: ExecutorOf,
): NewExecution {
  const places: ExecutionPlace[] = [];
  const emptyPlaces: EmptyPlace[] = [];
  for (const [recIndex, place] of recommendations.entries()) {
    if (isSkip(place)) {
      emptyPlaces.push({ recIndex, why: place.skip });
      continue;
    }
    const { note: said, ...recommendation } = place;
    const executor = executorOf(recommendation);
    places.push({
      token: deriveIdempotencyToken(executionId, recIndex),
      executionId,
      recIndex,
      source,
      recommendation,
      fingerprint: fingerprint(executor.canonical?.(recommendation) ?? recommendation),
      scope: executor.scopeOf(recommendation),
      ...(said === undefined ? {} : { note: said }),
    });
  }
  const { maxTotals, notBefore, expiresAt } = limits;
  const times = { notBefore, expiresAt };
  return { executionId, source, note, places, emptyPlaces, approvalRequired: false, maxTotals, ...times };
}
