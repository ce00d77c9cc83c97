/**
 * What ends a command unless somebody listens: Ctrl-C, `kill`, a terminal that went away, Ctrl-\ and Windows' Ctrl-Break.
 * A name that the system does not know is never heard.
 */
const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"] as const;

type Signal = (typeof signals)[number];

/** Where signals come from: the process, or a test's emitter. */
export interface SignalSource {
  on(signal: Signal, listener: (signal: Signal) => void): unknown;
  off(signal: Signal, listener: (signal: Signal) => void): unknown;
}

/** What happens on Ctrl-C, and on the other signals that end a command. */
export interface InterruptHandlers {
  /** The first time: stop gently. */
  readonly first: () => void;
  /** Every later time: stop at once. */
  readonly again: () => void;
}

/**
 * Milliseconds within which signals are one: under `npm start` a Ctrl-C arrives twice, from the terminal and from npm,
 * which passes it on; a service manager sends SIGHUP right after SIGTERM.
 */
const sameKeyPress = 500;

/** Listens for the signals that end a command until the returned function is called. `now` is in milliseconds. */
export function onInterrupt(source: SignalSource, { first, again }: InterruptHandlers, now: () => number): () => void {
  let firstAt: number | undefined;
  const listeners = signals.map((signal) => {
    const listener = () => {
      if (firstAt === undefined) {
        firstAt = now();
        first();
      } else if (signal !== "SIGHUP" && now() - firstAt > sameKeyPress) again();
      // Nobody presses a hang-up twice: the shell and the kernel each send their own.
    };
    source.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) source.off(signal, listener);
  };
}
