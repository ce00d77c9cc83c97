import pLimit, { type LimitFunction } from "p-limit";
import type { RefusedError } from "../contract/errors.ts";
import type { DriveEvent } from "../contract/events.ts";
import type { EmptyPlace, ExecutionRecord } from "../contract/execution-record.ts";
import type { ClaimAnswer, ExecutionPlace, TokenRecord, TokenState } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";
import { payerOf } from "../contract/payer.ts";
import type { Outcome, Report } from "../contract/report.ts";
import { type Forbidden, forbiddenError, whyForbidden } from "../contract/terms.ts";
import { deriveIdempotencyToken, maskToken } from "../contract/token.ts";
import type { TwinOptions } from "../contract/twin.ts";
import type { Agreement } from "./agreement.ts";
import type { Budget } from "./budget.ts";
import { budgetFor } from "./budget-for.ts";
import { createContext, type DriveContext, type DriveParts, type Task } from "./drive-context.ts";
import { eventError, withPayers } from "./emit.ts";
import { findTwins, noTwins, type Twins } from "./find-twins.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import type { OpenedExecution } from "./open-execution.ts";
import {
  asRecorded,
  isDone,
  isOpen,
  leftAsItIs,
  lostOutcome,
  refusedUnlessBought,
  sentStates,
  skippedOutcome,
  withoutClaim,
} from "./outcome-of-record.ts";
import { type Ahead, beginAhead, nothingAhead } from "./quotes-ahead.ts";
import { recordEnding } from "./record.ts";
import { reportOf } from "./report-of.ts";
import { type AccessOf, type Readiness, sayNotReady } from "./say-not-ready.ts";
import { tokensByScope } from "./tokens-by-scope.ts";
import { createTurns } from "./turns.ts";
import type { ExecutorOf } from "./validate.ts";

/** How one drive goes. */
export interface DriveOptions {
  /** Aborted: nothing new is started, a purchase that is under way is waited for and recorded. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970 by which the drive has reported whatever it knows. Default: none. */
  readonly deadline?: number;
  /**
   * How many recommendations of one scope (a tenant, an account and region, a project) are driven at a time. Default 4. Scopes are
   * driven side by side, so that one that waits holds up no other; with 1, all recommendations are driven one after the other.
   */
  readonly concurrency?: number;
  /**
   * While a listing of more than two pages is read, prices of what was never sent are asked for, as many at a time as `concurrency`
   * says, beside as many listings: it moves no money and saves the time. A price is bought at for two minutes, as one of `maxTotals`.
   * Never of what is priced in its lane. Default true; false: each price is asked for after the listing.
   */
  readonly quotesAhead?: boolean;
  /** Waits for recommendations that another driver holds, instead of reporting them `in-progress`. Default false. */
  readonly wait?: boolean;
  /**
   * The most that one drive may spend, per currency: the whole prices of what it sends, unknown outcomes included. Before
   * its first purchase it asks for all prices: if they come to more, nothing is bought. A price is bought at for two minutes
   * (one with a baseline not at all), then it is asked for and checked again, as is an older submission before it is sent again.
   * A currency that is not among them is refused. Default: no limit. It is a limit of this call beside those of the execution; the first drive of an
   * execution without `maxTotals` records this as the execution's own.
   */
  readonly maxTotals?: readonly Money[];
  /**
   * For a drive of an execution: limits that it raises or drops are recorded. Default false: then nothing of it is bought
   * (`limits-differ`). One that needs an approval is changed by `setLimits` alone.
   */
  readonly raiseLimits?: boolean;
  /** How twins are treated: what is the same as something that was bought lately for something else. Default: they are warned of. */
  readonly twins?: TwinOptions;
  /** What a person agreed to: nothing else is bought. Default: no such limit. */
  readonly agreement?: Agreement;
  /** Told each step. What it throws is ignored: a progress line must not disturb a purchase. */
  readonly onEvent?: (event: DriveEvent) => void;
}

/** What is done about each recommendation that is claimed: it is driven, or only looked after. */
export interface Work {
  readonly run: (drive: DriveContext, task: Task) => Promise<Outcome>;
  /** Only what is in one of these states is claimed; default: all. */
  readonly states?: readonly TokenState[];
  /** The listings to look into, which several drives share; default: the drive's own. */
  readonly lookup?: Lookup;
}

