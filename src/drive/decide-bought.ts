import { type Commitment, idsOf } from "../contract/commitment.ts";
import type { DecidedBy, SeenTerms } from "../contract/decision.ts";
import { BuyonceError, type ErrorCode, RefusedError } from "../contract/errors.ts";
import type { Resolution, Submission } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Listed } from "../contract/listed.ts";
import { pricedAs } from "../contract/payments.ts";
import type { Outcome } from "../contract/report.ts";
import { carriesToken, saysAnotherToken } from "../contract/token.ts";
import { compareFound, match } from "./adopt.ts";
import { answerUnclear, anyAge, sentFor, stillShown } from "./clear-answer.ts";
import type { DriveContext, Looked, Task } from "./drive-context.ts";
import { ask, judge } from "./judge-submission.ts";
import { readWithMarks, withMarks } from "./look-alike.ts";
import { boughtOutcome } from "./outcome.ts";
import { recordEnding } from "./record.ts";

/**
 * Records what a person says it was bought as. It is read, compared with what was asked for, and held against everything else
 * that may be it: an id that was there before the send, that is another recommendation's, or beside which the real one is live,
 * is refused. Throws a RefusedError `commitment-unverifiable`, `commitment-mismatch`, `commitment-taken`, `there-before`,
 * `still-shown` or `answer-unclear`, or that of a look-up.
 */
export async function decideBought(
  drive: DriveContext,
  task: Task,
  id: string,
  by: DecidedBy & SeenTerms,
): Promise<Outcome> {
  const { executor, record, claim } = task;
  const found = await readNamed(drive, task, id);
  const isMarked = carriesToken(found.marks, record.token);
  await checkOwner(drive, task, found);
  if (!isMarked) checkBegin(task, found);
  const differing = await compare(drive, task, found, isMarked);
  const { passedBy, unproven, proves } = await checkRivals(drive, task, found, isMarked);
  const warnings = [...differing, ...(await othersWithToken(drive, task, found.commitment, isMarked))];

  const priced = pricedAs(found.commitment, sentFor(record).at(-1));
  const marked = markedNow(found.commitment, executor.mark !== undefined);
  const commitment = { ...found.commitment, ...priced, marked };
  const decision = { kind: "bought", id: commitment.id, ...by } as const;
  const written = await purchase(() =>
    drive.ledger.purchase(claim, commitment, { decision, passedBy, unproven, proves }),
  );
  if (commitment.marked) {
    drive.leases.drop(claim);
    return boughtOutcome(written, commitment, "already-purchased", warnings);
  }
  // Recorded by now: what is left is to stamp it.
  const { submission } = record;
  const ending = { kind: "bought", commitment, submission, status: "already-purchased", warnings } as const;
  return recordEnding(drive, { ...task, record: written }, ending);
}

/**
 * What of it can be said beforehand, and writes nothing: that an id shows what was asked for, and is nobody else's. Throws a RefusedError `commitment-unverifiable`, `commitment-mismatch` or
 * `commitment-taken`, or that of a look-up.
 */
export async function checkNamed(drive: DriveContext, task: Looked, id: string): Promise<Commitment> {
  const found = await readShown(drive, task, id);
  await checkOwner(drive, task, found);
  await compareFound(task.executor, task.record, found, drive.stop);
  return found.commitment;
}

/**
 * What is under an id; where nothing is, or it can be no id of the provider's, because that names it otherwise, what the listing
 * shows under the token. Throws a RefusedError `commitment-unverifiable` where neither shows anything, or that of a look-up.
 */
export async function readShown(drive: DriveContext, task: Looked, id: string): Promise<Listed> {
  try {
    return await readNamed(drive, task, id);
  } catch (error) {
    drive.stop.check();
    const { executor, record } = task;
    const listing = await withMarks(drive, task, await drive.lookup.listing(executor, record.scope));
    const listed = match(listing, record.token, record.notThis);
    if (listed === undefined) throw error;
    return listed;
  }
}

