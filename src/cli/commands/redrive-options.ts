import { usageError } from "../terminal/exit-code.ts";
import type { BuyCommandOptions } from "./command-options.ts";

/** What `buyonce redrive` takes up unless told otherwise. */
export const redriveDefaults = { olderThan: 30, limit: 100 } as const;

/** The options of `buyonce redrive`, parsed. */
export interface RedriveCommandOptions extends BuyCommandOptions {
  /** Seconds for which nothing has happened to it. */
  readonly olderThan?: number | undefined;
  /** At most so many recommendations. */
  readonly limit?: number | undefined;
  /** What was refused or rejected as well. */
  readonly retryRefused: boolean;
  /** What is parked as well: what waits for a person. */
  readonly parked: boolean;
}

/** Throws a usage error for options that mean nothing together. */
export function checkSelection(
  executionId: string | undefined,
  { olderThan, limit }: Pick<RedriveCommandOptions, "olderThan" | "limit">,
): void {
  if (executionId === undefined || (olderThan === undefined && limit === undefined)) return;
  throw usageError(
    "--older-than and --limit choose among what was left behind; with an execution id all of that execution is driven. Leave them out, or the id.",
  );
}
