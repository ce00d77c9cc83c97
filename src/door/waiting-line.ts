import type { Environment } from "../contract/environment.ts";

/** Milliseconds after which what waits is tried again; twice as long every time. */
const firstPause = 1000;

/** The executions that wait for something else to be done. */
export interface WaitingLine {
  readonly put: (executionId: string) => void;
  /** One is done: it waits no longer, and the first that waits is driven again. */
  readonly next: (done: string) => void;
  readonly size: () => number;
}

/**
 * The first of those that wait is driven again when some other one is done here; each of them also after pauses of up to
 * `longestPause` milliseconds, for what it waits for may be another server's. `longestPause` undefined: somebody else sees to that.
 */
export function createWaitingLine(
  { environment, longestPause }: { readonly environment: Environment; readonly longestPause: number | undefined },
  signal: AbortSignal,
  again: (executionId: string) => void,
): WaitingLine {
  const waiting = new Set<string>();
  const pauses = new Map<string, number>();
  const take = (executionId: string) => {
    if (waiting.delete(executionId)) again(executionId);
  };
  return {
    size: () => waiting.size,
    put: (executionId) => {
      waiting.add(executionId);
      if (longestPause === undefined) return;
      const pause = Math.min(pauses.get(executionId) ?? firstPause, longestPause);
      pauses.set(executionId, pause * 2);
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
