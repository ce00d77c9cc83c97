import pLimit from "p-limit";
import type { Environment } from "../contract/environment.ts";
import type { DriveEvent } from "../contract/events.ts";
import type { ClaimAnswer, ClaimRequest, Ledger, TokenRecord, TokenState } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";
import type { Outcome, Report } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import type { Budget } from "./budget.ts";
import { budgetFor } from "./budget-for.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { createEmit } from "./emit.ts";
import { eventError } from "./event-error.ts";
import { createLeases } from "./leases.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import { unresolved } from "./outcome.ts";
import { reportOf } from "./report-of.ts";
import { createStop } from "./stop.ts";
import { tokensByScope } from "./tokens-by-scope.ts";
import { asRecorded, isDone, isOpen, leftAsItIs, lostOutcome, withoutClaim } from "./outcome-of-record.ts";
import type { ExecutorOf } from "./validate.ts";

/** How one drive goes. */
export interface DriveOptions {
  /** Aborted: nothing new is started, a purchase that is under way is waited for and recorded. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970 by which the drive has reported whatever it knows. Default: none. */
  readonly deadline?: number;
  /** How many recommendations are driven at a time. Default 4. */
  readonly concurrency?: number;
  /** Waits for recommendations that another driver holds, instead of reporting them `in-progress`. Default false. */
  readonly wait?: boolean;
  /**
   * The most that one drive may spend, per currency: the whole prices of what it sends, unknown outcomes included. Before
   * its first purchase it asks for all prices: if they come to more, nothing is bought. A quote that rose meanwhile is
   * checked again before it is sent, as is an older submission before it is sent again. A currency that is not among them
   * is refused. Default: no limit.
   */
  readonly maxTotals?: readonly Money[];
  /** Told each step. What it throws is passed over: a progress line must not disturb a purchase. */
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

interface DriveParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly executorOf: ExecutorOf;
  readonly leaseLength: number;
  /** Names this drive in the ledger, for the people who look into it. */
  readonly holder: string;
  /** What the caller's totals leave, for all that one call drives. */
  readonly budget: Budget;
  readonly work: Work;
}

/** Milliseconds between two questions whether another driver is done. */
const waitForDriver = 1000;

