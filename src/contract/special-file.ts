import { lstatSync, type Stats } from "node:fs";

/**
 * What is at a path, in words, where it is neither a regular file nor nothing: such a thing must not be written to, nor
 * replaced. A link counts as one unless `lookAt` follows it. Throws what `lookAt` throws, but for a path that leads nowhere.
 */
export function specialFile(path: string, lookAt: (path: string) => Stats = lstatSync): string | undefined {
  let found: Stats;
  try {
    found = lookAt(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return "a folder";
  if (found.isSymbolicLink()) return "a link";
  if (found.isFIFO()) return "a pipe";
  return found.isSocket() ? "a socket" : "a device";
}
