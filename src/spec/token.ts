import { createHash } from "node:crypto";
import { textProblem } from "./text-problem.ts";

/**
 * The idempotency token of one recommendation: 64 lowercase hex characters, the SHA-256 of `executionId:recIndex`.
 *
 * `recIndex` is the position in the execution's full list, never in a filtered one, and the execution id is taken as
 * given: its letter case matters. The Go engine that began some executions derives the same token.
 * Throws a RangeError for an execution id that an execution cannot have (`textProblem` says which: two texts that look the
 * same, or whose damage looks the same in UTF-8, must not be two ids), and for an index that is not a whole number from 0.
 */
export function deriveIdempotencyToken(executionId: string, recIndex: number): string {
  const problem = textProblem(executionId);
  if (problem !== undefined) throw new RangeError(`executionId ${problem}.`);
  if (!Number.isSafeInteger(recIndex) || recIndex < 0) {
    throw new RangeError(`recIndex must be a whole number from 0, not ${recIndex}.`);
  }
  return createHash("sha256").update(`${executionId}:${recIndex}`).digest("hex");
}

/** For logs and messages: the first 8 characters of a token; shorter texts are hidden wholly. */
export function maskToken(token: string): string {
  return token.length > 16 ? `${token.slice(0, 8)}…` : "…";
}
