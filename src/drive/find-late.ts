import { unprovenOf } from "../contract/at-risk.ts";
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { BuyonceError, RefusedError } from "../contract/errors.ts";
import type { DriveContext, Looker, Looking, Task } from "./drive-context.ts";
import type { ServiceExecutor, Submission } from "../contract/executor.ts";
import { pricedAs } from "../contract/payments.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { ask, judge, type Shown } from "./judge-submission.ts";

/** What an earlier submission bought after all; `guessedIn` is its lane where it only fits. */
export interface Late {
  readonly commitment: Commitment;
  readonly guessedIn: string | undefined;
  /** Its attempt. */
  readonly attempt: number;
}

/**
 * What an earlier submission bought after all, live or over, though it was proven dead: such a purchase shows late. Asked just
 * before a further one is sent. Throws a RefusedError `commitment-unclear` where that cannot be told.
 */
export async function findLate(drive: Looker, task: Looking): Promise<Late | undefined> {
  for (const former of task.record.former ?? []) {
    const answer = await ask(drive, task, former);
    const shown = answer.resolution;
    // One that only fits and is not live is nothing that was bought too many.
    if (shown.kind === "found" && shown.by === "guess" && shown.found.commitment.standing !== "live") continue;
    if (former.knownUnclear && shown.kind === "unclear" && !shown.candidates?.length) continue;
    const late = judge(answer, former, task.executor);
    if (former.knownUnclear && late.kind === "other") continue;
    if (late.kind === "bought" || late.kind === "over") return lateOf(former, answer, late.commitment);
    if (late.kind === "unclear" || late.kind === "other") {
      throw new RefusedError({
        code: "commitment-unclear",
        message: `An earlier submission for this recommendation (attempt ${former.attempt}) may have bought after all: ${late.reason} Nothing was sent.`,
        retryable: true,
      });
    }
    await noteProof(drive, task, former, answer);
  }
  return undefined;
}

function lateOf({ price, payments, lane, attempt }: Submission, { resolution }: Shown, commitment: Commitment): Late {
  const isGuess = resolution.kind === "found" && resolution.by === "guess";
  // It costs what it was sent at.
  return {
    commitment: { ...commitment, ...pricedAs(commitment, { price, payments }) },
    guessedIn: isGuess ? lane : undefined,
    attempt,
  };
}

/**
 * Whether a look that shows nothing proves that an earlier submission which may have bought did not: after a refusal at once, after
 * an unknown outcome once everything is shown.
 */
function isProof({ knownUnclear }: Submission, { age }: Shown, { recovery }: ServiceExecutor): boolean {
  return knownUnclear === true || age.atLeast >= recovery.minimumAge;
}

/** It shows nothing: where that is proof, it counts as may be bought no more. Without a claim nothing is written. */
async function noteProof(
  drive: Looker,
  { executor, record, claim }: Looking,
  former: Submission,
  answer: Shown,
): Promise<boolean> {
  const isProven = isProof(former, answer, executor);
  if (claim !== undefined && isProven && unprovenOf(record).includes(former)) {
    await drive.ledger.proven(claim, [former.attempt], `attempt ${former.attempt}: a look shows nothing of it`);
  }
  return isProven;
}

/**
 * What earlier submissions bought that may have: refused by the provider while nobody could look, or passed by. For what nothing more
 * is sent for now. `unseen`, with an error that says so, where nobody can tell now either; undefined where nothing shows.
 */
export async function findUnproven(
  drive: Looker,
  task: Looking,
): Promise<
  (Late & { readonly kind: "found" }) | { readonly kind: "unseen"; readonly error: BuyonceError } | undefined
> {
  const { executor, record } = task;
  let isSeen = true;
  try {
    for (const former of unprovenOf(record)) {
      const answer = await ask(drive, task, former);
      const shown = judge(answer, former, executor);
      if (shown.kind === "bought" || shown.kind === "over") {
        return { kind: "found", ...lateOf(former, answer, shown.commitment) };
      }
      const isNothing = shown.kind === "absent" || shown.kind === "dead";
      isSeen = isNothing && (await noteProof(drive, task, former, answer)) && isSeen;
    }
  } catch {
    // Stopped, or the ledger failed.
    isSeen = false;
  }
  return isSeen ? undefined : { kind: "unseen", error: unseenError(record) };
}

function unseenError({ error }: TokenRecord): BuyonceError {
  const said = error?.code === "purchase-rejected" ? error : undefined;
  const message = said?.message ?? "The provider refused it, and nobody could look since whether that is so.";
  return new BuyonceError({ code: "purchase-rejected", message, providerCode: said?.providerCode });
}

/**
 * The attempts of earlier submissions that may have bought, of which a look shows now that they bought this commitment, or nothing.
 * Where a look fails, it says nothing of the rest.
 */
export async function provenBeside(drive: Looker, task: Looking, own: Commitment): Promise<readonly number[]> {
  const proven: number[] = [];
  try {
    for (const former of unprovenOf(task.record)) {
      const answer = await ask(drive, task, former);
      if (isSettledBy(answer, former, task.executor, idsOf(own))) proven.push(former.attempt);
    }
  } catch {
    // Stopped, or the ledger failed.
  }
  return proven;
}

function isSettledBy(answer: Shown, former: Submission, executor: ServiceExecutor, own: readonly string[]): boolean {
  const { resolution } = answer;
  if (resolution.kind === "found" && idsOf(resolution.found.commitment).some((id) => own.includes(id))) return true;
  const { kind } = judge(answer, former, executor);
  return (kind === "absent" || kind === "dead") && isProof(former, answer, executor);
}

/**
 * Live commitments of earlier submissions beside what is recorded as bought, `own` as it is now, `others` aside: a purchase too
 * many, or the only one left. For a person: what is named here changes nothing by itself, and what counts for another
 * recommendation is not named.
 */
export async function namedTwice(
  drive: DriveContext,
  task: Task,
  own: Commitment,
  others: ReadonlySet<string>,
): Promise<readonly string[]> {
  const warnings = new Map<string, string>();
  for (const former of task.record.former ?? []) {
    // The later purchase fits it as well, and would hide it.
    const answer = await ask(drive, task, former, others);
    const { resolution: shown } = answer;
    const isOpen = unprovenOf(task.record).includes(former);
    if (isOpen && isSettledBy(answer, former, task.executor, idsOf(own))) {
      const detail = `attempt ${former.attempt}: a look shows nothing of it beside ${own.id}`;
      await drive.ledger.proven(task.claim, [former.attempt], detail);
    }
    if (shown.kind !== "found") continue;
    const { id, standing } = shown.found.commitment;
    if (standing !== "live" || others.has(id)) continue;
    if ((await drive.ledger.ownedByOthers(former.scope.key, task.record.token)).has(id)) continue;
    const late = judge(answer, former, task.executor);
    warnings.set(id, late.kind === "other" ? otherText(late.reason, former) : lateText(id, shown.by, own));
  }
  return [...warnings.values()];
}

function otherText(reason: string, { attempt }: Submission): string {
  return `Under the handle of an earlier send for this recommendation (attempt ${attempt}) there is something else: ${reason} Look at it before you give anything back.`;
}

function lateText(id: string, by: "proof" | "guess", own: Commitment): string {
  const from = `${by === "guess" ? "may come from" : "comes from"} an earlier send for this recommendation`;
  if (own.standing === "live") {
    return `${id} is live too and ${from}: it may be a purchase too many. Compare the two.`;
  }
  return `${id} is live and ${from}, while what is recorded as bought, ${own.id}, is ${own.state}: it may be the only one left. Compare the two.`;
}