/** What is driven: an execution, or some of its recommendations. */
export interface Driven {
  readonly executionId: string;
  readonly places: readonly ExecutionPlace[];
  /** The empty places that are reported with it. Default: none. */
  readonly emptyPlaces?: readonly EmptyPlace[] | undefined;
  /** The execution as it is recorded, with the records that are driven. Called once, before anything is claimed. */
  readonly open: () => Promise<OpenedExecution>;
}

/** What it is driven with. */
export interface ExecutionParts extends DriveParts {
  readonly executorOf: ExecutorOf;
  /** What the caller's totals leave, for all that one call drives. */
  readonly budget: Budget;
  /** A person agreed to the terms that the execution was opened with: under others nothing is sent. Default false. */
  readonly isAgreed?: boolean;
  readonly work: Work;
  /** Who the requests of a recommendation's provider come from. */
  readonly accessOf: AccessOf;
}

/** Milliseconds between two questions whether another driver is done. */
const waitForDriver = 1000;

/** A drive under way, and what is known so far. */
interface Drive {
  readonly executionId: string;
  readonly parts: ExecutionParts;
  readonly context: DriveContext;
  readonly limit: LimitFunction;
  /** Begins what needs not wait for its task. */
  readonly begin: (context: DriveContext, tasks: readonly Task[]) => Ahead;
  readonly waits: boolean;
  readonly readiness: Readiness;
  readonly outcomes: Map<string, Outcome>;
  /** What other drivers hold, as it was last seen. */
  readonly waitedFor: Map<string, TokenRecord>;
  twins: Twins;
  /** Something may have left this machine: it ends with a report, whatever happens. */
  sent: boolean;
  /** Of the ledger, or a defect: nothing is begun after it. */
  failure: unknown;
}

/** Drives recorded recommendations: claims them all, works on what is granted, and reports one outcome for each. */
export async function driveExecution(
  { executionId, places, emptyPlaces = [], open }: Driven,
  parts: ExecutionParts,
  { signal, deadline, concurrency = 4, quotesAhead = true, wait = false, onEvent, twins: options }: DriveOptions,
): Promise<Report> {
  const { context, end } = createContext(parts, {
    signal,
    deadline,
    onEvent: withPayers(onEvent, places),
    budget: parts.budget,
    noteSent: () => (drive.sent = true),
    noteLedgerError: (error) => (drive.failure ??= error),
  });
  const drive: Drive = {
    executionId,
    parts,
    context,
    limit: pLimit(concurrency),
    begin: (round, tasks) => (quotesAhead ? beginAhead(round, tasks, concurrency) : nothingAhead),
    waits: wait,
    readiness: { seen: new Set(), notReady: new Set() },
    outcomes: new Map(),
    waitedFor: new Map(),
    twins: noTwins,
    sent: false,
    failure: undefined,
  };
  const recommendations = places.map(({ recIndex, token, recommendation }) => {
    return { recIndex, token: maskToken(token), ...payerOf(recommendation) };
  });
  context.emit({ type: "started", executionId, recommendations });
  let driven = places;
  try {
    const { execution, records, at, refusal } = await open();
    driven = records;
    if (refusal === undefined) {
      if (parts.work.states === undefined) drive.twins = await twinsOf(drive, execution, records, at, options);
      await waitForOthers(drive, execution, await runRound(drive, execution, records, at));
    } else finishRefused(drive, records, refusal, at);
  } catch (error) {
    drive.failure ??= error;
  } finally {
    await end();
  }
  return report(drive, driven, emptyPlaces, signal?.aborted === true);
}

function twinsOf(
  { context }: Drive,
  { executionId, owner, forbidTwinsWithin }: ExecutionRecord,
  places: readonly TokenRecord[],
  at: number,
  options: TwinOptions | undefined,
): Promise<Twins> {
  return findTwins(context, { executionId, forbidTwinsWithin, caller: owner?.caller, places, at, options });
}

/** What became of each, or why there is no report: it failed, or was stopped, before anything was sent. */
function report(
  drive: Drive,
  requests: readonly ExecutionPlace[],
  emptyPlaces: readonly EmptyPlace[],
  isAborted: boolean,
): Report {
  const { executionId, context, failure, outcomes, sent } = drive;
  const { emit, stop } = context;
  const ended = (error: unknown) => {
    emit({ type: "ended", executionId, error: eventError(error) });
    return error;
  };
  if (failure !== undefined && !sent) throw ended(failure);
  const all = requests.map((request) => outcomes.get(request.token) ?? finish(drive, request, missing(drive, request)));
  if (isAborted && !sent && all.some(({ error }) => error?.code === "aborted")) throw ended(stop.signal.reason);
  emit({ type: "ended", executionId });
  // One that was filled when it was recorded is reported as what it is there.
  const empty = emptyPlaces.filter(({ recIndex }) => requests.every((request) => request.recIndex !== recIndex));
  const skipped = empty.map(({ recIndex, why }) => {
    return skippedOutcome({ recIndex, token: deriveIdempotencyToken(executionId, recIndex) }, why);
  });
  return reportOf(executionId, [...all, ...skipped]);
}

