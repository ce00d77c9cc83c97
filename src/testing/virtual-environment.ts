import type { Environment } from "../contract/environment.ts";

/** An environment whose time passes only in sleeps, and when a test moves it; no test waits for real. */
export interface VirtualEnvironment extends Environment {
  /** Moves the clock without running timers: what a process sees that was paused. */
  jump(milliseconds: number): void;
  /** Moves the clock and runs the timers that are due. */
  advance(milliseconds: number): void;
}

/** Starts at 2026-11-22T00:00:00Z. */
export function createVirtualEnvironment(start = 1_795_305_600_000): VirtualEnvironment {
  let now = start;
  const timers = new Set<{ due: number; readonly every: number; readonly run: () => void }>();
  function advance(milliseconds: number): void {
    const end = now + milliseconds;
    for (;;) {
      const [next] = [...timers].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due);
      if (next === undefined) break;
      now = Math.max(now, next.due);
      next.due += next.every;
      next.run();
    }
    now = Math.max(now, end);
  }
  return {
    now: () => now,
    random: () => 0.5,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      await new Promise((done) => setImmediate(done));
      advance(milliseconds);
      signal?.throwIfAborted();
    },
    every: (milliseconds, run) => {
      const timer = { due: now + milliseconds, every: milliseconds, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    jump: (milliseconds) => {
      now += milliseconds;
    },
    advance,
  };
}
