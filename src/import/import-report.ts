import type { ExecutionProblem } from "../contract/errors.ts";

/** How a place of an imported execution stands in the ledger. */
export interface ImportedPlace {
  readonly recIndex: number;
  /**
   * - `bought`: recorded as bought, under `commitment`.
   * - `open`: to be bought, once a person approved it.
   * - `skipped`: its place is empty, or a person dropped it.
   * - `waits`: the other engine says that it bought it as `commitment`, and the provider does not show that: nothing is bought for it
   *   until it shows, or a person decides.
   */
  readonly result: "bought" | "open" | "skipped" | "waits";
  readonly commitment?: string;
  /** For a person: why it waits, what to compare, the other engine's error, why it is skipped. */
  readonly note?: string;
}

/** What became of one row of an export. */
export interface ImportedExecution {
  /** Which row, for a person: `row 3 (line 7)`. */
  readonly row: string;
  readonly executionId?: string | undefined;
  /** The other engine's own word for how it stood; it decides nothing. */
  readonly status?: string | undefined;
  /**
   * - `recorded`: the ledger did not know the execution.
   * - `updated`: it did, and learnt of purchases.
   * - `known`: it knew all of it; nothing was changed.
   * - `nothing`: nothing of it was selected, so there is nothing to record.
   * - `not-taken`: nothing of it was recorded; `problems` says why.
   */
  readonly result: "recorded" | "updated" | "known" | "nothing" | "not-taken";
  /** By recIndex, as they stand now. Empty for a row that was not taken. */
  readonly places: readonly ImportedPlace[];
  readonly problems: readonly ExecutionProblem[];
}

/** What an import did: one entry for each row, in their order. */
export interface ImportReport {
  readonly executions: readonly ImportedExecution[];
}
