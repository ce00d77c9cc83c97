import { createHash } from "node:crypto";
import { todoOf } from "../contract/error-advice.ts";
import { escapeHidden } from "../contract/escape-hidden.ts";
import type { RecordedAt } from "../contract/execution-record.ts";
import { executionState, redrivePerson } from "../contract/execution-state.ts";
import { isHeld } from "../contract/lease.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { whyForbidden } from "../contract/terms.ts";
import type { HistoryLine } from "../inspect/read-history.ts";
import { isOpen } from "../drive/outcome-of-record.ts";
import { type Door, type DoorContext, readingMethods, visible } from "./door-context.ts";
import { RequestError } from "./problem.ts";
import { recordedReport } from "../drive/recorded-report.ts";

/** Seconds after which it is worth asking again about what is being driven. */
const askAgainAfter = 2;

/** Milliseconds between two looks at an execution that somebody waits for: another server may drive it. */
const lookInterval = 500;

/** The longest that a request waits, in seconds. */
const longestWait = 60;

/** Where an execution is. */
export function pathOf(executionId: string): string {
  return `/v1/executions/${encodeURIComponent(executionId)}`;
}

/** A JSON document. Characters that do not show are escaped in it. */
export function jsonAnswer(document: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const own = { "content-type": "application/json", "cache-control": "private, no-cache" };
  return new Response(textOf(document), { status, headers: { ...own, ...headers } });
}

function textOf(document: object): string {
  return escapeHidden(JSON.stringify(document));
}

/** A time (milliseconds since 1970) in ISO 8601. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** A line of the history of a recommendation, as every answer says it. */
export function historyDocument(line: HistoryLine) {
  const { at, event, from, to, holder, epoch, attempt, code, detail } = line;
  const person = event === "redrive" ? redrivePerson(line) : line.person;
  return { at: isoTime(at), event, person, from, to, holder, epoch, attempt, code, detail };
}

/** How an execution stands, as every answer about it says it. */
export function reportDocument({ purchaser }: Pick<Door, "purchaser">, recorded: RecordedAt) {
  const { execution, records, at } = recorded;
  const { executionId, outcomes, totals, atRisk, payments, accounts } = recordedReport(recorded, purchaser.canDrive);
  const state = executionState(execution, records, at);
  // What is complete stays as it is, also once its time is over.
  const forbidden = state === "complete" ? undefined : whyForbidden(execution, at);
  return {
    executionId,
    state,
    ...(forbidden === undefined ? {} : { forbidden: { code: forbidden.code, reason: forbidden.reason } }),
    outcomes,
    totals,
    atRisk,
    payments,
    accounts,
  };
}

/** How an answer about an execution is given. */
interface ReportOptions {
  /** It was recorded before, and this request changed nothing. */
  readonly isReplay?: boolean | undefined;
  /** Answers 202 while the execution may still be bought without anybody doing more. */
  readonly isAccepted?: boolean;
  /** How it stands, where that was just recorded or read for this caller. Default: it is read. */
  readonly recorded?: RecordedAt;
}

/** Whether something of it is decided without anybody doing more: also of a stopped execution, of which something was sent. */
function isWorked({ execution, records, at }: RecordedAt): boolean {
  const isUndecided = (record: TokenRecord) =>
    isHeld(record, at) || (isOpen(record) && (record.parkedAt === undefined || record.redriveAskedAt !== undefined));
  return executionState(execution, records, at) === "working" || records.some(isUndecided);
}

/**
 * The report of an execution that the caller may see, with its `ETag`; 304 for one that the caller has (`If-None-Match`, of a GET).
 * With `Prefer: wait` once nothing is worked on any more, or the time is over.
 */
