import { existsSync, statSync } from "node:fs";
import { beside } from "./main-file.ts";
import { movedAway } from "./sqlite-error.ts";

/** The ledger's file is no longer the one that was opened; with the code that SQLite has for it. */
class MovedAwayError extends Error {
  readonly errcode = movedAway;
}

/**
 * Remembers which file a path leads to, by device and inode; of a database that is open, its log and the index of that as well.
 * The returned function throws once one of them leads to another one, or to none: SQLite, with its write-ahead log, would go
 * on writing into the former file, which nobody reads again.
 */
export function createPlaceCheck(file: string, { isOpen }: { readonly isOpen: boolean }): () => void {
  const log = isOpen ? [beside(file, "-wal"), beside(file, "-shm")].filter((path) => existsSync(path)) : [];
  const remembered = [file, ...log].map((path) => {
    const { dev, ino } = statSync(path, { bigint: true });
    return { path, dev, ino };
  });
  return () => {
    for (const { path, dev, ino } of remembered) {
      const now = statSync(path, { bigint: true, throwIfNoEntry: false });
      const what = path === file ? "file" : `file ${path}`;
      if (now === undefined) throw new MovedAwayError(`there is no ${what} any more`);
      if (now.ino !== ino || now.dev !== dev) throw new MovedAwayError(`another ${what} is at its path`);
    }
  };
}
