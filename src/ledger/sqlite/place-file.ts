import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { LedgerError } from "../../contract/errors.ts";
import { besideDatabase } from "./main-file.ts";

/** Where a database is put, and what a message says where it cannot be: "The backup cannot be written", and what to do then. */
interface Placing {
  readonly file: string;
  readonly failing: string;
  readonly todo: string;
}

/**
 * Puts a new database at a path, whole or not at all, readable and writable for its owner alone: `make` gets the path of an
 * empty file beside it to write into; what it wrote is on the disk before it gets its name. Never replaces anything.
 *
 * Throws a LedgerError `invalid-configuration` where something is at the path, or its folder is missing, and what `make` throws.
 */
export async function placeFile<T>({ file, failing, todo }: Placing, make: (fresh: string) => Promise<T>): Promise<T> {
  const refused = (why: string) =>
    new LedgerError({
      code: "invalid-configuration",
      message: `${failing}: ${why}. ${todo} Nothing was made.`,
    });
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw refused(`there is no folder ${folder}`);
  for (const path of [file, ...besideDatabase.map((end) => `${file}${end}`)]) {
    if (isTaken(path)) throw refused(`${path} exists, and nothing is replaced`);
  }
  const fresh = `${file}.${randomUUID()}.new`;
  try {
    closeSync(openSync(fresh, "wx", 0o600));
    const made = await make(fresh);
    sync(fresh);
    if (!nameIt(fresh, file)) throw refused(`${file} exists by now, and nothing is replaced`);
    // Windows has no such thing for a folder.
    if (process.platform !== "win32") sync(folder);
    return made;
  } finally {
    for (const end of ["", ...besideDatabase]) rmSync(`${fresh}${end}`, { force: true });
  }
}

/** A link that leads nowhere is something too. */
function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Gives it its name; false where the name was taken meanwhile. A hard link never replaces anything; where the file system has
 * none, a look has to do.
 */
function nameIt(fresh: string, file: string): boolean {
  try {
    linkSync(fresh, file);
  } catch (error) {
    if (isTaken(file)) return false;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code)) throw error;
    renameSync(fresh, file);
  }
  return true;
}

function sync(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
