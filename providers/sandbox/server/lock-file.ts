import { DatabaseSync } from "node:sqlite";
import { RefusedError } from "../../../src/contract/errors.ts";

/** Long enough for a sandbox that is just closing; the wait blocks the process. */
const waitMilliseconds = 500;

/**
 * Keeps other processes, and this one, from using the same file at the same time. It is SQLite's lock on an empty
 * database: unlike a file with a process id in it, the operating system drops it when the process dies.
 * Throws a RefusedError `invalid-configuration` when it is held.
 */
export function lockFile(file: string): Disposable {
  const database = new DatabaseSync(file, { timeout: waitMilliseconds });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw new RefusedError({
      code: "invalid-configuration",
      message: `Another sandbox uses this state ("${file}" is locked). Close it, drive against its address, or name another state file.`,
      cause: error,
    });
  }
  return { [Symbol.dispose]: () => database.close() };
}
