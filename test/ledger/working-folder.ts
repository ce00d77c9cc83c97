import { onTestFinished } from "vitest";
import { temporaryFolder } from "../sandbox/support.ts";

/** An empty folder that is the working one until the test ends, and is removed then. */
export function workingFolder(): string {
  const before = process.cwd();
  const folder = temporaryFolder();
  // Not the import of it: the browser's driver keeps what cwd answers, until chdir is called where it is looked up.
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}