/** Where nothing is left to be refused, what was bought says why it was not driven as it was asked for. */
function finishRefused(drive: Drive, records: readonly TokenRecord[], refusal: RefusedError, at: number): void {
  const outcomes = records.map((record) => ({ record, outcome: refusedUnlessBought(record, refusal, at) }));
  const isSilent = outcomes.every(({ outcome }) => outcome.error === undefined);
  for (const { record, outcome } of outcomes) {
    const { warnings = [], commitment } = outcome;
    const says = isSilent && commitment !== undefined;
    finish(drive, record, says ? { ...outcome, warnings: [...warnings, refusal.message] } : outcome);
  }
}

function finish({ outcomes, context }: Drive, { recIndex, token }: ExecutionPlace, outcome: Outcome): Outcome {
  outcomes.set(token, outcome);
  context.emit({ type: "finished", recIndex, token: maskToken(token), outcome });
  return outcome;
}

/** The drive ended before it came to this one; one that another driver holds is that driver's to report. */
function missing({ waitedFor, failure, context }: Drive, request: ExecutionPlace): Outcome {
  const held = waitedFor.get(request.token);
  if (held === undefined) return lostOutcome(request, failure);
  const { environment, stop } = context;
  return asRecorded(request, held, environment.now(), failure ?? stop.signal.reason);
}

/**
 * Asks again until other drivers are done with what they hold, or the drive is stopped or begins nothing more. What its own rounds
 * left held is given up first: two drivers that each keep what they are done with would wait for each other.
 */
async function waitForOthers(drive: Drive, execution: ExecutionRecord, held: readonly ExecutionPlace[]): Promise<void> {
  const { environment, leases, stop, ledger } = drive.context;
  let open = held;
  while (open.length > 0 && drive.failure === undefined) {
    await leases.giveUp();
    try {
      await environment.sleep(waitForDriver, stop.signal);
    } catch {
      // Stopped: what it waited for is reported as it is recorded now.
      for (const record of await ledger.recordsOf(drive.executionId)) drive.waitedFor.set(record.token, record);
      return;
    }
    open = await runRound(drive, execution, open, await ledger.now());
  }
}

/** Between the look at what a person agreed to and the claim, somebody changed it. */
const notThoseAgreed: Forbidden = {
  kind: "waiting",
  code: "terms-changed",
  reason: "The terms of the execution changed since they were shown.",
};

interface RequestedTask {
  readonly request: ExecutionPlace;
  readonly task: Task;
}

/** Claims and drives, at a moment of the ledger's clock; returns the requests that another driver holds. */
async function runRound(
  drive: Drive,
  recorded: ExecutionRecord,
  open: readonly ExecutionPlace[],
  now: number,
): Promise<readonly ExecutionPlace[]> {
  const { parts, context, limit } = drive;
  const forbidden = whyForbidden(recorded, now);
  const answers = await claimAll(drive, open, forbidden);
  const tasks: RequestedTask[] = [];
  const held: ExecutionPlace[] = [];
  for (const [position, request] of open.entries()) {
    const answer = answers[position];
    if (answer === undefined) throw new TypeError("The ledger answers every claim.");
    if (answer.kind === "granted") {
      const { claim, record, execution } = answer;
      const executor = parts.executorOf(record.recommendation);
      const isOther = parts.isAgreed === true && execution.termsVersion !== recorded.termsVersion;
      const why = isOther ? notThoseAgreed : whyForbidden(execution, now);
      tasks.push({ request, task: { executor, claim, record, forbidden: why } });
    } else if (answer.kind === "in-flight" && drive.waits && !isDone(answer.record)) {
      noteHeld(drive, request, answer);
      held.push(request);
    } else if (answer.kind === "other-state" && forbidden !== undefined) {
      finish(drive, request, refusedUnlessBought(answer.record, forbiddenError(forbidden), now));
    } else finish(drive, request, withoutClaim(request, answer, context.environment.now()));
  }
  const { ledger, environment, stop, emit } = context;
  const tokens = tokensByScope(open);
  const lookup =
    parts.work.lookup ?? createLookup({ ledger, environment, stop, emit, tokens, within: drive.twins.within });
  if (parts.work.states === undefined) {
    const sendable = tasks.filter(({ task }) => task.forbidden === undefined);
    const asked = sendable.map(({ task: { executor, record } }) => {
      return { executor, recommendation: record.recommendation };
    });
    await sayNotReady(context, asked, { accessOf: parts.accessOf, limit, readiness: drive.readiness });
  }
  const inOrder = readyOnesFirst(drive, openOnesFirst(tasks));
  const ofRound = inOrder.map(({ task }) => task);
  const ahead = parts.work.states === undefined ? drive.begin({ ...context, lookup }, ofRound) : nothingAhead;
  try {
    const budget = await budgetFor({ ...context, lookup }, recorded, parts.executorOf, ofRound, limit);
    await runTasks(drive, { ...context, lookup, budget, twins: drive.twins }, inOrder);
  } finally {
    await ahead.end();
  }
  return held;
}

