import { type Age, unknownAge } from "../contract/age.ts";
import type { Commitment } from "../contract/commitment.ts";
import { type BuyonceError, messageOf } from "../contract/errors.ts";
import {
  type HandleKind,
  handleKindOf,
  type Recovery,
  type Resolution,
  type Submission,
} from "../contract/executor.ts";
import type { Listed } from "../contract/listed.ts";
import type { PurchaseAnswer } from "../contract/purchase-answer.ts";
import { maskToken } from "../contract/token.ts";
import { ageOfSubmission } from "./age-of.ts";
import { answerError, throttledFor, unknownError } from "./answer-error.ts";
import { checkPrice } from "./get-quote.ts";
import { compareFound, match } from "./adopt.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { findLate } from "./find-late.ts";
import { ask, bought, judge, judgeProven, lookAtFailed, type Resolved, type Shown } from "./judge-submission.ts";
import { refuseLookAlikes, withMarks } from "./look-alike.ts";
import { overError } from "./outcome.ts";
import type { Listing } from "./read-listing.ts";
import { recordEvidence, recordRefusedResend, writeAheadAgain } from "./record.ts";
import { checkBeforeSend, sendOnce } from "./send.ts";

/** What is known when the search for an answer begins. */
export interface OpenSubmission {
  readonly submission: Submission;
  /** Why it is not known what became of it. */
  readonly reason: string;
  /** The provider's own words and code in its answer to the send, where there were any. */
  readonly said?: string | undefined;
  readonly providerCode?: string | undefined;
  /** Ids in the last answer that are not recorded yet: {@link Submission.evidence}. */
  readonly evidence?: readonly string[] | undefined;
  /** The answer to its last send refused it because too much was asked of the provider; milliseconds that it asks to wait. */
  readonly throttledFor?: number | undefined;
  /** The answer to its only send, where that says that something exists under the handle. */
  readonly exists?: (PurchaseAnswer & { readonly kind: "exists" }) | undefined;
}

/** What reconciling ends with; `rejected`: under the handle there is something else, so that its only send bought nothing. */
export type Reconciled = Resolved | { readonly kind: "rejected"; readonly error: BuyonceError };

/** Milliseconds before each look at the provider: growing, and after the last one the outcome stays unresolved. */
const waits = [0, 1000, 2000, 4000, 8000, 15_000];

/** Empty answers before the same handle is sent again: one proves nothing. */
const answersBeforeResend = 2;

/** How often the same handle is sent again within one drive. */
const maxResends = 2;

/** How often it is looked for, at most, before the same handle is sent again, because the listing has grown old meanwhile. */
const maxLooks = 3;

/** What is known while the search goes on. */
interface Search {
  submission: Submission;
  reason: string;
  said: string | undefined;
  providerCode: string | undefined;
  /** Evidence that is not recorded yet. */
  unrecorded: readonly string[];
  /** What an answer showed, which need not be asked for. */
  shown: Shown | undefined;
  /** How long ago it was last sent at the last look. */
  age: Age;
  /** Empty answers in a row. */
  absent: number;
  resends: number;
  /** {@link OpenSubmission.throttledFor} */
  throttledFor: number | undefined;
}

/**
 * Finds out what became of a submission whose outcome nobody knows. It asks the provider about the handle; sends the
 * same handle again where the provider refuses a second purchase under it; and calls it dead only on proof.
 * Never throws: what cannot be found out is `unresolved`.
 */
