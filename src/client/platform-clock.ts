import type { ClientClock } from "./client-parts.ts";

/** The longest that a timer takes, in milliseconds: a longer one would ring at once. */
const longestTimer = 2 ** 31 - 1;

/** The timers that every platform with fetch has. */
export const platformClock: ClientClock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const aborted = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", aborted);
          resolve();
        },
        Math.min(milliseconds, longestTimer),
      );
      signal?.addEventListener("abort", aborted, { once: true });
    }),
  random: () => Math.random(),
};
