import { chdir, cwd } from "node:process";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../sandbox/support.ts";

/** An empty folder that is the working one until the test ends, and is removed then. */
export function workingFolder(): string {
  const before = cwd();
  const folder = temporaryFolder();
  chdir(folder);
  onTestFinished(() => chdir(before));
  return folder;
}
