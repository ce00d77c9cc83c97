import type { DriveEvent } from "../../spec/events.ts";
import type { DriveParts } from "./command-parts.ts";
import { exitCodes } from "../terminal/exit-code.ts";
import type { Progress } from "../progress/progress.ts";

/** What runs until it ends or is interrupted. */
export interface Interruptible {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Runs a drive and shows its progress. */
  drive<T>(progress: () => Progress, run: (onEvent: (event: DriveEvent) => void) => Promise<T>): Promise<T>;
}

/**
 * Runs something that may buy: the first Ctrl-C stops it gently, the second at once. `again` is how to go on, as in
 * "drive the same file again".
 */
export async function untilInterrupted<T>(
  again: string,
  { terminal, onInterrupt, exit }: Pick<DriveParts, "terminal" | "onInterrupt" | "exit">,
  run: (interruptible: Interruptible) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  let note = (text: string): void => void terminal.stderr.write(`${text}\n`);
  let sending = false;

  const stopListening = onInterrupt({
    first: () => {
      controller.abort();
      if (sending) {
        note("Stopping: nothing new is started, purchases under way are waited for. Again (Ctrl-C) ends it at once.");
      }
    },
    again: () => {
      note(
        `Ended at once. A purchase may be under way: ${again}, and what became of it is found out before anything is bought.`,
      );
      exit(exitCodes.interrupted);
    },
  });
  try {
    return await run({
      signal,
      drive: async (createProgress, drive) => {
        const progress = createProgress();
        note = progress.note;
        sending = true;
        try {
          return await drive(progress.event);
        } finally {
          progress.stop();
          if (signal.aborted) terminal.stderr.write(`Stopped. To go on, ${again}.\n`);
        }
      },
    });
  } finally {
    stopListening();
  }
}