/** Where nothing may be sent, only what was sent is claimed: to find out what became of it. */
async function claimAll(
  { parts, context }: Drive,
  open: readonly ExecutionPlace[],
  forbidden: Forbidden | undefined,
): Promise<readonly ClaimAnswer[]> {
  const { ledger, environment, holder, leaseLength, work } = parts;
  const since = environment.now();
  const sent = { states: sentStates, unseen: true };
  const which = work.states ? { states: work.states } : forbidden === undefined ? {} : sent;
  const answers = await ledger.claim(open, holder, leaseLength, which);
  const granted = answers.filter((answer) => answer.kind === "granted").map(({ claim }) => claim);
  context.leases.hold(granted, since);
  const count = (kind: ClaimAnswer["kind"]) => answers.filter((answer) => answer.kind === kind).length;
  context.emit({ type: "claimed", granted: granted.length, settled: count("settled"), inFlight: count("in-flight") });
  return answers;
}

function noteHeld(
  { waitedFor, context }: Drive,
  { recIndex, token }: ExecutionPlace,
  { holder, until, record }: ClaimAnswer & { readonly kind: "in-flight" },
): void {
  if (waitedFor.get(token)?.holder !== holder) {
    context.emit({ type: "waiting-for-driver", recIndex, token: maskToken(token), holder, until });
  }
  waitedFor.set(token, record);
}

/** What an earlier driver left open, or without its marker, comes first: it holds up others of its lane. */
function openOnesFirst(tasks: readonly RequestedTask[]): readonly RequestedTask[] {
  const holdsUp = ({ task: { record } }: RequestedTask) => isOpen(record) || record.commitment?.marked === false;
  return [...tasks.filter(holdsUp), ...tasks.filter((each) => !holdsUp(each))];
}

/** Where nobody signs in, or only after long, comes last: an account that hangs holds up no other. */
function readyOnesFirst(
  { parts, readiness: { notReady } }: Drive,
  tasks: readonly RequestedTask[],
): readonly RequestedTask[] {
  const isReady = ({ task: { record } }: RequestedTask) => {
    const place = parts.accessOf(record.recommendation)?.placeOf(record.recommendation);
    return place === undefined || !notReady.has(place.key);
  };
  return [...tasks.filter(isReady), ...tasks.filter((each) => !isReady(each))];
}

/** Runs tasks side by side; what could not be told apart afterwards is bought one after the other. */
async function runTasks(drive: Drive, context: DriveContext, tasks: readonly RequestedTask[]): Promise<void> {
  const inTurn = createTurns(drive.limit);
  const run = ({ request, task }: RequestedTask) => {
    const place = { scope: task.record.scope, lane: task.executor.laneOf?.(request.recommendation) };
    return inTurn(place, async () => finish(drive, request, await runTask(drive, context, task)));
  };
  await Promise.all(tasks.map(run));
}

async function runTask({ failure, parts }: Drive, context: DriveContext, task: Task): Promise<Outcome> {
  if (failure !== undefined) return leftAsItIs(task.record, failure);
  try {
    return withTwins(await parts.work.run(context, task), context.twins);
  } catch (error) {
    // A defect, here or in an executor: where it struck is not known, so neither is what was bought.
    return recordEnding(context, task, { kind: "unresolved", error });
  }
}

/** What this drive bought although it has a twin says so. */
function withTwins(outcome: Outcome, twins: Twins): Outcome {
  const { bought } = twins.of(outcome.token);
  if (outcome.status !== "purchased" || bought.length === 0) return outcome;
  return { ...outcome, warnings: [...(outcome.warnings ?? []), ...bought] };
}
