import { BuyonceError } from "../../contract/errors.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { Progress } from "../progress/progress.ts";
import { exitCodes } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/terminal.ts";
import type { Again } from "../text/next-steps.ts";
import type { CommandParts } from "./command-parts.ts";

/** What runs until it ends or is interrupted. */
export interface Interruptible {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Runs a drive and shows its progress. */
  drive<T>(progress: () => Progress, run: (onEvent: (event: DriveEvent) => void) => Promise<T>): Promise<T>;
}

/**
 * Runs something that may buy: the first Ctrl-C stops it gently, the second at once. `again` is how to go on.
 */
export async function untilInterrupted<T>(
  again: Again,
  { terminal, onInterrupt, exit }: Pick<CommandParts, "terminal" | "onInterrupt" | "exit">,
  run: (interruptible: Interruptible) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  let note = noteOn(terminal.stderr);
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
        `Ended at once. A purchase may be under way: ${again.words}, and what became of it is found out before anything is bought.${below(again)}`,
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
          if (signal.aborted) noteOn(terminal.stderr)(`Stopped. To go on, ${again.words}.${below(again)}`);
        }
      },
    });
  } finally {
    stopListening();
  }
}

/** The command on a line of its own, to be copied. */
function below({ command }: Again): string {
  return command === undefined ? "" : `\n    ${command}`;
}

/**
 * Runs something that buys nothing: the first Ctrl-C stops it, the second ends the process. Stopped, it throws a
 * BuyonceError `aborted`, which says `consequence`, as in "nothing was recorded".
 */
export async function stoppable<T>(
  { onInterrupt, exit }: Pick<CommandParts, "onInterrupt" | "exit">,
  consequence: string,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stopListening = onInterrupt({
    first: () => controller.abort(),
    again: () => exit(exitCodes.interrupted),
  });
  try {
    return await run(controller.signal);
  } catch (error) {
    // A guard's or the ledger's word stays; what a stopped wait throws does not say that it was stopped.
    if (!controller.signal.aborted || BuyonceError.isInstance(error)) throw error;
    throw new BuyonceError({ code: "aborted", message: `Stopped: ${consequence}.`, cause: error });
  } finally {
    stopListening();
  }
}
