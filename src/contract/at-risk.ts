import { adviceOf } from "./error-advice.ts";
import type { Submission } from "./executor.ts";
import type { TokenRecord } from "./ledger.ts";
import { saidBought } from "./said-bought.ts";

/**
 * Former submissions that may have bought, oldest first: refused by the provider while nobody could look whether that is so, or
 * passed by when something else was recorded as bought; and nobody has seen since that they bought nothing.
 */
export function unprovenOf(record: TokenRecord): readonly Submission[] {
  const { former = [] } = record;
  return former.filter((sent, index) => sent.unproven ?? (index === former.length - 1 && isUnseenBefore(record, sent)));
}

/** Whether an earlier version, which did not mark it, recorded the last former submission as refused while nobody could look. */
function isUnseenBefore({ state, decision, attempt }: TokenRecord, last: Submission): boolean {
  // What was sent after it was looked at before that. A guard may have refused it since, or a driver died before it could look.
  const isLast = last.knownUnclear === true && last.attempt === attempt;
  return isLast && ["rejected", "refused", "claimed"].includes(state) && decision?.kind !== "not-bought";
}

/** The same without those under the handle of one that counts itself: of the two, one can have bought. */
export function unprovenBeside(
  record: TokenRecord,
  beside: Pick<Submission, "handle"> | undefined,
): readonly Submission[] {
  const handle = JSON.stringify(beside?.handle);
  return unprovenOf(record).filter((sent) => JSON.stringify(sent.handle) !== handle);
}

/** Written ahead or sent, also by another engine, and not known to be bought or not; also where nobody finds out any more. */
export function mayBeBought(record: TokenRecord): boolean {
  const isSent = ["submitted", "unknown", "written-off"].includes(record.state);
  return isSent || unprovenOf(record).length > 0 || saidBought(record) !== undefined;
}

/** Refused, because something that the provider shows may be what was bought for it: a person decides. */
export function isInDoubt({ state, error }: TokenRecord): boolean {
  return state === "refused" && error !== undefined && adviceOf(error.code).mayBeBought === true;
}