export async function reportAnswer(
  door: Door,
  c: DoorContext,
  executionId: string,
  { isReplay, isAccepted = false, recorded: known }: ReportOptions = {},
): Promise<Response> {
  const asked = preferredWait(c.req.header("prefer"));
  // Where too many wait, it is answered as if it had not asked to.
  const seat = asked === 0 ? undefined : door.limits.waiters.take(c.get("caller").name);
  const wait = seat === undefined ? 0 : asked;
  if (wait > 0) c.get("leave")();
  const read = () => visible(door, c.get("caller"), executionId);
  // What is driven here may have been claimed by nobody yet.
  const isWorking = (recorded: RecordedAt) => door.runner.ended(executionId) !== undefined || isWorked(recorded);
  const waiting = { executionId, isWorking, seconds: wait, signal: c.req.raw.signal };
  const recorded = known !== undefined && wait === 0 ? known : await whenDecided(door, waiting, read).finally(seat);
  const document = reportDocument(door, recorded);
  const { state } = document;
  const text = textOf(document);
  const tag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`;
  const headers = new Headers({
    "content-type": "application/json",
    "cache-control": "private, no-cache",
    "content-location": pathOf(executionId),
    etag: tag,
  });
  if (isAccepted) headers.set("location", pathOf(executionId));
  if (isReplay === true) headers.set("idempotency-replayed", "true");
  const goesOn = isWorking(recorded);
  // Only a submission is accepted, and a replay at that.
  if (goesOn && isReplay === true && isStrict(c.req.header("prefer"))) throw inProgress(recorded);
  if (goesOn) headers.set("retry-after", String(askAgainAfter));
  if (wait > 0) headers.set("preference-applied", `wait=${wait}`);
  if (readingMethods.includes(c.req.method) && isNamed(c.req.header("if-none-match"), tag)) {
    headers.delete("content-type");
    return new Response(null, { status: 304, headers });
  }
  return new Response(text, { status: isAccepted && (goesOn || state === "waiting") ? 202 : 200, headers });
}

/** An execution that a request waits for. */
interface Waiting {
  readonly executionId: string;
  readonly isWorking: (recorded: RecordedAt) => boolean;
  readonly seconds: number;
  /** The client is gone. */
  readonly signal: AbortSignal;
}

/** An execution as it stands, or as it stands when nothing of it is worked on any more, or after so many seconds. */
async function whenDecided(
  { runner, sleep }: Door,
  { executionId, isWorking, seconds, signal }: Waiting,
  read: () => Promise<RecordedAt>,
): Promise<RecordedAt> {
  if (seconds === 0) return read();
  const over = AbortSignal.any([runner.draining, signal, AbortSignal.timeout(seconds * 1000)]);
  for (;;) {
    const recorded = await read();
    if (over.aborted || !isWorking(recorded)) return recorded;
    const woken = new AbortController();
    void runner.ended(executionId)?.then(() => woken.abort());
    await sleep(lookInterval, AbortSignal.any([over, woken.signal])).catch(() => undefined);
  }
}

/** The seconds of `Prefer: wait=N` (RFC 7240), at most a minute; 0 where there is none. */
function preferredWait(prefer: string | undefined): number {
  const [, seconds] = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[,;]|$)/i.exec(prefer ?? "") ?? [];
  return Math.min(Number(seconds ?? 0), longestWait);
}

/** `Prefer: handling=strict` (RFC 7240): a repetition that comes while it works is a conflict, as the draft of the key has it. */
function isStrict(prefer: string | undefined): boolean {
  return /(?:^|[,;])\s*handling\s*=\s*"?strict"?\s*(?:[,;]|$)/i.test(prefer ?? "");
}

/** That an execution is being worked on, with who holds a part of it, and until when, where somebody does. */
function inProgress({ execution: { executionId }, records, at }: RecordedAt): RequestError {
  const held = records.filter((record) => isHeld(record, at));
  const last = held.toSorted((one, other) => (other.leaseUntil ?? 0) - (one.leaseUntil ?? 0))[0];
  return new RequestError(
    "in-progress",
    `The execution is recorded, and still being worked on. ${todoOf("in-progress")}`,
    {
      retryAfter: askAgainAfter * 1000,
      headers: {
        location: pathOf(executionId),
        "idempotency-replayed": "true",
        "preference-applied": "handling=strict",
      },
      more: last && { holder: last.holder, until: isoTime(last.leaseUntil ?? at) },
    },
  );
}

/** Whether a list of entity tags names this one; weakly, as RFC 9110 wants it for `If-None-Match`. */
function isNamed(list: string | undefined, tag: string): boolean {
  return (list ?? "").split(",").some((one) => ["*", tag].includes(one.trim().replace(/^W\//, "")));
}
