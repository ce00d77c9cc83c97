import { systemEnvironment } from "../../src/contract/environment.ts";
import type { Environment } from "../../src/contract/environment.ts";

/** An environment whose time stands still until it is moved by hand. */
export interface HandClock {
  readonly environment: Environment;
  /** How many wait for a time. */
  waiting(): number;
  /** Moves it on, and wakes who waited for no longer. */
  advance(milliseconds: number): void;
}

/** Makes one. */
export function createHandClock(): HandClock {
  let now = Date.now();
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    environment: {
      ...systemEnvironment,
      now: () => now,
      every: () => () => undefined,
      sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const sleeper = { until: now + milliseconds, wake: resolve };
          sleepers.add(sleeper);
          signal?.addEventListener("abort", () => {
            if (sleepers.delete(sleeper)) reject(signal.reason);
          });
        }),
    },
    waiting: () => sleepers.size,
    advance: (milliseconds) => {
      now += milliseconds;
      for (const sleeper of sleepers) {
        if (sleeper.until <= now && sleepers.delete(sleeper)) sleeper.wake();
      }
    },
  };
}
