import pLimit from "p-limit";
import type { Environment } from "../contract/environment.ts";
import type { DriveEvent } from "../contract/events.ts";
import type { Outcome } from "../contract/report.ts";
import type { DoorPurchaser } from "./door-parts.ts";

/**
 * What became of a drive: something of it `waits` for another driver or an equal purchase, or `lacks` an executor that this process was not
 * given; it `failed`; or nothing more is begun here.
 */
export type Driven = "done" | "waits" | "lacks" | "failed" | "stopped";

/** Drives executions in this process, a few at once. It decides nothing: what may be bought, the ledger says. */
export interface Drives {
  /**
   * Drives what is left of an execution, once what it has before is done: the same that waits already waits once. Resolves when
   * nothing of it waits or is driven here any more.
   */
  add(executionId: string): Promise<Driven>;
  /** The promise of `add`; undefined where nothing of an execution waits or is driven here. */
  under(executionId: string): Promise<Driven> | undefined;
  /** How many more could be driven at once. */
  free(): number;
  /** How many are driven now, and how many wait for that. */
  load(): { readonly drives: number; readonly queue: number };
  /** Resolves when all that is under way is recorded. */
  settled(): Promise<void>;
}

/** What drives are made of. */
export interface DriveParts {
  readonly purchaser: Pick<DoorPurchaser, "redriveUnfinished">;
  readonly environment: Pick<Environment, "now">;
  readonly executionsAtOnce: number;
  readonly concurrency: number;
  readonly onError: (error: unknown, about: string) => void;
  /** Told each step of a drive, and when one is done. */
  readonly onEvent?: ((executionId: string, event: DriveEvent | "done") => void) | undefined;
}

/** An execution that waits or is driven. */
interface Job {
  /** It is to be driven once more when that which is under way is done. */
  again: boolean;
  readonly done: PromiseWithResolvers<Driven>;
}

/** Milliseconds after which one drive has reported what it knows; what is left, the next sweep takes up. */
const driveTime = 600_000;

/** Records that one drive takes up. */
const most = 10_000;

/** Drives until the signal says that nothing more is to be begun. `ended` is told what became of each. */
export function createDrives(
  parts: DriveParts,
  signal: AbortSignal,
  ended: (executionId: string, driven: Driven) => void,
): Drives {
  const limit = pLimit(parts.executionsAtOnce);
  const jobs = new Map<string, Job>();
  const lacking = createLacking(parts);
  const work = async (executionId: string, job: Job) => {
    let driven: Driven = "stopped";
    while (job.again && !signal.aborted) {
      job.again = false;
      driven = await drive(parts, executionId, { signal, lacking }).catch((error: unknown) => {
        if (signal.aborted) return "stopped";
        parts.onError(error, `the drive of ${JSON.stringify(executionId)}`);
        return "failed";
      });
    }
    jobs.delete(executionId);
    job.done.resolve(driven);
    parts.onEvent?.(executionId, "done");
    ended(executionId, driven);
  };
  return {
    add: (executionId) => {
      if (signal.aborted) return Promise.resolve("stopped");
      const waiting = jobs.get(executionId);
      if (waiting !== undefined) {
        waiting.again = true;
        return waiting.done.promise;
      }
      const job: Job = { again: true, done: Promise.withResolvers() };
      jobs.set(executionId, job);
      void limit(() => work(executionId, job));
      return job.done.promise;
    },
    under: (executionId) => jobs.get(executionId)?.done.promise,
    free: () => Math.max(0, parts.executionsAtOnce - jobs.size),
    load: () => ({ drives: limit.activeCount, queue: limit.pendingCount }),
    settled: async () => {
      await Promise.all([...jobs.values()].map(({ done }) => done.promise));
    },
  };
}

async function drive(
  { purchaser, environment, concurrency, onEvent }: DriveParts,
  executionId: string,
  { signal, lacking }: { readonly signal: AbortSignal; readonly lacking: ReturnType<typeof createLacking> },
): Promise<Driven> {
  const tell = (event: DriveEvent) => onEvent?.(executionId, event);
  const how = { signal, concurrency, deadline: environment.now() + driveTime, onEvent: tell };
  const reports = await purchaser.redriveUnfinished({ ...how, executionId, limit: most });
  const outcomes = reports.flatMap((report) => report.outcomes);
  const isLacking = lacking(outcomes);
  if (outcomes.some(({ status }) => status === "in-progress")) return "waits";
  if (signal.aborted) return "stopped";
  return isLacking ? "lacks" : "done";
}

/** Says whether something could not be driven for want of an executor, and tells which one once. */
function createLacking({ onError }: Pick<DriveParts, "onError">) {
  const told = new Set<string>();
  return (outcomes: readonly Outcome[]): boolean => {
    const missing = outcomes.filter(({ error }) => error?.code === "executor-missing");
    for (const { provider, service, error } of missing) {
      const executor = `${provider} ${service}`;
      if (!told.has(executor)) onError(error, `what needs ${executor}`);
      told.add(executor);
    }
    return missing.length > 0;
  };
}