/** Drives validated recommendations: claims them all, works on what is granted, and reports one outcome for each. */
export async function driveRequests(
  executionId: string,
  requests: readonly ClaimRequest[],
  { ledger, environment, executorOf, leaseLength, holder, budget, work }: DriveParts,
  { signal, deadline, concurrency = 4, wait = false, onEvent }: DriveOptions,
): Promise<Report> {
  const emit = createEmit(onEvent, environment);
  let sent = false;
  /** Of the ledger, or a defect: nothing is begun after it. */
  let failure: unknown;
  const stop = createStop(environment, { signal, deadline });
  const leases = createLeases(ledger, environment, leaseLength);
  const outcomes = new Map<string, Outcome>();
  const waitedFor = new Map<string, TokenRecord>();
  const finish = ({ recIndex, token }: ClaimRequest, outcome: Outcome) => {
    outcomes.set(token, outcome);
    emit({ type: "finished", recIndex, token: maskToken(token), outcome });
    return outcome;
  };

  const ended = (error: unknown) => {
    emit({ type: "ended", executionId, error: eventError(error) });
    return error;
  };

  /** Claims and drives; returns the requests that another driver holds. */
  async function round(open: readonly ClaimRequest[]): Promise<readonly ClaimRequest[]> {
    const since = environment.now();
    const answers = await ledger.claim(open, holder, leaseLength, work.states ? { states: work.states } : {});
    leases.hold(
      answers.filter((answer) => answer.kind === "granted").map(({ claim }) => claim),
      since,
    );
    const count = (kind: ClaimAnswer["kind"]) => answers.filter((answer) => answer.kind === kind).length;
    emit({ type: "claimed", granted: count("granted"), settled: count("settled"), inFlight: count("in-flight") });

    const context: DriveContext = {
      ledger,
      environment,
      leases,
      stop,
      emit,
      lookup: work.lookup ?? createLookup({ ledger, environment, stop, emit, tokens: tokensByScope(open) }),
      budget,
      noteSent: () => (sent = true),
      noteLedgerError: (error) => (failure ??= error),
    };
    const limit = pLimit(concurrency);
    const lanes = new Map<string, ReturnType<typeof pLimit>>();
    const held: ClaimRequest[] = [];
    const run = (drive: DriveContext, request: ClaimRequest, task: Task) => {
      const one = () => limit(async () => finish(request, await driveOne(drive, task)));
      // What could not be told apart afterwards is bought one after the other.
      const lane = task.executor.laneOf?.(request.recommendation);
      if (lane === undefined) return one();
      const queue = lanes.get(lane) ?? pLimit(1);
      lanes.set(lane, queue);
      return queue(one);
    };
    const tasks: { readonly request: ClaimRequest; readonly task: Task }[] = [];
    for (const [position, request] of open.entries()) {
      const answer = answers[position];
      if (answer === undefined) throw new TypeError("The ledger answers every claim.");
      if (answer.kind === "granted") {
        const { claim, record } = answer;
        tasks.push({ request, task: { executor: executorOf(request.recommendation), claim, record } });
      } else if (answer.kind === "in-flight" && wait && !isDone(answer.record)) {
        const { holder, until, record } = answer;
        const { recIndex, token } = request;
        if (waitedFor.get(token)?.holder !== holder) {
          emit({ type: "waiting-for-driver", recIndex, token: maskToken(token), holder, until });
        }
        held.push(request);
        waitedFor.set(token, record);
      } else finish(request, withoutClaim(request, answer, environment.now()));
    }
    // What an earlier driver left open, or without its marker, comes first: it holds up others of its lane.
    const holdsUp = ({ task }: { readonly task: Task }) =>
      isOpen(task.record) || task.record.commitment?.marked === false;
    const inOrder = [...tasks.filter(holdsUp), ...tasks.filter((each) => !holdsUp(each))];
    const ofRound = inOrder.map(({ task }) => task);
    const drive = { ...context, budget: await budgetFor(context, ofRound, limit) };
    await Promise.all(inOrder.map(({ request, task }) => run(drive, request, task)));
    return held;
  }

  async function driveOne(drive: DriveContext, task: Task): Promise<Outcome> {
    if (failure !== undefined) return leftAsItIs(task.record, failure);
    try {
      return await work.run(drive, task);
    } catch (error) {
      // A defect, here or in an executor: where it struck is not known, so neither is what was bought.
      return unresolved(drive, task, error);
    }
  }

  /** The drive ended before it came to this one; one that another driver holds is that driver's to report. */
  function missing(request: ClaimRequest): Outcome {
    const held = waitedFor.get(request.token);
    if (held === undefined) return lostOutcome(request, failure);
    return asRecorded(request, held, environment.now(), failure ?? stop.signal.reason);
  }

  async function waitFor(held: readonly ClaimRequest[]): Promise<void> {
    let open = held;
    while (open.length > 0) {
      try {
        await environment.sleep(waitForDriver, stop.signal);
      } catch {
        // Stopped: what it waited for is reported as it is recorded now.
        for (const record of await ledger.execution(executionId)) waitedFor.set(record.token, record);
        return;
      }
      open = await round(open);
    }
  }

  const named = requests.map(({ recIndex, token, recommendation: { provider, service } }) => {
    return { recIndex, token: maskToken(token), provider, service };
  });
  emit({ type: "started", executionId, recommendations: named });
  try {
    await waitFor(await round(requests));
  } catch (error) {
    failure ??= error;
  } finally {
    await leases.end();
    stop.end();
  }
  if (failure !== undefined && !sent) throw ended(failure);
  const report = requests.map((request) => outcomes.get(request.token) ?? finish(request, missing(request)));
  if (signal?.aborted && !sent && report.some(({ error }) => error?.code === "aborted"))
    throw ended(stop.signal.reason);
  emit({ type: "ended", executionId });
  return reportOf(executionId, report);
}
