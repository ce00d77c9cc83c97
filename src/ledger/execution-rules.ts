import { todoOf } from "../contract/error-advice.ts";
import { type ErrorCode, InvalidExecutionError, RefusedError } from "../contract/errors.ts";
import type {
  Amendment,
  Audited,
  ExecutionEntry,
  ExecutionOwner,
  ExecutionRecord,
  LimitChanges,
  NewExecution,
  RecordedExecution,
} from "../contract/execution-record.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { allowsMoreTwins, raisesPrice, raisesTotals } from "../contract/limits.ts";
import { compareMoney, formatMoney, type Money, totals } from "../contract/money.ts";
import { wordsOf } from "../contract/labels.ts";
import { mayBeDriven } from "../contract/execution-state.ts";
import { plannedRecord } from "../contract/planned-record.ts";
import { termsHash, whyForbidden, whyStopped } from "../contract/terms.ts";
import { boughtPrice, countedPrices } from "../contract/counted-price.ts";
import { isOneOf } from "../contract/is-one-of.ts";

/** The record of an execution that is new, and those of its places. `owner`: whose it is, if it was submitted for somebody. */
export function newExecution(
  {
    executionId,
    source,
    note,
    labels,
    places,
    emptyPlaces,
    approvalRequired,
    twoPersons,
    maxTotals,
    notBefore,
    expiresAt,
    forbidTwinsWithin,
  }: NewExecution,
  now: number,
  owner?: ExecutionOwner,
): RecordedExecution & { readonly entry: ExecutionEntry } {
  const execution: ExecutionRecord = {
    executionId,
    source,
    ...(owner === undefined ? {} : { owner }),
    ...wordsOf({ note, labels }),
    size: places.length + emptyPlaces.length,
    emptyPlaces,
    approvalRequired,
    ...(twoPersons === true && owner !== undefined ? { mayNotApprove: [owner.caller] } : {}),
    ...(maxTotals === undefined ? {} : { maxTotals }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(forbidTwinsWithin === undefined ? {} : { forbidTwinsWithin }),
    termsVersion: 1,
    createdAt: now,
    updatedAt: now,
  };
  const detail = `${execution.size} places${approvalRequired ? ", to be approved" : ""}`;
  return {
    execution,
    records: places.map((place) => plannedRecord(place, now)),
    entry: { executionId, at: now, event: "record", termsVersion: 1, detail },
  };
}

/** An execution as it is read: with whether its ledger was restored since it was recorded or confirmed. */
export function withRestored(stored: ExecutionRecord, restoredAt: number | undefined): ExecutionRecord {
  const { createdAt, confirmedAt = -Infinity } = stored;
  const isKnown = restoredAt === undefined || createdAt > restoredAt || confirmedAt >= restoredAt;
  return isKnown ? stored : { ...stored, restored: true };
}

/** An execution as it is stored. */
export function withoutRestored({ restored: _derived, ...stored }: ExecutionRecord): ExecutionRecord {
  return stored;
}

/** What an amendment changes: the execution, those of its records that differ, and a line of history. */
export interface Amended {
  readonly execution: ExecutionRecord;
  readonly changed: readonly TokenRecord[];
  readonly entry: ExecutionEntry;
}

/** What is changed, beside the version and the time. */
interface Change {
  readonly execution?: Partial<ExecutionRecord>;
  readonly changed?: readonly TokenRecord[];
  readonly detail?: string;
}

/** Applies what a person says to an execution. Throws as `Ledger.amend` does. */
export function amended({ execution, records }: RecordedExecution, amendment: Amendment, now: number): Amended {
  const { person, reason, kind, expectedVersion } = amendment;
  if (expectedVersion !== undefined && expectedVersion !== execution.termsVersion) {
    throw refusal(
      "terms-changed",
      `The terms are at version ${execution.termsVersion} by now, and version ${expectedVersion} was meant.`,
    );
  }
  const { detail = "", changed = [], ...rest } = changeOf(execution, records, amendment, { person, reason, at: now });
  const termsVersion = execution.termsVersion + 1;
  const { executionId } = execution;
  const approver = withoutApprover(execution, amendment, rest.execution);
  const next = { ...execution, ...rest.execution, ...approver, termsVersion, updatedAt: now };
  // What is reopened begins nothing that somebody asked for before it was stopped.
  const forbidden = kind === "reopen" ? whyForbidden(execution, now) : whyForbidden(next, now);
  const isAskedFor = (record: TokenRecord) => mayBeDriven(record, forbidden);
  return {
    execution: next,
    changed: withoutRedrives(records, changed, isAskedFor).map((record) => ({ ...record, updatedAt: now })),
    entry: { executionId, at: now, event: kind, person, reason, termsVersion, detail },
  };
}

/** Those that differ, beside them those for which another try was asked that may not be made: it is asked for anew once it may. */
function withoutRedrives(
  records: readonly TokenRecord[],
  changed: readonly TokenRecord[],
  isKept: (record: TokenRecord) => boolean,
): readonly TokenRecord[] {
  const byToken = new Map(changed.map((record) => [record.token, record]));
  return records.flatMap((record) => {
    const after = byToken.get(record.token) ?? record;
    const isForgotten = after.redriveAskedAt !== undefined && !isKept(after);
    if (isForgotten) return [{ ...after, redriveAskedAt: undefined }];
    return after === record ? [] : [after];
  });
}

/** Where two persons are needed: whose change asks for an approval anew, does not give it. */
function withoutApprover(
  { mayNotApprove }: ExecutionRecord,
  { kind, person }: Amendment,
  changed: Partial<ExecutionRecord> = {},
): Pick<ExecutionRecord, "mayNotApprove"> {
  if (mayNotApprove === undefined || kind === "approve" || !("approval" in changed)) return {};
  return { mayNotApprove: isOneOf(mayNotApprove, person) ? mayNotApprove : [...mayNotApprove, person] };
}

function changeOf(
  execution: ExecutionRecord,
  records: readonly TokenRecord[],
  amendment: Amendment,
  word: NonNullable<ExecutionRecord["cancelled"]>,
): Change {
  switch (amendment.kind) {
    case "approve":
      return approve(execution, records, amendment.termsHash, word);
    case "cancel":
      if (execution.cancelled !== undefined) throw refusal("nothing-to-change", "It is cancelled already.");
      return { execution: { cancelled: word } };
    case "reopen":
      return reopen(execution, word.at);
    case "confirm":
      return confirm(execution, amendment.audited, word.at);
    case "limits":
      return changeLimits(execution, records, amendment);
    case "source":
      return changeSource(execution, records, amendment.source);
    case "skip":
      return skip(execution, records, amendment.recIndex);
    case "elsewhere":
      return boughtElsewhere(execution, records, amendment);
  }
}

function approve(
  execution: ExecutionRecord,
  records: readonly TokenRecord[],
  approved: string,
  word: NonNullable<ExecutionRecord["cancelled"]>,
): Change {
  const stopped = whyStopped(execution, word.at);
  if (stopped !== undefined) throw refusal(stopped.code, stopped.reason);
  if (isOneOf(execution.mayNotApprove ?? [], word.person)) {
    throw refusal("second-person-needed", `${word.person} submitted it or set its terms, and two persons are needed.`);
  }
  const hash = termsHash(execution, records);
  if (approved !== hash) {
    throw refusal(
      "terms-changed",
      `The terms that were approved (${approved.slice(0, 12)}) are not those that are recorded (${hash.slice(0, 12)}).`,
    );
  }
  if (execution.approval?.termsHash === hash) throw refusal("nothing-to-change", "These terms are approved already.");
  return { execution: { approval: { ...word, termsHash: hash } }, detail: hash };
}

function confirm(execution: ExecutionRecord, audited: Audited | undefined, now: number): Change {
  if (execution.incomplete !== true && execution.restored !== true) {
    throw refusal("nothing-to-change", "There is nothing to confirm.");
  }
  if (execution.restored === true && audited === undefined) {
    throw refusal("restored-unconfirmed", "The ledger was restored, and no audit has run over its scopes since.");
  }
  const confirmed = { incomplete: undefined, restored: undefined, confirmedAt: audited?.at ?? now };
  return { execution: confirmed, ...(audited ? { detail: audited.found } : {}) };
}

function reopen(execution: ExecutionRecord, now: number): Change {
  const { cancelled: _cancelled, ...rest } = execution;
  const stopped = whyStopped(rest, now);
  if (stopped !== undefined) throw refusal(stopped.code, `${stopped.reason} It cannot be reopened.`);
  if (execution.cancelled === undefined) throw refusal("nothing-to-change", "It is not cancelled.");
  return { execution: { cancelled: undefined, approval: undefined } };
}

/** What is spent: sent or bought, and not proven to be nothing. */
function spentOf(records: readonly TokenRecord[]): readonly Money[] {
  return totals(records.flatMap(countedPrices).filter((price) => price !== "unknown"));
}

function changeLimits(
  execution: ExecutionRecord,
  records: readonly TokenRecord[],
  { maxTotals, maxPrices = {}, forbidTwinsWithin }: LimitChanges,
): Change {
  const changed = records.flatMap((record) => {
    const maxPrice = maxPrices[record.recIndex];
    return maxPrice === undefined ? [] : [withMaxPrice(record, maxPrice)];
  });
  const byToken = new Map(changed.map((record) => [record.token, record]));
  const after = records.map((record) => byToken.get(record.token) ?? record);
  const isCostStated = records.some((record, index) => checkCost(record, after[index] ?? record));
  const limits = maxTotals ?? (isCostStated && maxTotals !== null ? execution.maxTotals : undefined);
  if (limits !== undefined) checkAboveSpent(limits, spentOf(after));
  checkPlaces(execution, records, Object.keys(maxPrices).map(Number));
  const raises =
    (maxTotals !== undefined && raisesTotals(execution.maxTotals, maxTotals ?? undefined)) ||
    records.some(({ recIndex, recommendation }) => {
      const next = maxPrices[recIndex];
      return next !== undefined && raisesPrice(recommendation.maxPrice, next ?? undefined);
    }) ||
    (forbidTwinsWithin !== undefined && allowsMoreTwins(execution.forbidTwinsWithin, forbidTwinsWithin ?? undefined));
  return {
    execution: {
      ...(maxTotals === undefined ? {} : { maxTotals: maxTotals ?? undefined, limitsUnknown: undefined }),
      ...(forbidTwinsWithin === undefined ? {} : { forbidTwinsWithin: forbidTwinsWithin ?? undefined }),
      ...(raises ? { approval: undefined } : {}),
    },
    changed,
    detail: describeLimits({ maxTotals, maxPrices, forbidTwinsWithin }),
  };
}

/**
 * The limit of what is bought at a price that nobody knows is what it counts for: the most that it cost. That does not fall. Returns
 * whether it changes.
 */
function checkCost(before: TokenRecord, after: TokenRecord): boolean {
  const [known, next] = [boughtPrice(before), boughtPrice(after)];
  if (known === undefined || next === undefined) return false;
  if (known === "unknown") return next !== "unknown";
  if (next !== "unknown" && next.currency === known.currency && compareMoney(next, known) >= 0) {
    return compareMoney(next, known) > 0;
  }
  throw refusal(
    "already-sent",
    `#${before.recIndex} is bought, what it cost is not known, and it counts for its limit of ${formatMoney(known)}, which cannot be lowered or taken away.`,
  );
}

function withMaxPrice(record: TokenRecord, price: Money | null): TokenRecord {
  const { maxPrice: _former, ...recommendation } = record.recommendation;
  return { ...record, recommendation: price === null ? recommendation : { ...recommendation, maxPrice: price } };
}

function describeLimits({ maxTotals, maxPrices = {}, forbidTwinsWithin }: LimitChanges): string {
  const total = maxTotals === undefined ? [] : [`total ${maxTotals?.map(formatMoney).join(" and ") ?? "none"}`];
  const prices = Object.entries(maxPrices).map(([index, price]) => `#${index} ${price ? formatMoney(price) : "none"}`);
  const twins = forbidTwinsWithin === undefined ? [] : [`twins forbidden within ${forbidTwinsWithin ?? "none"}`];
  return [...total, ...prices, ...twins].join(", ");
}

function checkAboveSpent(maxTotals: readonly Money[], spent: readonly Money[]): void {
  for (const sum of spent) {
    const limit = maxTotals.find(({ currency }) => currency === sum.currency);
    const said = `${formatMoney(sum)} of it was sent and is or may be bought`;
    if (limit === undefined) {
      throw refusal("total-currency-missing", `${said}, and no total in ${sum.currency} was given.`);
    }
    if (compareMoney(limit, sum) < 0) {
      throw refusal("limit-below-spent", `${said}, more than the total of ${formatMoney(limit)}.`);
    }
  }
}

function checkPlaces(execution: ExecutionRecord, records: readonly TokenRecord[], places: readonly number[]): void {
  const known = new Set(records.map(({ recIndex }) => recIndex));
  const missing = places.filter((recIndex) => !known.has(recIndex));
  if (missing.length === 0) return;
  throw new InvalidExecutionError(
    missing.map((recIndex) => {
      const isEmpty = execution.emptyPlaces.some((place) => place.recIndex === recIndex);
      return { path: `#${recIndex}`, message: isEmpty ? "is an empty place" : "is not in the execution" };
    }),
    "request",
  );
}

/** Sent, or bought: what it was sent for cannot be changed any more. */
function wasSent({ state, former = [] }: TokenRecord): boolean {
  return ["submitted", "unknown", "purchased", "written-off"].includes(state) || former.length > 0;
}

function changeSource(execution: ExecutionRecord, records: readonly TokenRecord[], source: string): Change {
  if (source === execution.source) throw refusal("nothing-to-change", `Its source is ${source} already.`);
  const changed = records.filter((record) => !wasSent(record)).map((record) => ({ ...record, source }));
  const kept = records.length - changed.length;
  const detail = `${execution.source} -> ${source}${kept === 0 ? "" : `; ${kept} were sent and keep the former one`}`;
  return { execution: { source, approval: undefined }, changed, detail };
}

function boughtElsewhere(
  execution: ExecutionRecord,
  records: readonly TokenRecord[],
  { recIndex, id }: { readonly recIndex: number; readonly id: string },
): Change {
  const record = recordAt(execution, records, recIndex);
  if (record.state === "skipped") throw refusal("nothing-to-change", `#${recIndex} is skipped.`);
  if (wasSent(record) || record.generation > 0) throw refusal("already-sent", `#${recIndex} was sent from here.`);
  return { changed: [{ ...record, boughtElsewhere: id }], detail: `#${recIndex} ${id}` };
}

/** The record of a place. Throws an InvalidExecutionError for one that is empty, or not in the execution. */
function recordAt(execution: ExecutionRecord, records: readonly TokenRecord[], recIndex: number): TokenRecord {
  checkPlaces(execution, records, [recIndex]);
  const record = records.find((candidate) => candidate.recIndex === recIndex);
  if (record === undefined) throw new TypeError("A place that is not empty has a record.");
  return record;
}

function skip(execution: ExecutionRecord, records: readonly TokenRecord[], recIndex: number): Change {
  const record = recordAt(execution, records, recIndex);
  if (record.state === "skipped") throw refusal("nothing-to-change", `#${recIndex} is skipped already.`);
  if (wasSent(record)) throw refusal("already-sent", `#${recIndex} was sent, so it cannot be skipped.`);
  return { changed: [{ ...record, state: "skipped", error: undefined }], detail: `#${recIndex}` };
}

function refusal(code: ErrorCode, reason: string): RefusedError {
  return new RefusedError({ code, message: `${reason} Nothing was changed. ${todoOf(code, "try again")}` });
}
