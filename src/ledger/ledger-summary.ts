/** What is in a ledger, and whether it is whole. For a person; nothing is driven by it. */
export interface LedgerSummary {
  /** Where it is. */
  readonly place: string;
  /** The files that it consists of now, and how many bytes each has; none for a server's. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Which version of the tables it has; undefined where nobody can tell. */
  readonly schema: number | undefined;
  /** The version that this program writes. */
  readonly knownSchema: number;
  /** When it was made, if it is a backup: milliseconds since 1970. */
  readonly backupAt: number | undefined;
  /** When it was restored from a backup, if it was: milliseconds since 1970. */
  readonly restoredAt: number | undefined;
  /** How many there are, by state; undefined where they cannot be counted. */
  readonly counts: LedgerCounts | undefined;
  /** What is wrong with it, in sentences; empty for one that is whole. */
  readonly problems: readonly string[];
}

/** How many there are of each. */
export interface LedgerCounts {
  readonly executions: number;
  readonly recommendations: number;
  readonly bought: number;
  /** Sent, and not known to be bought or not. */
  readonly mayBeBought: number;
}

/** The counts of rows that hold a state and how many records are in it. */
export function countsOf(
  executions: number,
  byState: readonly { readonly state: string; readonly count: number }[],
): LedgerCounts {
  const sum = (...states: readonly string[]) =>
    byState.filter(({ state }) => states.includes(state)).reduce((total, { count }) => total + count, 0);
  return {
    executions,
    recommendations: byState.reduce((total, { count }) => total + count, 0),
    bought: sum("purchased"),
    mayBeBought: sum("submitted", "unknown"),
  };
}