/** What is under an id that a person names. Throws a RefusedError where there is nothing that was bought. */
async function readNamed(drive: DriveContext, task: Looked, id: string): Promise<Listed> {
  const { scope } = task.record;
  const shown = await readWithMarks(drive, task, id);
  if (shown !== undefined && shown.commitment.standing !== "failed") return shown;
  throw refusal(
    "commitment-unverifiable",
    `${scope.label} shows ${shown === undefined ? "nothing" : shown.commitment.state} under ${id}: that is not what was bought. Check the id.`,
  );
}

/** Throws a RefusedError `commitment-taken` for what carries another recommendation's token, or counts for one in the ledger. */
async function checkOwner(drive: DriveContext, { record }: Looked, { commitment, marks }: Listed): Promise<void> {
  const owned = await drive.ledger.ownedByOthers(record.scope.key, record.token);
  const taken = idsOf(commitment).find((each) => owned.has(each));
  if (taken !== undefined) {
    throw refusal(
      "commitment-taken",
      `The ledger holds ${taken} as bought for another recommendation: one commitment cannot count for two. Nothing was recorded. Check the id.`,
    );
  }
  if (saysAnotherToken(marks, record.token)) {
    throw refusal(
      "commitment-taken",
      `${commitment.id} carries another recommendation's token, so it was bought for that one. Nothing was recorded. Check the id.`,
    );
  }
}

/** Milliseconds by which the provider's clock may differ from the ledger's. */
const clockTolerance = 300_000;

/** The same where the handle lists what was there before, which says more than a clock that may be set. */
const baselineTolerance = 86_400_000;

/** Throws a RefusedError `there-before` for what was there before anything was sent. */
function checkBegin({ record }: Task, { commitment }: Listed): void {
  const sent = sentFor(record);
  const { id, purchasedAt } = commitment;
  const began = purchasedAt === undefined ? undefined : Date.parse(purchasedAt);
  const wasThere = (one: Submission) => {
    const baseline = baselineOf(one);
    const tolerance = baseline === undefined ? clockTolerance : baselineTolerance;
    const isListed = idsOf(commitment).some((each) => baseline?.includes(each));
    return isListed || (began !== undefined && began < one.submittedAt - tolerance);
  };
  if (sent.length === 0 || !sent.every(wasThere)) return;
  const since = purchasedAt === undefined ? "" : ` (it began at ${purchasedAt})`;
  throw refusal(
    "there-before",
    `${id} was there before the purchase was sent${since}, so it is not what was bought. Nothing was recorded. Check the id.`,
  );
}

/** The ids that were there before a submission, where its handle lists them. */
function baselineOf({ handle: { baseline } }: Submission): readonly unknown[] | undefined {
  return Array.isArray(baseline) ? baseline : undefined;
}

/**
 * Throws a RefusedError while something else may be what was bought: live under the own handle, or fitting. What carries the token
 * itself has only the handle beside it. Returns whether it is not what the open submission is known to have bought (`passedBy`), whether
 * that may have bought something else (`unproven`), and which earlier ones did not (`proves`).
 */
async function checkRivals(
  drive: DriveContext,
  task: Task,
  { commitment }: Listed,
  isMarked: boolean,
): Promise<{ readonly passedBy: boolean; readonly unproven: boolean; readonly proves: readonly number[] }> {
  const { record, executor } = task;
  const ids = idsOf(commitment);
  let isProven = false;
  const settled: Submission[] = [];
  for (const sent of sentFor(record)) {
    const { resolution, age } = await ask(drive, task, sent);
    const isSame = namesAny(resolution, sent, ids);
    if (sent === record.submission) isProven = isSame && resolution.kind === "found" && resolution.by === "proof";
    const seen = judge({ resolution, age: anyAge }, sent, executor);
    // As when a person calls it not bought: a clear answer, once everything is shown.
    const isNothing = ["absent", "dead", "other"].includes(seen.kind) && age.atLeast >= executor.recovery.minimumAge;
    if (isSame || isNothing) settled.push(sent);
    if (isSame) continue;
    const isGuess = resolution.kind === "found" && resolution.by === "guess";
    if (isMarked && (isGuess || seen.kind === "unclear")) continue;
    if (seen.kind === "bought" || seen.kind === "over") {
      throw stillShown({ kind: "shown", commitment: seen.commitment, isGuess }, `bought as ${commitment.id}`);
    }
    if (seen.kind === "unclear") {
      throw answerUnclear({ kind: "unclear", reason: seen.reason, candidates: seen.candidates ?? [] });
    }
  }
  const { submission } = record;
  return {
    passedBy: submission !== undefined && !isProven,
    unproven: submission !== undefined && !settled.includes(submission),
    proves: settled.map(({ attempt }) => attempt),
  };
}

