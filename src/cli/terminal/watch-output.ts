import type { Writable } from "node:stream";

/** A stream that is written to, and whether it took what it got. */
export interface WatchedOutput {
  /** The first thing that went wrong: a full disk, a reader or a terminal that went away. */
  readonly failure: Error | undefined;
  /** Resolves when all that was written is handed over, or was lost. */
  flush(): Promise<void>;
}

/** Notes what goes wrong with a stream. It must not turn into an error of a drive that goes on buying. */
export function watchOutput(stream: Writable): WatchedOutput {
  let failure: Error | undefined;
  const note = (error: Error | null | undefined) => void (failure ??= error ?? undefined);
  stream.on("error", note);
  return {
    get failure() {
      return failure;
    },
    flush: () =>
      new Promise((done) => {
        stream.write("", (error) => {
          note(error);
          done();
        });
      }),
  };
}
