import { createDrives, type Drives } from "./drives-here.ts";
import type { JobQueue, TakenJob } from "./job-queue.ts";
import { createSweeps, type LeftBehind } from "./left-behind.ts";
import { endingReason, loadOf, type Runner, type RunnerParts } from "./runner.ts";
import { createWaitingLine } from "./waiting-line.ts";

/** Milliseconds between two questions for jobs that other servers sent. */
const askInterval = 1000;

/** Why a pause ended: an error that is made for each would cost more than the look at the queue. */
const wokenUp = "There may be a job.";

/** After so many sweeps a queue had its chance: what still rests is driven by whoever finds it. */
const patience = 3;

/**
 * A runner that drives in this process what it takes from a queue, which many servers and workers share. What the queue lost, the
 * sweeps send again; where the queue cannot be used, or does nothing about it, they drive it here.
 */
export function createQueueRunner(parts: RunnerParts, queue: JobQueue): Runner {
  const { environment, sweepInterval, onError } = parts;
  const stop = new AbortController();
  const { signal } = stop;
  const drives = createDrives(parts, signal, (executionId, driven) => {
    if (driven === "waits") line.put(executionId);
    else line.next(executionId);
    taker.wake();
  });
  const driveHere = (executionId: string) => void drives.add(executionId);
  // The queue tries again what waits for another server.
  const line = createWaitingLine({ environment, longestPause: undefined }, signal, driveHere);
  const trouble = createTrouble(onError);

  const sendAgain = async (left: readonly LeftBehind[]) => {
    const idle = left.filter(({ executionId }) => drives.under(executionId) === undefined);
    const isOver = ({ rested }: LeftBehind) => rested >= patience * sweepInterval;
    for (const { executionId } of idle.filter(isOver)) driveHere(executionId);
    const sent = idle.filter((one) => !isOver(one)).map(({ executionId }) => executionId);
    try {
      await queue.put(sent);
      if (sent.length > 0) taker.wake();
    } catch (error) {
      trouble.tell(error);
      sent.forEach(driveHere);
    }
  };
  const sweeps = createSweeps({ ...parts, firstRest: sweepInterval }, signal, sendAgain);

  const taker = createTaker({ environment, queue, drives, trouble }, signal);
  queue.listen({
    notSent: (executionId, error) => {
      trouble.tell(error);
      driveHere(executionId);
    },
    failed: trouble.tell,
  });
  return {
    // Its job was sent when it was recorded: whoever is free takes it.
    add: () => taker.wake(),
    ended: drives.under,
    start: () => {
      sweeps.start();
      taker.start();
    },
    drain: async () => {
      stop.abort(new Error(endingReason));
      await Promise.all([sweeps.end(), drives.settled()]);
      await taker.ended();
    },
    load: () => loadOf(drives, line),
    draining: signal,
  };
}

/** What jobs are taken with. */
interface TakerParts extends Pick<RunnerParts, "environment"> {
  readonly queue: JobQueue;
  readonly drives: Drives;
  readonly trouble: ReturnType<typeof createTrouble>;
}

/** Takes jobs as there is room, drives them, and says what became of them, until the signal says that nothing more is to be begun. */
function createTaker({ environment, queue, drives, trouble }: TakerParts, signal: AbortSignal) {
  let running: Promise<void> | undefined;
  let wake = () => undefined as void;
  const work = async (job: TakenJob) => {
    const driven = await drives.add(job.executionId);
    await queue.end(job, driven === "done").catch(trouble.tell);
  };
  const underWay = new Set<Promise<void>>();
  const take = async (): Promise<boolean> => {
    const free = drives.free();
    if (free === 0) return false;
    const jobs = await queue.take(free);
    for (const job of jobs) {
      const working = work(job).finally(() => underWay.delete(working));
      underWay.add(working);
    }
    return jobs.length === free;
  };
  const run = async () => {
    while (!signal.aborted) {
      const woken = new AbortController();
      wake = () => woken.abort(wokenUp);
      const isFull = await trouble.past(take, () => queue.repair());
      if (isFull && drives.free() > 0) continue;
      await environment.sleep(askInterval, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
    }
  };
  return {
    start: () => {
      running ??= run();
    },
    /** There may be a job, or room for one. */
    wake: () => wake(),
    /** Resolves when the queue knows what became of all that was taken. */
    ended: async () => {
      await running;
      await Promise.all(underWay);
    },
  };
}

/** Tells that the queue cannot be used, once until it can again. */
function createTrouble(onError: RunnerParts["onError"]) {
  let isTold = false;
  let isBroken = false;
  const tell = (error: unknown) => {
    isBroken = true;
    if (!isTold) onError(error, "the queue beside the ledger");
    isTold = true;
  };
  return {
    tell,
    /** Asks the queue, which is repaired first where something went wrong before. Never throws. */
    past: async (ask: () => Promise<boolean>, repair: () => Promise<void>): Promise<boolean> => {
      try {
        if (isBroken) await repair();
        isBroken = false;
        const answer = await ask();
        if (!isBroken) isTold = false;
        return answer;
      } catch (error) {
        tell(error);
        return false;
      }
    },
  };
}
