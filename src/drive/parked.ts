import { firstSent } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Parked, UnresolvedOutcome } from "../contract/report.ts";
import { shellWord } from "../contract/shell-word.ts";
import type { DriveContext, Task } from "./drive-context.ts";

/**
 * Whether an outcome that this drive leaves unresolved is parked: it was sent longer ago than the provider's own time
 * limit, or, where its execution is stopped and no second send may tell, than the minimum age. Not by a drive that was
 * stopped, which has not asked all that it could.
 */
export async function isOverdue({ ageOf, stop }: DriveContext, task: Task): Promise<boolean> {
  const { executor, record, forbidden } = task;
  if (record.parkedAt !== undefined || record.submission === undefined || stop.signal.aborted) return false;
  const { parkAfter, minimumAge } = executor.recovery;
  const patience = forbidden?.kind === "stopped" ? minimumAge : parkAfter;
  return (await ageOf(task, firstSent(record.submission))).atLeast >= patience;
}

/** Longer handles, such as a list of all ids that there were, are cut in messages; the outcome holds them whole. */
const longestHandle = 200;

/** An unresolved outcome with what a person needs to decide: since when it is parked, its handle, when it was sent, the last answer. */
export function parkedOutcome(record: TokenRecord, parkedAt: number, outcome: UnresolvedOutcome): UnresolvedOutcome {
  const { executionId, recIndex, submission } = record;
  const parked: Parked = {
    since: isoTime(parkedAt),
    sentAt: isoTime(submission?.submittedAt ?? parkedAt),
    handle: submission?.handle ?? {},
  };
  const { retryAfter: _retryAfter, ...error } = outcome.error;
  const handle = JSON.stringify(parked.handle);
  const shown = handle.length > longestHandle ? `${handle.slice(0, longestHandle)}…` : handle;
  const message =
    `Parked since ${parked.since}: it was sent at ${parked.sentAt} under ${shown}, and the provider's own time limit is over. ` +
    `The last answer: ${error.message} Look at the provider yourself, then decide: ` +
    `buyonce resolve ${shellWord(executionId)} ${recIndex} --bought ID, --not-this ID, --not-bought or --write-off`;
  return { ...outcome, error: { ...error, message, retryable: false }, parked };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
