/**
 * Milliseconds in which a ledger that was lost, or restored from a backup, may have made a purchase that it does not know: the same
 * execution is driven again within them, and no backup is taken to be older.
 */
export const forgottenSpan = 31 * 86_400_000;
