import { unseenRejection } from "../contract/at-risk.ts";
import type { Commitment } from "../contract/commitment.ts";
import { BuyonceError, RefusedError } from "../contract/errors.ts";
import type { DriveContext, Looker, Looking, Task } from "./drive-context.ts";
import type { Submission } from "../contract/executor.ts";
import { ask, judge } from "./judge-submission.ts";

/** What an earlier submission bought after all; `guessedIn` is its lane where it only fits. */
export interface Late {
  readonly commitment: Commitment;
  readonly guessedIn: string | undefined;
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
    if (late.kind === "bought" || late.kind === "over") {
      const { commitment } = late;
      const isGuess = shown.kind === "found" && shown.by === "guess";
      // It costs what it was sent at.
      const price = commitment.price ?? former.price;
      return { commitment: { ...commitment, price }, guessedIn: isGuess ? former.lane : undefined };
    }
    if (late.kind === "unclear" || late.kind === "other") {
      throw new RefusedError({
        code: "commitment-unclear",
        message: `An earlier submission for this recommendation (attempt ${former.attempt}) may have bought after all: ${late.reason} Nothing was sent.`,
        retryable: true,
      });
    }
  }
  return undefined;
}

/**
 * What the provider shows of a purchase that it refused while nobody could look, where nothing more may be sent: what was bought by
 * it all the same, or `unseen` with the provider's refusal where nobody can look now either. Undefined where it shows nothing, and
 * for every other record.
 */
export async function findRefused(
  drive: Looker,
  task: Looking,
): Promise<
  | { readonly kind: "found"; readonly commitment: Commitment }
  | { readonly kind: "unseen"; readonly error: BuyonceError }
  | undefined
> {
  const { executor, record } = task;
  const last = unseenRejection(record);
  if (last === undefined) return undefined;
  const message = record.error?.message ?? "The provider refused it.";
  const error = new BuyonceError({ code: "purchase-rejected", message, providerCode: record.error?.providerCode });
  try {
    const shown = judge(await ask(drive, task, last), last, executor);
    if (shown.kind === "unclear" || shown.kind === "other") return { kind: "unseen", error };
    if (shown.kind !== "bought" && shown.kind !== "over") return undefined;
    const { commitment } = shown;
    return { kind: "found", commitment: { ...commitment, price: commitment.price ?? last.price } };
  } catch {
    // Stopped, or the ledger failed.
    return { kind: "unseen", error };
  }
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
