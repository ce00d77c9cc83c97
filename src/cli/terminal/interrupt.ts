/** Where signals come from: the process, or a test's emitter. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/** What happens on Ctrl-C and on SIGTERM. */
export interface InterruptHandlers {
  /** The first time: stop gently. */
  readonly first: () => void;
  /** Every later time: stop at once. */
  readonly again: () => void;
}

/**
 * Milliseconds within which signals are one: under `npm start` a Ctrl-C arrives twice, from the terminal and from npm,
 * which passes it on.
 */
const sameKeyPress = 500;

/** Listens for SIGINT and SIGTERM until the returned function is called. `now` is in milliseconds. */
export function onInterrupt(source: SignalSource, { first, again }: InterruptHandlers, now: () => number): () => void {
  let firstAt: number | undefined;
  const listener = () => {
    if (firstAt === undefined) {
      firstAt = now();
      first();
    } else if (now() - firstAt > sameKeyPress) again();
  };
  source.on("SIGINT", listener);
  source.on("SIGTERM", listener);
  return () => {
    source.off("SIGINT", listener);
    source.off("SIGTERM", listener);
  };
}
