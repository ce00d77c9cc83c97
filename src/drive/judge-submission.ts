// What the provider shows about one submission, and what that proves.
import type { Age } from "../contract/age.ts";
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { type BuyonceError, messageOf } from "../contract/errors.ts";
import {
  type CallOptions,
  handleKindOf,
  type Resolution,
  type ServiceExecutor,
  type Submission,
} from "../contract/executor.ts";
import type { DeathProof, TokenRecord } from "../contract/ledger.ts";
import type { Listed } from "../contract/listed.ts";
import { carriesAnotherToken } from "../contract/token.ts";
import { ageOfSubmission } from "./age-of.ts";
import { listDifferences, notStated, statedDifferences } from "./compare-facts.ts";
import { doubtBesideWrittenOff } from "./beside-written-off.ts";
import type { Looker, Looking } from "./drive-context.ts";

/** What is known about a submission in the end. */
export type Resolved =
  /**
   * `resent` says that it was this drive's second send of the handle that bought it; `passedBy` that it came from elsewhere,
   * and that nobody knows what became of the submission.
   */
  | {
      readonly kind: "bought";
      readonly commitment: Commitment;
      readonly resent: boolean;
      readonly passedBy: boolean;
      /** The attempt that bought it, where that is an earlier one. */
      readonly proves?: readonly number[];
    }
  /** Bought under its handle, and over. */
  | { readonly kind: "over"; readonly commitment: Commitment }
  /** Proven to have bought nothing; `failed` when its handle was used up by a purchase that came to nothing. */
  | ({ readonly kind: "dead" } & DeathProof)
  | {
      readonly kind: "unresolved";
      readonly error: BuyonceError;
      readonly said?: string | undefined;
      /** Ids in answers that could not be recorded. */
      readonly evidence: readonly string[];
    };

/** What an executor answered about a submission, and how long ago that was last sent when it was asked. */
export interface Shown {
  readonly resolution: Resolution;
  readonly age: Age;
}

/**
 * What the provider shows under a submission's handle, `others` aside, and what a person said is not it; of one that came to
 * nothing, what its commitments are now. Throws only when the drive was stopped, or the ledger's error.
 */
export async function ask(
  drive: Looker,
  task: Looking,
  submission: Submission,
  others: Iterable<string> = [],
): Promise<Shown> {
  // Before the look: what it shows is not newer.
  const age = await ageOfSubmission(drive, task, submission);
  return { resolution: await resolve(drive, task, submission, age, others), age };
}

async function resolve(
  drive: Looker,
  { executor, record }: Looking,
  submission: Submission,
  age: Age,
  others: Iterable<string>,
): Promise<Resolution> {
  const notThis = new Set(saidNotThis(record, submission));
  const failed = [...(record.former ?? []), submission].flatMap(({ failedAs = [] }) => failedAs);
  const byOthers = await drive.ledger.ownedByOthers(submission.scope.key, record.token);
  const owned = new Set([...byOthers, ...failed, ...notThis, ...others]);
  let resolution: Resolution;
  try {
    for (const id of submission.failedAs ?? []) {
      const found = await executor.inventory.read(submission.scope, id, drive.stop);
      // It was failed before it ended, so nothing is left of it that could be one too many.
      const isNothing = found === undefined || ["failed", "ended"].includes(found.commitment.standing);
      if (!isNothing) return { kind: "found", found, by: "proof" };
    }
    if (submission.failedAs !== undefined) return { kind: "absent", reason: "What it bought came to nothing." };
    const evidence = submission.evidence?.filter((id) => !notThis.has(id));
    const asked = { ...submission, ...(evidence ? { evidence } : {}) };
    resolution = await findUnderHandle(executor, asked, { signal: drive.stop.signal, owned, age });
  } catch (error) {
    drive.stop.check();
    return { kind: "unclear", reason: messageOf(error) };
  }
  return doubtBesideWrittenOff(drive, executor, submission, withoutSaid(resolution, notThis));
}

/** Ids that a person said are not what this submission bought. */
function saidNotThis({ notThis = [], former = [] }: TokenRecord, submission: Submission): readonly string[] {
  return [...notThis, ...[...former, submission].flatMap(({ notThis: earlier = [] }) => earlier)];
}

/** What a person said is not it is not found, unless it is live: then its handle says more. */
function withoutSaid(resolution: Resolution, notThis: ReadonlySet<string>): Resolution {
  if (resolution.kind !== "found" || resolution.found.commitment.standing === "live") return resolution;
  const { commitment } = resolution.found;
  if (!idsOf(commitment).every((id) => notThis.has(id))) return resolution;
  return { kind: "absent", reason: `Nothing but ${commitment.id}, which a person said is another purchase.` };
}

