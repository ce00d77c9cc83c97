import { statSync } from "node:fs";
import { movedAway } from "./sqlite-error.ts";

/** The ledger's file is no longer the one that was opened; with the code that SQLite has for it. */
class MovedAwayError extends Error {
  readonly errcode = movedAway;
}

/**
 * Remembers which file a path leads to. The returned function throws once it leads to another one, or to none: SQLite,
 * with its write-ahead log, would go on writing into the former file, which nobody reads again.
 */
export function createPlaceCheck(file: string): () => void {
  const { dev, ino } = statSync(file, { bigint: true });
  return () => {
    const now = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (now === undefined) throw new MovedAwayError("there is no file any more");
    if (now.ino !== ino || now.dev !== dev) throw new MovedAwayError("another file is at its path");
  };
}
