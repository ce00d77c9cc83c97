import { setTimeout as delay } from "node:timers/promises";
import { type ClockReading, readSystemClock } from "./clock-reading.ts";

/** Everything impure that a drive uses besides its ledger and its providers; tests hand in their own. */
export interface Environment {
  /** Milliseconds since 1970. Only for deadlines and events: leases are on the ledger's clock. */
  readonly now: () => number;
  /** The clocks that ages are measured by on which money hangs: see `age.ts`. */
  readonly readClock: () => ClockReading;
  /** Resolves after so many milliseconds; rejects with the signal's reason when aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Calls `run` every so many milliseconds until the returned function is called; does not keep the process alive. */
  readonly every: (milliseconds: number, run: () => void) => () => void;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
}

/** The machine's clock, timers and random numbers. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  readClock: readSystemClock,
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  every: (milliseconds, run) => {
    const timer = setInterval(run, milliseconds).unref();
    return () => clearInterval(timer);
  },
  random: () => Math.random(),
};