/**
 * What the executor finds under a submission's handle. What only fits, and not in everything that was asked for, is not found:
 * it is one of those that may be it. Throws whatever the executor throws.
 */
export async function findUnderHandle(
  executor: ServiceExecutor,
  submission: Submission,
  options: CallOptions & { readonly owned: ReadonlySet<string>; readonly age: Age },
): Promise<Resolution> {
  const resolution = await executor.resolve(submission, options);
  if (resolution.kind !== "found" || resolution.by === "proof") return resolution;
  const { commitment, facts } = resolution.found;
  const { id } = commitment;
  const asked = executor.factsOf(submission.recommendation);
  const missing = notStated({ ...asked.ifStated, ...asked.decisive }, facts);
  const differences = statedDifferences(asked, facts);
  const unclear = (reason: string) => ({ kind: "unclear", reason, candidates: idsOf(commitment) }) as const;
  if (differences.length > 0) return unclear(`${id} is new, and fits only in part (${listDifferences(differences)}).`);
  if (missing.length > 0)
    return unclear(`${id} is new, and does not say all that was asked for (${missing.join(", ")}).`);
  return resolution;
}

/** What no answer about a submission proves. */
export type Unproven =
  | Exclude<Resolution, { readonly kind: "found" }>
  /** Under its handle there is something else than was asked for. */
  | { readonly kind: "other"; readonly reason: string };

/** What an answer of {@link ask} proves about a submission. */
export function judge(
  { resolution, age }: Shown,
  submission: Submission,
  executor: ServiceExecutor,
): Unproven | Exclude<Resolved, { readonly kind: "unresolved" }> {
  if (resolution.kind !== "found") return resolution;
  return resolution.by === "proof"
    ? judgeProof(resolution.found, submission, executor)
    : judgeGuess(resolution.found.commitment, age.atLeast, executor.recovery.minimumAge);
}

/**
 * It carries the handle, or the token: it is ours unless it says that it is another's, or something else. A minted handle is
 * nobody else's.
 */
function judgeProof({ commitment, marks, facts }: Listed, submission: Submission, executor: ServiceExecutor) {
  const { recommendation, token } = submission;
  const isMinted = handleKindOf(executor, submission) === "minted";
  if (!isMinted && carriesAnotherToken(marks, token)) {
    const reason = `${commitment.id} is there, but carries another recommendation's token.`;
    return { kind: "other", reason } as const;
  }
  const differences = isMinted ? [] : statedDifferences(executor.factsOf(recommendation), facts);
  if (differences.length > 0) {
    const reason = `${commitment.id} is there, but is not what was asked for (${listDifferences(differences)}).`;
    return { kind: "other", reason } as const;
  }
  if (commitment.standing !== "unclear") return judgeProven(commitment);
  const { id, state } = commitment;
  const reason = `${id} is ${state}: it cannot be told whether it was paid. Look at it at the provider.`;
  return { kind: "unclear", reason } as const;
}

/**
 * A guess only fits: what other buyers bought may look the same until everything is shown, so it counts from the minimum age on,
 * and only if it is live.
 */
function judgeGuess(commitment: Commitment, age: number, minimumAge: number) {
  const { id, state, standing } = commitment;
  const unclear = (reason: string) => ({ kind: "unclear", reason, candidates: idsOf(commitment) }) as const;
  if (standing !== "live") {
    return unclear(`${id} fits and is ${state}, but whose it is cannot be told: it proves nothing.`);
  }
  if (age >= minimumAge) return bought(commitment);
  const seconds = Math.ceil((minimumAge - age) / 1000);
  return unclear(
    `${id} fits, but one that somebody else bought would too: it is taken for this one if it is still the only one in ${seconds} seconds.`,
  );
}

/**
 * What is there of something that an answer calls failed, by a look at the handle, or where there is none at its id. What it shows
 * as anything else, or cannot tell, may be bought.
 */
export async function lookAtFailed(
  drive: Looker,
  task: Looking,
  submission: Submission,
  { id }: Commitment,
): Promise<"failed" | "absent" | "maybe-bought"> {
  const { executor } = task;
  try {
    if (executor.recovery.kind !== "resend") {
      const shown = await executor.inventory.read(submission.scope, id, drive.stop);
      if (shown === undefined) return "absent";
      return shown.commitment.standing === "failed" ? "failed" : "maybe-bought";
    }
    const shown = judge(await ask(drive, task, submission), submission, executor);
    return shown.kind === "dead" ? "failed" : shown.kind === "absent" ? "absent" : "maybe-bought";
  } catch {
    // Stopped, or the look failed.
    return "maybe-bought";
  }
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
export function bought(
  commitment: Commitment,
  how: { readonly resent?: boolean; readonly passedBy?: boolean; readonly proves?: readonly number[] } = {},
) {
  return { kind: "bought", commitment, resent: false, passedBy: false, ...how } as const;
}
