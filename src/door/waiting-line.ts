import type { Environment } from "../contract/environment.ts";

/** Milliseconds after which what waits is tried again; twice as long every time. */
const firstPause = 1000;

/** The executions that wait for something else to be done. */
export interface WaitingLine {
  readonly put: (executionId: string) => void;
  /** One is done: it waits no longer, and the first that waits is driven again. */
  readonly next: (done: string) => void;
  readonly has: (executionId: string) => boolean;
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
  // One of each: a timer that outlived its wait would add one more with every drive that it begins.
  const timers = new Map<string, AbortController>();
  const leave = (executionId: string) => {
    timers.get(executionId)?.abort();
    timers.delete(executionId);
    return waiting.delete(executionId);
  };
  const take = (executionId: string) => {
    if (leave(executionId)) again(executionId);
  };
  return {
    has: (executionId) => waiting.has(executionId),
    size: () => waiting.size,
    put: (executionId) => {
      leave(executionId);
      waiting.add(executionId);
      if (longestPause === undefined) return;
      const pause = Math.min(pauses.get(executionId) ?? firstPause, longestPause);
      pauses.set(executionId, pause * 2);
      const timer = new AbortController();
      timers.set(executionId, timer);
      environment.sleep(pause, AbortSignal.any([signal, timer.signal])).then(
        () => take(executionId),
        () => undefined,
      );
    },
    next: (done) => {
      leave(done);
      pauses.delete(done);
      const [first] = waiting;
      if (first !== undefined) take(first);
    },
  };
}