/** It is what a look shows, or among what may be it. */
function namesAny(resolution: Resolution, { evidence = [] }: Submission, ids: readonly string[]): boolean {
  const named =
    resolution.kind === "found"
      ? idsOf(resolution.found.commitment)
      : resolution.kind === "unclear"
        ? [...(resolution.candidates ?? []), ...evidence]
        : [];
  const known = new Set(named.map((id) => id.toLowerCase()));
  return ids.some((id) => known.has(id.toLowerCase()));
}

/**
 * What else carries the token and is live: beside one that carries it too, a warning; else it is the one that was bought. Throws a
 * RefusedError `still-shown` then.
 */
async function othersWithToken(
  drive: DriveContext,
  task: Task,
  commitment: Commitment,
  isMarked: boolean,
): Promise<readonly string[]> {
  const { executor, record } = task;
  const listing = await withMarks(drive, task, await drive.lookup.fresh(executor, record.scope, record.token), {
    most: Infinity,
  });
  const ids = idsOf(commitment);
  const others = (listing.byToken.get(record.token) ?? []).filter(
    (listed) => listed.commitment.standing === "live" && !ids.includes(listed.commitment.id),
  );
  const [first] = others;
  if (first !== undefined && !isMarked) {
    throw stillShown({ kind: "shown", commitment: first.commitment, isGuess: false }, `bought as ${commitment.id}`);
  }
  return others.map(
    (other) =>
      `${other.commitment.id} is live and carries the same token: it may be a purchase too many. Compare the two.`,
  );
}

/** What carries the token is what a person says it is, also where it differs, or does not say all: that is a warning. */
async function compare(
  { stop }: DriveContext,
  { executor, record }: Task,
  found: Listed,
  isMarked: boolean,
): Promise<readonly string[]> {
  try {
    await compareFound(executor, record, found, stop);
    return [];
  } catch (error) {
    stop.check();
    const isDoubt = BuyonceError.isInstance(error) && doubts.includes(error.code);
    if (!isMarked || !isDoubt) throw error;
    // What follows is advice for a drive.
    const [what = ""] = error.message.split(" Nothing was sent");
    return [`A person says that it is this one all the same: ${what}`];
  }
}

const doubts: readonly ErrorCode[] = ["commitment-mismatch", "commitment-unverifiable"];

/** Of what does not show whether it is marked, nobody has tried it yet; where it cannot be marked, nothing waits for that. */
function markedNow({ marked }: Commitment, canMark: boolean): Commitment["marked"] {
  if (canMark) return marked === true;
  return marked === false ? "waived" : marked;
}

/** What the ledger does not take, because another recommendation has it meanwhile, is a refusal of what the person said. */
async function purchase(write: () => Promise<TokenRecord>): Promise<TokenRecord> {
  try {
    return await write();
  } catch (error) {
    const isTaken = BuyonceError.isInstance(error) && error.code === "commitment-taken";
    throw isTaken ? refusal("commitment-taken", `${error.message} Nothing was recorded.`) : error;
  }
}

function refusal(code: ErrorCode, message: string): RefusedError {
  return new RefusedError({ code, message });
}
