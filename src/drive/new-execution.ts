import type { EmptyPlace, NewExecution } from "../contract/execution-record.ts";
import { fingerprint } from "../contract/fingerprint.ts";
import { wordsOf } from "../contract/labels.ts";
import type { ExecutionPlace } from "../contract/ledger.ts";
import { type AnyExecution, type ExecutionLimits, isSkip } from "../contract/recommendation.ts";
import { deriveIdempotencyToken } from "../contract/token.ts";
import { withoutTwins } from "./find-twins.ts";
import type { ExecutorOf } from "./validate.ts";

/** The limits alone. */
function limitsOf({ maxTotals, notBefore, expiresAt, forbidTwinsWithin }: ExecutionLimits): ExecutionLimits {
  return { maxTotals, notBefore, expiresAt, forbidTwinsWithin };
}

/** A validated execution as it is to be recorded. Throws as {@link withoutTwins}. */
export function newExecutionOf(
  { executionId, source, note, labels, recommendations, ...limits }: AnyExecution,
  executorOf: ExecutorOf,
): NewExecution {
  const places: ExecutionPlace[] = [];
  const emptyPlaces: EmptyPlace[] = [];
  for (const [recIndex, place] of recommendations.entries()) {
    if (isSkip(place)) {
      emptyPlaces.push({ recIndex, why: place.skip });
      continue;
    }
    const { note: said, labels: own, ...recommendation } = place;
    const executor = executorOf(recommendation);
    places.push({
      token: deriveIdempotencyToken(executionId, recIndex),
      executionId,
      recIndex,
      source,
      recommendation,
      fingerprint: fingerprint(executor.canonical?.(recommendation) ?? recommendation),
      scope: executor.scopeOf(recommendation),
      ...wordsOf({ note: said, labels: own }),
    });
  }
  return withoutTwins({
    executionId,
    source,
    ...wordsOf({ note, labels }),
    places,
    emptyPlaces,
    approvalRequired: false,
    ...limitsOf(limits),
  });
}
