/** What a function resolved with, and how long that took. */
export interface Timed<T> {
  readonly result: T;
  /** In milliseconds of the event loop. */
  readonly taken: number;
}

/**
 * Measures in milliseconds of the event loop's own time: a moment in which a busy machine did not let this process run
 * counts as one tick of 10. So an upper bound says something about the code, not about the machine.
 */
export async function loopTime<T>(run: () => Promise<T>): Promise<Timed<T>> {
  const tick = 10;
  let taken = 0;
  const timer = setInterval(() => (taken += tick), tick);
  try {
    const result = await run();
    return { result, taken };
  } finally {
    clearInterval(timer);
  }
}
