import type { ErrorCode } from "./errors.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import type { HistoryEntry, TokenRecord } from "./ledger.ts";
import { type Forbidden, whyStopped, whyWaiting } from "./terms.ts";

/** What a record still needs: `unfinished` work, another try after a refusal (`refused`), a person (`parked`), or nothing. */
export type Work = "unfinished" | "refused" | "parked";

/**
 * Refusals of the execution, which say nothing about a place: it is work as one that was never tried. While its execution is
 * stopped or waits, nobody takes it up; afterwards a timer does.
 */
const executionRefusals: ReadonlySet<string> = new Set<ErrorCode>([
  "execution-cancelled",
  "execution-expired",
  "execution-incomplete",
  "restored-unconfirmed",
  "approval-missing",
  "not-due",
  "terms-changed",
]);

/** Which kind of work is left on a record; undefined for none. A store may index by this. */
export function workLeft(record: TokenRecord): Work | undefined {
  const work = workUnasked(record);
  const isAsked = record.redriveAskedAt !== undefined && (work !== undefined || isLookedForAgain(record));
  return isAsked ? "unfinished" : work;
}

/** Whether another try is something that somebody can ask for: beside what a timer does anyhow. */
export function canAskAgain(record: TokenRecord): boolean {
  if (record.redriveAskedAt !== undefined) return false;
  return (workLeft(record) ?? "unfinished") !== "unfinished" || isLookedForAgain(record);
}

/** Whether its unknown outcome waits for a person, also where somebody asks for another look at it meanwhile. */
export function isParked(record: TokenRecord): boolean {
  return workUnasked(record) === "parked";
}

/**
 * Whether a drive may do something about a record under what its execution forbids: nothing while it waits, and once it is stopped
 * it looks after what was sent.
 */
export function mayBeDriven({ state }: TokenRecord, forbidden: Forbidden | undefined): boolean {
  if (forbidden === undefined) return true;
  return forbidden.kind === "stopped" && ["submitted", "unknown", "purchased"].includes(state);
}

/** Bought and settled; but what was sent for it before may have bought something after all. */
function isLookedForAgain({ state, former = [] }: TokenRecord): boolean {
  return state === "purchased" && former.length > 0;
}

/** The work on a record for which nobody asked. */
function workUnasked({ state, commitment, parkedAt, error }: TokenRecord): Work | undefined {
  switch (state) {
    case "planned":
    case "claimed":
    case "submitted":
    case "unknown":
      return parkedAt === undefined ? "unfinished" : "parked";
    case "purchased":
      return commitment?.settled && commitment.marked ? undefined : "unfinished";
    case "refused":
      return error !== undefined && executionRefusals.has(error.code) ? "unfinished" : "refused";
    case "rejected":
      return "refused";
    case "skipped":
    case "written-off":
      return undefined;
  }
}

/**
 * Where an execution stands; never stored, but derived from what is:
 * - `complete`: every place is bought and settled, skipped, or decided.
 * - `stopped`: cancelled or expired. What was sent is looked after, nothing more is bought.
 * - `waiting`: for its approval, its time, or a person who confirms it.
 * - `working`: some place is work that a drive can do.
 * - `needs-person`: nothing is work, but a place was refused, rejected or parked.
 */
export type ExecutionState = "waiting" | "stopped" | "working" | "needs-person" | "complete";

/** The state of an execution at a time (ledger time, milliseconds since 1970). */
export function executionState(
  execution: ExecutionRecord,
  records: readonly TokenRecord[],
  now: number,
): ExecutionState {
  const left = new Set(records.map(workLeft));
  left.delete(undefined);
  if (left.size === 0 && execution.incomplete !== true) return "complete";
  if (whyStopped(execution, now) !== undefined) return "stopped";
  if (whyWaiting(execution, now) !== undefined) return "waiting";
  return left.has("unfinished") ? "working" : "needs-person";
}

const askedBy = "asked by ";

/** The detail of a line `redrive` in the history, for a person: who asked for it. */
export function redriveDetail(person: string): string {
  return `${askedBy}${person}`;
}

/** Who asked for a re-drive, by its line in the history; older lines say it in their text alone. */
export function redrivePerson({ person, detail }: Pick<HistoryEntry, "person" | "detail">): string | undefined {
  return person ?? (detail.startsWith(askedBy) ? detail.slice(askedBy.length) : undefined);
}
