// What the provider says about all that was ever sent for a recommendation, for a person who decides about it.
import type { Age } from "../contract/age.ts";
import type { Commitment } from "../contract/commitment.ts";
import { LedgerError, messageOf, RefusedError } from "../contract/errors.ts";
import { lastSent, type Submission } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { match } from "./adopt.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { ask, judge } from "./judge-submission.ts";
import { isOpen } from "./outcome-of-record.ts";
import { withMarks } from "./look-alike.ts";
import type { Listing } from "./read-listing.ts";

/** What the provider says about everything that was sent for a recommendation. */
export type Answer =
  /** Nothing of it bought anything. `others`: attempts under whose handle there is something else. */
  | { readonly kind: "absent"; readonly others: readonly number[] }
  /** It is there. `isGuess`: it only fits. */
  | { readonly kind: "shown"; readonly commitment: Commitment; readonly isGuess: boolean }
  /** Nobody can tell; `candidates` may be it. */
  | { readonly kind: "unclear"; readonly reason: string; readonly candidates: readonly string[] };

/** However young: what fits is named, and nothing is adopted by a person's decision. */
export const anyAge: Age = { atLeast: Infinity, atMost: Infinity };

/** Everything that was sent for a recommendation and may have bought, the last one last. */
export function sentFor(record: TokenRecord): readonly Submission[] {
  const { former = [], submission } = record;
  const isSent = isOpen(record) || record.state === "written-off";
  return submission !== undefined && isSent ? [...former, submission] : former;
}

/**
 * Asks about everything that was sent, and for a listing made now. A look-up that fails or cannot be trusted makes the answer
 * unclear. Throws a RefusedError where several commitments carry the token, or one of which it cannot be told whether it was paid.
 */
export async function askAboutAll(drive: DriveContext, task: Task): Promise<Answer> {
  const { executor, record } = task;
  const { token } = record;
  const others: number[] = [];
  let unclear: (Answer & { readonly kind: "unclear" }) | undefined;
  for (const sent of sentFor(record)) {
    const { resolution } = await ask(drive, task, sent);
    const seen = judge({ resolution, age: anyAge }, sent, executor);
    if (seen.kind === "bought" || seen.kind === "over") {
      const isGuess = resolution.kind === "found" && resolution.by === "guess";
      return { kind: "shown", commitment: seen.commitment, isGuess };
    }
    if (seen.kind === "other") others.push(sent.attempt);
    if (seen.kind === "unclear") {
      unclear ??= { kind: "unclear", reason: seen.reason, candidates: seen.candidates ?? [] };
    }
  }
  const listing = await listingOrReason(drive, task);
  if (typeof listing === "string") return unclear ?? { kind: "unclear", reason: listing, candidates: [] };
  const listed = match(listing, token, record.notThis)?.commitment;
  if (listed !== undefined) return { kind: "shown", commitment: listed, isGuess: false };
  return unclear ?? { kind: "absent", others };
}

/** A listing made now, or why there is none. Throws when it was stopped, or the ledger failed. */
async function listingOrReason(drive: DriveContext, task: Task): Promise<Listing | string> {
  const { executor, record } = task;
  try {
    return await withMarks(drive, task, await drive.lookup.fresh(executor, record.scope, record.token), {
      most: Infinity,
    });
  } catch (error) {
    drive.stop.check();
    if (LedgerError.isInstance(error)) throw error;
    return messageOf(error);
  }
}

/** Throws a RefusedError `still-shown`; `what` is what it therefore cannot be called. */
export function stillShown({ commitment, isGuess }: Answer & { readonly kind: "shown" }, what: string): RefusedError {
  const { id, state } = commitment;
  const message = isGuess
    ? `The provider shows ${id} (${state}), which fits it and is nobody else's, so it cannot be called ${what}. If it is this one, say so (\`--bought ${id}\`); if it is another purchase, say that first (\`--not-this ${id}\`).`
    : `The provider shows ${id} (${state}) for it, so it cannot be called ${what}. To have it recorded as bought, drive again, or say so (\`--bought ${id}\`).`;
  return new RefusedError({ code: "still-shown", message });
}

/** The provider's answer is unclear: what is to be done first. */
export function answerUnclear({ reason, candidates }: Answer & { readonly kind: "unclear" }): RefusedError {
  const todo =
    candidates.length === 0
      ? "Nothing was recorded. Ask again once the provider answers clearly; where it never will, write it off (`--write-off`)."
      : `Nothing was recorded. Say first of ${candidates.join(" and ")} what it is: this one (\`--bought\`), or another purchase (\`--not-this\`).`;
  return new RefusedError({
    code: "answer-unclear",
    message: `The provider's answer is unclear: ${endOf(reason)} ${todo}`,
    retryable: true,
  });
}

function endOf(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Throws a RefusedError `too-early` unless the last thing that was sent is that old (milliseconds); `why` is why that matters. */
export async function checkAge(drive: DriveContext, task: Task, age: number, why: string): Promise<void> {
  const ages: number[] = [];
  for (const sent of sentFor(task.record)) ages.push((await drive.ageOf(task, lastSent(sent))).atLeast);
  const left = age - Math.min(...ages);
  if (left <= 0) return;
  const at = new Date((await drive.ledger.now()) + left).toISOString();
  throw new RefusedError({
    code: "too-early",
    message: `It was sent ${timeText(age - left)} ago, and ${why} ${timeText(age)}. Ask again in ${timeText(left)}, from ${at} on. Nothing was recorded.`,
    retryable: true,
    retryAfter: left,
  });
}

/** `45 seconds`, `5 minutes`, `24 hours`: rounded up, in the largest unit of which it is two or more. */
function timeText(milliseconds: number): string {
  const units = [
    { name: "hour", length: 3_600_000 },
    { name: "minute", length: 60_000 },
    { name: "second", length: 1000 },
  ];
  const unit = units.find(({ length }) => milliseconds >= 2 * length) ?? { name: "second", length: 1000 };
  const count = Math.max(0, Math.ceil(milliseconds / unit.length));
  return `${count} ${unit.name}${count === 1 ? "" : "s"}`;
}
