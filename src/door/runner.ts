import pLimit from "p-limit";
import type { Environment } from "../contract/environment.ts";
import type { DriveEvent } from "../contract/events.ts";
import type { RecordPlace, TokenRecord } from "../contract/ledger.ts";
import type { DoorLedger, DoorPurchaser } from "./door-parts.ts";

/** How an execution is driven: what is left of it, or once more what was refused as well, because somebody asks for that. */
type Kind = "rest" | "all";

/** Drives executions in this process, a few at once. It decides nothing: what may be bought, the ledger says. */
export interface Runner {
  /** Drives an execution once what it has before is done. The same that waits already waits once. */
  add(executionId: string, kind?: Kind): void;
  /** Resolves when nothing of an execution waits or is driven here any more; undefined where nothing does. */
  ended(executionId: string): Promise<void> | undefined;
  /** Begins to take up what was left behind: what was accepted by a server that is no more, what became due, what is pending. */
  start(): void;
  /** Starts nothing more, and resolves when what is under way is recorded. */
  drain(): Promise<void>;
  /** Executions that are driven here now, and those that wait for that. */
  load(): { readonly drives: number; readonly queue: number };
  /** Aborted once it drains. */
  readonly draining: AbortSignal;
}

interface RunnerParts {
  readonly purchaser: Pick<DoorPurchaser, "redrive" | "redriveUnfinished">;
  readonly ledger: Pick<DoorLedger, "now" | "records">;
  readonly environment: Environment;
  readonly executionsAtOnce: number;
  readonly concurrency: number;
  /** Milliseconds. */
  readonly sweepInterval: number;
  readonly onError: (error: unknown, about: string) => void;
  /** Told each step of a drive, and when one is done. */
  readonly onEvent?: ((executionId: string, event: DriveEvent | "done") => void) | undefined;
}

/** An execution that waits or is driven. */
interface Job {
  /** What is to be driven once that which is under way is done. */
  next: Kind | undefined;
  readonly done: PromiseWithResolvers<void>;
}

/** Milliseconds after which one drive has reported what it knows; what is left, the next sweep takes up. */
const driveTime = 600_000;

/** Records that a sweep reads at once, and those that one drive takes up. */
const [page, most] = [1000, 10_000];

/** A runner over a purchaser and its ledger. */
export function createRunner(parts: RunnerParts): Runner {
  const { environment, executionsAtOnce, sweepInterval, onError } = parts;
  const limit = pLimit(executionsAtOnce);
  const jobs = new Map<string, Job>();
  const stop = new AbortController();
  const { signal } = stop;
  const queue = createQueue(parts, signal, (executionId) => add(executionId));
  let [endSweeps, sweeping]: [() => void, Promise<void> | undefined] = [() => undefined, undefined];

  const work = async (executionId: string, job: Job) => {
    let waits = false;
    for (let kind = job.next; kind !== undefined && !signal.aborted; kind = job.next) {
      job.next = undefined;
      waits = await drive(parts, executionId, kind, signal).catch((error: unknown) => {
        if (!signal.aborted) onError(error, `the drive of ${JSON.stringify(executionId)}`);
        return false;
      });
    }
    jobs.delete(executionId);
    job.done.resolve();
    parts.onEvent?.(executionId, "done");
    if (waits) queue.put(executionId);
    else queue.next(executionId);
  };
  const add = (executionId: string, kind: Kind = "rest") => {
    if (signal.aborted) return;
    const waiting = jobs.get(executionId);
    if (waiting !== undefined) {
      if (waiting.next !== "all") waiting.next = kind;
      return;
    }
    const job: Job = { next: kind, done: Promise.withResolvers() };
    jobs.set(executionId, job);
    void limit(() => work(executionId, job));
  };
  const sweep = (restedFor: number) => {
    sweeping ??= findLeftBehind(parts.ledger, restedFor, signal, (executionId) => {
      // What waits here already is taken up anyhow.
      if (!jobs.has(executionId)) add(executionId);
    })
      .catch((error: unknown) => onError(error, "the look for what was left behind"))
      .finally(() => (sweeping = undefined));
  };

  return {
    add,
    ended: (executionId) => jobs.get(executionId)?.done.promise,
    start: () => {
      sweep(0);
      endSweeps = environment.every(sweepInterval, () => sweep(sweepInterval));
    },
    drain: async () => {
      stop.abort(new Error("The server is ending."));
      endSweeps();
      await Promise.all([sweeping, ...[...jobs.values()].map(({ done }) => done.promise)]);
    },
    load: () => ({ drives: limit.activeCount, queue: limit.pendingCount + queue.size() }),
    draining: signal,
  };
}

/** Drives an execution; whether something of it waits for another driver, or for an equal purchase of another execution. */
async function drive(
  { purchaser, environment, concurrency, onEvent }: RunnerParts,
  executionId: string,
  kind: Kind,
  signal: AbortSignal,
): Promise<boolean> {
  const tell = (event: DriveEvent) => onEvent?.(executionId, event);
  const how = { signal, concurrency, deadline: environment.now() + driveTime, onEvent: tell };
  const reports =
    kind === "all"
      ? [await purchaser.redrive(executionId, how)]
      : await purchaser.redriveUnfinished({ ...how, executionId, limit: most });
  return reports.some(({ outcomes }) => outcomes.some(({ status }) => status === "in-progress"));
}

/** What waits for something else to be done. */
interface Queue {
  readonly put: (executionId: string) => void;
  readonly next: (done: string) => void;
  readonly size: () => number;
}

/** Milliseconds after which what waits is tried again; twice as long every time. */
const firstPause = 1000;

/**
 * The executions that wait for something else to be done. The first of them is driven again when some other one is done here; each of
 * them from time to time, for what it waits for may be another server's.
 */
function createQueue(
  { environment, sweepInterval }: RunnerParts,
  signal: AbortSignal,
  again: (executionId: string) => void,
): Queue {
  const waiting = new Set<string>();
  const pauses = new Map<string, number>();
  const take = (executionId: string) => {
    if (waiting.delete(executionId)) again(executionId);
  };
  return {
    size: () => waiting.size,
    put: (executionId) => {
      const pause = Math.min(pauses.get(executionId) ?? firstPause, sweepInterval);
      pauses.set(executionId, pause * 2);
      waiting.add(executionId);
      environment.sleep(pause, signal).then(
        () => take(executionId),
        () => undefined,
      );
    },
    next: (done) => {
      waiting.delete(done);
      pauses.delete(done);
      const [first] = waiting;
      if (first !== undefined) take(first);
    },
  };
}

/** Tells the executions on which work is left that nobody has done anything about for so many milliseconds. */
async function findLeftBehind(
  ledger: RunnerParts["ledger"],
  restedFor: number,
  signal: AbortSignal,
  found: (executionId: string) => void,
): Promise<void> {
  const before = (await ledger.now()) - restedFor;
  const known = new Set<string>();
  let after: RecordPlace | "beginning" = "beginning";
  for (;;) {
    const records: readonly TokenRecord[] = await ledger.records({
      work: "unfinished",
      held: false,
      oldestAfter: after,
      limit: page,
    });
    for (const { executionId, leaseUntil, updatedAt } of records) {
      if (known.has(executionId) || (leaseUntil ?? updatedAt) > before) continue;
      known.add(executionId);
      found(executionId);
    }
    const last = records.at(-1);
    if (last === undefined || records.length < page || signal.aborted) return;
    after = last;
  }
}
