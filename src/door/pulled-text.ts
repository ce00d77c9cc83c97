import type { Environment } from "../contract/environment.ts";

/** How a text is sent that comes bit by bit. */
interface Pulled {
  readonly sleep: Environment["sleep"];
  /** Milliseconds after which whoever takes nothing more is cut. */
  readonly stallTime: number;
  /** Cuts the connection; false where there is none to be reached. */
  readonly cut: () => boolean;
  /** Called once, when it is over: all was sent, the reader is gone or was cut, or making it failed. */
  readonly ended: () => void;
}

/**
 * A body of what is made one piece at a time, each only when the one before was taken: what a slow reader has not taken is not kept.
 * The maker has to end when it is returned from.
 */
export function pulledText(pieces: AsyncIterator<string>, { sleep, stallTime, cut, ended }: Pulled) {
  let taken = new AbortController();
  let isOver = false;
  const finish = () => {
    if (isOver) return;
    isOver = true;
    taken.abort();
    ended();
  };
  const waitForReader = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (isOver) return;
    taken = new AbortController();
    const stalled = () => {
      finish();
      if (!cut()) controller.error(new Error("Nobody took what was sent."));
    };
    sleep(stallTime, taken.signal).then(stalled, () => undefined);
  };
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      start: waitForReader,
      pull: async (controller) => {
        taken.abort();
        try {
          const { done, value } = await pieces.next();
          if (isOver) return;
          if (done === true) {
            finish();
            controller.close();
          } else {
            controller.enqueue(encoder.encode(value));
            waitForReader(controller);
          }
        } catch (error) {
          finish();
          throw error;
        }
      },
      cancel: finish,
    },
    // Nothing is made ahead.
    { highWaterMark: 0 },
  );
}