export async function reconcileSubmission(drive: DriveContext, task: Task, open: OpenSubmission): Promise<Reconciled> {
  const { recIndex, token } = task.record;
  const { submission, reason, said, providerCode, throttledFor, exists } = open;
  const shown = shownBy(exists?.found);
  const search: Search = {
    submission,
    reason,
    said,
    providerCode,
    unrecorded: [],
    shown,
    age: unknownAge,
    absent: 0,
    resends: 0,
    throttledFor,
  };
  try {
    await noteEvidence(drive, task, search, open.evidence);
    for (const wait of waits) {
      if (wait > 0 && search.shown === undefined) await drive.environment.sleep(wait, drive.stop.signal);
      drive.emit({ type: "reconciling", recIndex, token: maskToken(token), detail: search.reason });
      const seen = await look(drive, task, search, exists);
      if (seen === "unclear") continue;
      if (seen !== "absent") return seen;
      const ended = await afterAbsence(drive, task, search);
      if (ended !== undefined) return ended;
    }
  } catch (error) {
    // The drive was stopped, or a look failed: nothing is known beyond the last reason.
    const note = `(${messageOf(error)})`;
    if (!search.reason.includes(note)) search.reason = `${search.reason} ${note}`;
  }
  return unresolved(search, task.executor.recovery);
}

/** An id in an answer is evidence of a purchase: once it is recorded, no driver sends while nobody has judged it. */
async function noteEvidence(
  drive: DriveContext,
  task: Task,
  search: Search,
  evidence: readonly string[] = [],
): Promise<void> {
  if (evidence.length === 0) return;
  search.unrecorded = [...search.unrecorded, ...evidence];
  search.submission = await recordEvidence(drive, task, search.submission, search.unrecorded);
  search.unrecorded = [];
}

/** One look at what is under the handle, or at what an answer showed of it. */
async function look(
  drive: DriveContext,
  task: Task,
  search: Search,
  exists: OpenSubmission["exists"],
): Promise<Reconciled | "absent" | "unclear"> {
  const { submission } = search;
  const shown = search.shown ?? (await ask(drive, task, submission));
  const seen = judge(shown, submission, task.executor);
  search.shown = undefined;
  search.age = shown.age;
  if (seen.kind === "other" && exists !== undefined && search.resends === 0) {
    return { kind: "rejected", error: takenError(exists, seen.reason) };
  }
  if (seen.kind !== "absent" && seen.kind !== "unclear" && seen.kind !== "other") return seen;
  search.reason = seen.reason;
  if (seen.kind === "absent") return "absent";
  search.absent = 0;
  return "unclear";
}

/** Nothing is under the handle: undefined while that proves nothing, and the search goes on. */
async function afterAbsence(drive: DriveContext, task: Task, search: Search): Promise<Reconciled | undefined> {
  const { recovery } = task.executor;
  switch (recovery.kind) {
    case "absence": {
      // An answer that came too early says nothing: the provider may show a purchase minutes later.
      const counts = search.age.atLeast >= recovery.minimumAge;
      search.absent = counts ? search.absent + 1 : 0;
      return search.absent >= recovery.answers ? proveDead(drive, task, search.submission, search.reason) : undefined;
    }
    case "manual":
      // Nothing proves that it was not bought: that is for a person to say.
      return undefined;
    case "resend":
      search.absent += 1;
      // Nothing may be sent for it, so its absence proves nothing: a person decides.
      if (task.forbidden !== undefined) return undefined;
      if (search.absent < answersBeforeResend || search.resends >= maxResends) return undefined;
      search.resends += 1;
      return resend(drive, task, search, recovery.minimumAge);
  }
}

