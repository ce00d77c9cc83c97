import { hash } from "node:crypto";
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
  return hash("sha256", `${executionId}:${recIndex}`);
}

/**
 * What a marker that has no room for a token holds of it, and a name in an address, where the token must not stand: 32
 * lowercase hex characters, 128 bits of the SHA-256 of the token in lower case.
 */
export function tokenDigest(token: string): string {
  return hash("sha256", plainToken(token)).slice(0, 32);
}

/** A token as it is compared: services store it in another letter case, or with blanks around it. */
export function plainToken(token: string): string {
  return token.trim().toLowerCase();
}

/** A token, or a part of one, that something carries: as {@link plainToken}, its first characters, or its {@link tokenDigest}. */
export interface TokenMark {
  readonly text: string;
  /** There was room for a whole token: one that differs is another one's. */
  readonly whole: boolean;
}

/** Shorter texts say nothing: cut, or overwritten by somebody's rule for tags. */
const shortestPart = 32;

/**
 * Whether what carries these marks was bought for the token. A whole one decides; parts count where there is none, and only if
 * all of them agree.
 */
export function carriesToken(marks: readonly TokenMark[], token: string): boolean {
  const plain = plainToken(token);
  if (marks.some(({ text }) => text === plain)) return true;
  // Beside a token that is shorter itself, what is as long as it is another one.
  const said = marks.filter(({ text }) => text.length >= Math.min(plain.length, shortestPart));
  if (said.length === 0 || said.some(({ whole }) => whole)) return false;
  const digest = tokenDigest(token);
  return said.every(({ text }) => text === digest || plain.startsWith(text));
}

/** Whether what carries these marks was bought for another token: a whole one says so, and a part does not. */
export function carriesAnotherToken(marks: readonly TokenMark[], token: string): boolean {
  return !carriesToken(marks, token) && marks.some(({ text, whole }) => whole && text.length >= shortestPart);
}

/** Whether these marks name another token, in part or whole, and not this one: enough for a person to look twice. */
export function saysAnotherToken(marks: readonly TokenMark[], token: string): boolean {
  return !carriesToken(marks, token) && marks.some(({ text }) => text.length >= shortestPart);
}

/** What of a token, or of its beginning, is compared: equal for a token and for what a marker holds of it. */
export function tokenKey(token: string): string {
  return token.slice(0, shortestPart).toLowerCase();
}

/** For logs and messages: the first 8 characters of a token; shorter texts are hidden wholly. */
export function maskToken(token: string): string {
  return token.length > 16 ? `${token.slice(0, 8)}…` : "…";
}
