import { createVirtualEnvironment, type VirtualEnvironment } from "../src/testing/virtual-environment.ts";

/** Milliseconds of one step: less than a lease is renewed after. */
const step = 2_000;

/**
 * A virtual environment whose sleeps pass step by step: what is due meanwhile is done, such as the renewal of a lease, and a sleep
 * ends when its signal is aborted.
 */
export function createSteppedEnvironment(start?: number): VirtualEnvironment {
  const environment = createVirtualEnvironment(start);
  return {
    ...environment,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      for (let left = milliseconds; left > 0; left -= step) await environment.sleep(Math.min(left, step), signal);
    },
  };
}
