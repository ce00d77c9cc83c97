import { exitCodes } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/terminal.ts";
import type { CommandParts } from "./command-parts.ts";

/** Runs until the first Ctrl-C or SIGTERM, which `run` waits for and `words` answers; a later one ends the process at once. */
export async function untilInterrupted(
  words: string,
  { terminal, onInterrupt, exit }: Pick<CommandParts, "terminal" | "onInterrupt" | "exit">,
  run: (interrupted: Promise<void>) => Promise<void>,
): Promise<void> {
  const note = noteOn(terminal.stderr);
  const interrupted = Promise.withResolvers<void>();
  const stopListening = onInterrupt({
    first: () => {
      note(`Ending: ${words} Again (Ctrl-C) ends it at once.`);
      interrupted.resolve();
    },
    again: () => exit(exitCodes.interrupted),
  });
  try {
    await run(interrupted.promise);
  } finally {
    stopListening();
  }
}