/** Sends the same handle again, after one more look. Undefined where that tells nothing yet. */
async function resend(
  drive: DriveContext,
  task: Task,
  search: Search,
  minimumAge: number,
): Promise<Reconciled | undefined> {
  await waitAsAsked(drive, task, search);
  const before = await lookBeforeResend(drive, task, search.submission);
  if (before?.kind === "unclear") {
    search.reason = before.reason;
    return undefined;
  }
  if (before !== undefined) return before;
  drive.budget.take(task.record.token, search.submission.price);
  const earlier = search.submission;
  search.submission = await writeAheadAgain(drive, task);
  // An answer may have reached the driver that this one took over from: what it named is judged first.
  if (search.submission.evidence?.length !== earlier.evidence?.length) {
    search.absent = 0;
    return undefined;
  }
  await checkBeforeSend(drive, task);
  const answer = await sendOnce(drive, task, search.submission, { sentBefore: true });
  if (answer.kind === "bought") return afterResend(drive, task, search, answer.commitment);
  search.throttledFor = throttledFor(answer);
  // It was not even tried. The looks, too, have an end.
  if (search.throttledFor !== undefined) search.resends -= 1;
  if (answer.kind === "rejected") search.submission = await recordRefusedResend(drive, task, earlier);
  if (isOver(answer, handleKindOf(task.executor, search.submission))) {
    const { atLeast } = await ageOfSubmission(drive, task, search.submission);
    if (atLeast >= minimumAge) return proveDead(drive, task, search.submission, answer.reason);
  }
  // A refusal of the second send says nothing about the first one.
  search.said = search.reason = answer.reason;
  search.providerCode = answerError(answer).providerCode;
  if (answer.kind === "unknown") await noteEvidence(drive, task, search, answer.evidence);
  // Told that it is there, it is asked for at once.
  if (answer.kind === "exists") search.shown = shownBy(answer.found) ?? (await ask(drive, task, search.submission));
  return undefined;
}

/** Before what it shows is looked at, and before the lease and the deadline are: those grow old. */
async function waitAsAsked({ environment, stop, emit }: DriveContext, { record }: Task, search: Search): Promise<void> {
  const { throttledFor: wait } = search;
  if (wait === undefined) return;
  emit({ type: "waiting-for-provider", recIndex: record.recIndex, token: maskToken(record.token), wait });
  await environment.sleep(wait, stop.signal);
  search.throttledFor = undefined;
}

function shownBy(found: Listed | undefined): Shown | undefined {
  return found && { resolution: { kind: "found", found, by: "proof" }, age: unknownAge };
}

/** Whether a new quote may follow the refusal of a second send, once what was sent is proven dead. */
function isOver(
  answer: PurchaseAnswer,
  handle: HandleKind | undefined,
): answer is PurchaseAnswer & { kind: "rejected" } {
  return answer.kind === "rejected" && (handle === "minted" ? answer.expired : answer.left);
}

/** This send bought nothing: the provider refused it, because something else has its handle. */
function takenError(answer: PurchaseAnswer & { readonly kind: "exists" }, reason: string): BuyonceError {
  const message = `${answer.reason} ${reason} Nothing was bought by this send. Find out who bought that one, and give a new executionId to buy this one.`;
  return answerError({ ...answer, kind: "rejected", reason: message, left: true, expired: false, retryable: false });
}

/**
 * What the answer to a second send shows as bought. That it came to nothing is believed once a look shows it: where none shows
 * anything, either send may have bought what does not show yet.
 */
async function afterResend(
  drive: DriveContext,
  task: Task,
  search: Search,
  commitment: Commitment,
): Promise<Reconciled | undefined> {
  if (commitment.standing !== "failed") return judgeProven(commitment, { resent: true });
  if ((await lookAtFailed(drive, task, search.submission, commitment)) === "failed") return judgeProven(commitment);
  const { id, state } = commitment;
  search.said = search.reason = `The provider answered that it took the purchase and ended it as ${state} (${id}).`;
  search.providerCode = state;
  return undefined;
}

/**
 * Looks again before a further attempt: an engine without this ledger may have bought for the token, or an earlier submission
 * after all. Undefined where nothing is in the way. Throws where a guard stops the send.
 */
async function lookBeforeResend(
  drive: DriveContext,
  task: Task,
  submission: Submission,
): Promise<
  Exclude<Resolved, { readonly kind: "unresolved" }> | Extract<Resolution, { readonly kind: "unclear" }> | undefined
