import type { Environment } from "../contract/environment.ts";
import type { DoorLedger } from "./door-parts.ts";
import { createDrives, type DriveParts, type Drives } from "./drives-here.ts";
import { createSweeps } from "./left-behind.ts";
import { createWaitingLine, type WaitingLine } from "./waiting-line.ts";

/** Has executions driven. It decides nothing: what may be bought, the ledger says. */
export interface Runner {
  /** Has an execution driven of which something was just recorded. */
  add(executionId: string): void;
  /** Resolves when nothing of an execution waits or is driven in this process any more; undefined where nothing does. */
  ended(executionId: string): Promise<unknown> | undefined;
  /** Begins to take up what was left behind: what was accepted by a server that is no more, what became due, what is pending. */
  start(): void;
  /** Starts nothing more, and resolves when what is under way is recorded. */
  drain(): Promise<void>;
  /** Executions that are driven here now, and those that wait for that. */
  load(): { readonly drives: number; readonly queue: number };
  /** Aborted once it drains. */
  readonly draining: AbortSignal;
}

/** What a runner is made of. */
export interface RunnerParts extends DriveParts {
  readonly ledger: Pick<DoorLedger, "execution" | "now" | "records">;
  readonly environment: Environment;
  /** Milliseconds. */
  readonly sweepInterval: number;
}

/** What a runner says to whoever waits while it ends. */
export const endingReason = "The server is ending.";

/** The longest pause of what waits for an equal purchase, in sweeps: each drive of it leaves two lines in its history. */
const sweepsOfPause = 10;

/** A runner that drives in this process what it is given, and what its sweeps find. */
export function createRunner(parts: RunnerParts): Runner {
  const { environment, sweepInterval } = parts;
  const stop = new AbortController();
  const { signal } = stop;
  const drives = createDrives(parts, signal, (executionId, driven) => {
    if (driven === "waits") line.put(executionId);
    else line.next(executionId);
  });
  const add = (executionId: string) => void drives.add(executionId);
  const line = createWaitingLine({ environment, longestPause: sweepsOfPause * sweepInterval }, signal, add);
  const sweeps = createSweeps({ ...parts, firstRest: 0 }, signal, async (left) => {
    // What waits here already is taken up anyhow.
    const isHere = (executionId: string) => drives.under(executionId) !== undefined || line.has(executionId);
    for (const { executionId } of left) if (!isHere(executionId)) add(executionId);
  });
  return {
    add,
    ended: drives.under,
    start: sweeps.start,
    drain: async () => {
      stop.abort(new Error(endingReason));
      await Promise.all([sweeps.end(), drives.settled()]);
    },
    load: () => loadOf(drives, line),
    draining: signal,
  };
}

/** What is driven, and what waits for that: for room, or for something else to be done. */
export function loadOf(drives: Drives, line: WaitingLine): ReturnType<Runner["load"]> {
  const { drives: underWay, queue } = drives.load();
  return { drives: underWay, queue: queue + line.size() };
}
