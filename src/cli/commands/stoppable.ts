import { BuyonceError } from "../../spec/errors.ts";
import type { DriveParts } from "./command-parts.ts";
import { exitCodes } from "../terminal/exit-code.ts";

/**
 * Runs something that buys nothing: the first Ctrl-C stops it, the second ends the process. Stopped, it throws a
 * BuyonceError `aborted`, which says `consequence`, as in "nothing was recorded".
 */
export async function stoppable<T>(
  { onInterrupt, exit }: Pick<DriveParts, "onInterrupt" | "exit">,
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
