import type { Environment } from "../contract/environment.ts";

/**
 * An environment whose time passes only in sleeps, and when a test moves it; no test waits for real. Its wall clock (`now`) can
 * be set, which moves nothing else.
 */
export interface VirtualEnvironment extends Environment {
  /** Lets time pass without running timers: what a process sees that was paused. */
  jump(milliseconds: number): void;
  /** Lets time pass and runs the timers that are due. */
  advance(milliseconds: number): void;
  /** Sets the wall clock forward by so much, or back. */
  step(milliseconds: number): void;
  /** What a wall clock says that nobody sets, in milliseconds since 1970: the time at the provider. */
  readonly trueTime: () => number;
}

/** Starts at 2026-11-22T00:00:00Z. */
export function createVirtualEnvironment(start = 1_795_305_600_000): VirtualEnvironment {
  let time = start;
  let ahead = 0;
  const now = () => time + ahead;
  const timers = new Set<{ due: number; readonly every: number; readonly run: () => void }>();
  function advance(milliseconds: number): void {
    const end = time + milliseconds;
    for (;;) {
      const [next] = [...timers].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due);
      if (next === undefined) break;
      time = Math.max(time, next.due);
      next.due += next.every;
      next.run();
    }
    time = Math.max(time, end);
  }
  return {
    now,
    readClock: () => ({ boot: "virtual", monotonic: time - start, wall: now() }),
    trueTime: () => time,
    random: () => 0.5,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      await new Promise((done) => setImmediate(done));
      advance(milliseconds);
      signal?.throwIfAborted();
    },
    every: (milliseconds, run) => {
      const timer = { due: time + milliseconds, every: milliseconds, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    jump: (milliseconds) => {
      time += milliseconds;
    },
    advance,
    step: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}
