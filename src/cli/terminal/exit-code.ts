import { BuyonceError, RefusedError } from "../../contract/errors.ts";
import type { Outcome } from "../../contract/report.ts";

/** What the process says to its caller. `--help` documents them. */
export const exitCodes = {
  /** All is bought, now or before. */
  bought: 0,
  /** A defect, a ledger that cannot be used, or a report that could not be written. */
  internal: 1,
  /** Bad usage or an invalid file; nothing was sent. */
  usage: 2,
  /** Something was refused or rejected, or the person asked said no. */
  notBought: 3,
  /** Something is unresolved, in progress or written off: it may be bought. */
  unclear: 4,
  /** Stopped by a signal before there was a report. */
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a report: what may be bought weighs more than what is surely not. */
export function exitCodeOf(outcomes: readonly Outcome[]): ExitCode {
  const has = (...statuses: readonly Outcome["status"][]) => outcomes.some(({ status }) => statuses.includes(status));
  if (has("unresolved", "in-progress", "written-off")) return exitCodes.unclear;
  if (has("refused", "rejected")) return exitCodes.notBought;
  return exitCodes.bought;
}

/** The exit code of a command beside which something is parked: it may be bought, and nobody but a person can tell. */
export function exitCodeBesideParked(code: ExitCode, parked: number): ExitCode {
  return parked > 0 ? exitCodes.unclear : code;
}

/** The exit code of a command that gave no report. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (!BuyonceError.isInstance(error)) return exitCodes.internal;
  if (error.code === "invalid-execution" || error.code === "invalid-configuration") return exitCodes.usage;
  if (error.code === "aborted") return exitCodes.interrupted;
  return RefusedError.isInstance(error) ? exitCodes.notBought : exitCodes.internal;
}

/**
 * The exit code where what a command had to say could not be written: all may be well, but nobody was told. A code that
 * says more about the money stays.
 */
export function exitCodeOfLost(code: ExitCode): ExitCode {
  return code === exitCodes.bought ? exitCodes.internal : code;
}

/** The command was called in a way that it does not accept; nothing was sent. */
export function usageError(message: string): BuyonceError {
  return new BuyonceError({ code: "invalid-configuration", message });
}
