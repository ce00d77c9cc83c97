import { describe, test } from "vitest";

/** `npm run proof` runs the tests that ask this a second time. */
export const isProof = process.env["BUYONCE_PROOF_OF_EACH"] === "1";

/**
 * What is tried in the same way, once for each: all of it in `npm run proof`; in `npm test` only what stands for the others,
 * because the same code does it, or because it is the edge. A position counts from 0.
 */
export function standingForAll<T>(all: readonly T[], stands: (one: T, position: number) => boolean): readonly T[] {
  return isProof ? all : all.filter(stands);
}

/** Declares tests of which others stand for all: they run in `npm run proof` only. */
export function proofDescribe(name: string, declare: () => void): void {
  if (isProof) describe(name, declare);
}

/** Declares a test of what another one beside it stands for: it runs in `npm run proof` only. */
export function proofTest(name: string, run: () => Promise<void> | void): void {
  if (isProof) test(name, run);
}
