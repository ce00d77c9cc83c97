/** What ends work before it is done. */
export interface Ending {
  /** Milliseconds. */
  readonly timeout: number;
  /** The reason when they are over. */
  readonly late: () => Error;
  /** The caller's own, whose reason is kept. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs work with a signal that comes after a time, or with the caller's, whichever is first, and lets go of both when the work is done.
 * What `AbortSignal.any` makes stays in memory, with what listens to it, until the next full collection.
 */
export async function withTimeout<T>(
  { timeout, late, signal }: Ending,
  run: (ending: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(late()), timeout);
  const abort = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await run(ending.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
