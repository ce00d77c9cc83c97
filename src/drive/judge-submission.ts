// What the provider shows about one submission, and what that proves.
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { messageOf, type PurchaseOutcomeUnknownError } from "../contract/errors.ts";
import type { Recovery, Resolution, Submission } from "../contract/executor.ts";
import type { DeathProof } from "../contract/ledger.ts";
import type { DriveContext, Task } from "./drive-context.ts";

/** What is known about a submission in the end. */
export type Resolved =
  /**
   * `resent` says that it was this drive's second send of the handle that bought it; `passedBy` that it came from elsewhere,
   * and that nobody knows what became of the submission.
   */
  | { readonly kind: "bought"; readonly commitment: Commitment; readonly resent: boolean; readonly passedBy: boolean }
  /** Bought under its handle, and over. */
  | { readonly kind: "over"; readonly commitment: Commitment }
  /** Proven to have bought nothing; `failed` when its handle was used up by a purchase that came to nothing. */
  | ({ readonly kind: "dead" } & DeathProof)
  | {
      readonly kind: "unresolved";
      readonly error: PurchaseOutcomeUnknownError;
      readonly said?: string | undefined;
      /** Ids in answers that could not be recorded. */
      readonly evidence: readonly string[];
    };

/**
 * What the provider shows under a submission's handle, `others` aside; of one that came to nothing, what its commitments
 * are now. Throws only when the drive was stopped, or the ledger's error.
 */
export async function ask(
  drive: DriveContext,
  { executor, record }: Task,
  submission: Submission,
  others: Iterable<string> = [],
): Promise<Resolution> {
  const excluded = (record.former ?? []).flatMap(({ failedAs = [], notThis = [] }) => [...failedAs, ...notThis]);
  const byOthers = await drive.ledger.ownedByOthers(submission.scope.key, record.token);
  const owned = new Set([...byOthers, ...excluded, ...others]);
  try {
    for (const id of submission.failedAs ?? []) {
      const commitment = await executor.read(submission.scope, id, drive.stop);
      // It was failed before it ended, so nothing is left of it that could be one too many.
      const isNothing = commitment === undefined || ["failed", "ended"].includes(commitment.standing);
      if (!isNothing) return { kind: "found", commitment };
    }
    if (submission.failedAs !== undefined) return { kind: "absent", reason: "What it bought came to nothing." };
    return await executor.resolve(submission, { signal: drive.stop.signal, owned });
  } catch (error) {
    drive.stop.check();
    return { kind: "unclear", reason: messageOf(error) };
  }
}

type Unfound = Exclude<Resolution, { readonly kind: "found" }>;

/**
 * What an answer about a submission proves. A guess only fits: what other buyers bought may look the same until everything
 * is shown, so it counts from the minimum age on, and only if it is live.
 */
export function judge(
  resolution: Resolution,
  age: number,
  { minimumAge }: Recovery,
): Unfound | Exclude<Resolved, { readonly kind: "unresolved" }> {
  if (resolution.kind !== "found") return resolution;
  const { commitment, by } = resolution;
  if (by !== "guess") return judgeProven(commitment);
  const { id, state, standing } = commitment;
  if (standing !== "live") {
    return {
      kind: "unclear",
      reason: `${id} fits and is ${state}, but whose it is cannot be told: it proves nothing.`,
    };
  }
  if (age >= minimumAge) return bought(commitment);
  const seconds = Math.ceil((minimumAge - age) / 1000);
  return {
    kind: "unclear",
    reason: `${id} fits, but one that somebody else bought would too: it is taken for this one if it is still the only one in ${seconds} seconds.`,
  };
}

/** What a commitment proves that was bought under the submission's own handle. */
export function judgeProven(
  commitment: Commitment,
  how: { readonly resent?: boolean } = {},
): Exclude<Resolved, { readonly kind: "unresolved" }> {
  if (commitment.standing === "failed") {
    const { id, state } = commitment;
    return { kind: "dead", failed: true, failedAs: idsOf(commitment), detail: `${id} is ${state}: nothing was bought` };
  }
  return commitment.standing === "ended" ? { kind: "over", commitment } : bought(commitment, how);
}

/** It is bought, and how that came about. */
export function bought(commitment: Commitment, how: { readonly resent?: boolean; readonly passedBy?: boolean } = {}) {
  return { kind: "bought", commitment, resent: false, passedBy: false, ...how } as const;
}
