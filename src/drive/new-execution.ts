import type { EmptyPlace, NewExecution } from "../contract/execution-record.ts";
import { fingerprint } from "../contract/fingerprint.ts";
import type { ExecutionPlace } from "../contract/ledger.ts";
import { type Execution, isSkip } from "../contract/recommendation.ts";
import { deriveIdempotencyToken } from "../contract/token.ts";
import type { ExecutorOf } from "./validate.ts";

/** A validated execution as it is to be recorded. */
export function newExecutionOf(
  { executionId, source, recommendations, ...limits }: Execution,
  executorOf: ExecutorOf,
): NewExecution {
  const places: ExecutionPlace[] = [];
  const emptyPlaces: EmptyPlace[] = [];
  for (const [recIndex, recommendation] of recommendations.entries()) {
    if (isSkip(recommendation)) {
      emptyPlaces.push({ recIndex, why: recommendation.skip });
      continue;
    }
    const executor = executorOf(recommendation);
    places.push({
      token: deriveIdempotencyToken(executionId, recIndex),
      executionId,
      recIndex,
      source,
      recommendation,
      fingerprint: fingerprint(executor.canonical?.(recommendation) ?? recommendation),
      scope: executor.scopeOf(recommendation),
    });
  }
  const { maxTotals, notBefore, expiresAt } = limits;
  return { executionId, source, places, emptyPlaces, approvalRequired: false, maxTotals, notBefore, expiresAt };
}
