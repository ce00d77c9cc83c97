import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../../contract/errors.ts";
import { usageError } from "../terminal/exit-code.ts";

/** Throws a usage error for a path at which no new file can be made. */
export function checkNewFile(file: string, option: string): void {
  if (existsSync(file))
    throw usageError(`${option} names ${file}, which is there already: give a new file. Nothing was written.`);
  if (!existsSync(dirname(file))) {
    throw usageError(`${option} names ${file}, and there is no folder ${dirname(file)}. Nothing was written.`);
  }
}

/** Writes a file that is not there yet, whole or not at all. Throws a usage error. */
export async function writeNewFile(file: string, text: string, option: string): Promise<void> {
  let isOurs = true;
  try {
    await writeFile(file, text, { flag: "wx" }).catch((error: unknown) => {
      isOurs = !(error instanceof Error && "code" in error && error.code === "EEXIST");
      throw error;
    });
  } catch (error) {
    if (isOurs) await rm(file, { force: true });
    throw usageError(`${option} names ${file}, which cannot be written: ${messageOf(error)}.`);
  }
}