> {
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const age = await ageOfSubmission(drive, task, submission);
    const listing = await drive.lookup.fresh(task.executor, submission.scope, task.record.token);
    const listed = await lookForMarker(drive, task, submission, { age, listing });
    if (listed !== undefined) return listed;
    const late = await findLate(drive, task);
    if (late?.commitment.standing === "ended") throw overError(late.commitment.id, late.commitment.state);
    if (late !== undefined) return bought(late.commitment, { passedBy: true, proves: [late.attempt] });
    // The limit may have been lowered since this was quoted.
    checkPrice(submission.price, task.record.recommendation.maxPrice);
    if (drive.lookup.isOld(listing)) continue;
    await checkBeforeSend(drive, task);
    return undefined;
  }
  return {
    kind: "unclear",
    reason: "Looking whether it was bought took so long that the listing was too old to go by.",
  };
}

/** What a listing made now shows under the token, while nothing is seen under the handle; undefined where it shows nothing. */
async function lookForMarker(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  { age, listing: shown }: { readonly age: Age; readonly listing: Listing },
): Promise<
  Exclude<Resolved, { readonly kind: "unresolved" }> | Extract<Resolution, { readonly kind: "unclear" }> | undefined
> {
  const { executor, record } = task;
  const { token, notThis } = record;
  const listing = await withMarks(drive, task, shown);
  const found = match(listing, token, notThis);
  if (found === undefined) {
    await refuseLookAlikes(drive, task, listing);
    return undefined;
  }
  await compareFound(executor, record, found, drive.stop);
  const { commitment: listed } = found;
  if (listed.standing === "ended") {
    // Bought and over before this was sent: it is never sent again, and what it bought may not show yet.
    const { message: reason } = overError(listed.id, listed.state);
    const isLate = age.atLeast >= executor.recovery.minimumAge;
    return isLate ? proveDead(drive, task, submission, reason) : { kind: "unclear", reason };
  }
  // The listing may only be quicker than the look at the handle was.
  const own = judge(await ask(drive, task, submission), submission, executor);
  return own.kind === "bought" && own.commitment.id === listed.id ? own : bought(listed, { passedBy: true });
}

function durationText(milliseconds: number): string {
  return milliseconds < 60_000 ? `${milliseconds / 1000} seconds` : `${milliseconds / 60_000} minutes`;
}

/** Begins what is recorded, and so what a later drive that learns nothing begins with. */
const notKnown = "The purchase was sent, and it is not known yet whether it was bought:";

function unresolved({ reason, said, providerCode, unrecorded: evidence }: Search, recovery: Recovery): Resolved {
  // What the provider answered to the send stays, whatever later looks showed.
  const story = said === undefined || reason.includes(said) ? reason : `${said} Since then: ${reason}`;
  const patience = durationText(recovery.minimumAge);
  const advice =
    recovery.kind === "manual"
      ? `Drive again: it is adopted where it shows. If nothing shows ${patience} after it was sent, look at the provider and say what you found with \`buyonce resolve\`: it is never bought again by itself.`
      : `Nothing is taken for proof that it was not before ${patience} have passed. Drive again: it is looked up first and not bought blindly.`;
  return {
    kind: "unresolved",
    said,
    evidence,
    error: unknownError({
      message: reason.startsWith(notKnown) ? reason : `${notKnown} ${story} ${advice}`,
      retryAfter: recovery.minimumAge,
      providerCode,
    }),
  };
}

/**
 * The handle is said to be expired, or nothing was seen under it long enough: one more look at it has to agree. What a
 * fresh listing says about the token is asked before the next quote. Throws where it does not agree.
 */
async function proveDead(
  drive: DriveContext,
  task: Task,
  submission: Submission,
  detail: string,
): Promise<Exclude<Resolved, { readonly kind: "unresolved" }>> {
  // Part of the proof, so before anything is recorded: a listing that shows what the ledger knows to be there.
  await drive.lookup.fresh(task.executor, task.record.scope, task.record.token);
  const again = judge(await ask(drive, task, submission), submission, task.executor);
  if (again.kind === "unclear" || again.kind === "other") throw new Error(again.reason);
  return again.kind === "absent" ? { kind: "dead", failed: false, detail } : again;
}
