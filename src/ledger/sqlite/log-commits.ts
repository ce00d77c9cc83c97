import { readFileSync } from "node:fs";

/** Bytes of the head of a log, and of the head of each frame in it (https://www.sqlite.org/fileformat2.html#walformat). */
const [headLength, frameHead] = [32, 24];

/**
 * How many commits a write-ahead log holds since SQLite last began it anew. It is read as a file, which takes no locks away:
 * SQLite has none on a log. Throws what reading a file throws.
 */
export function commitsIn(log: string): number {
  const bytes = readFileSync(log);
  if (bytes.length < headLength) return 0;
  const frameLength = frameHead + bytes.readUInt32BE(8);
  /** Frames of its former life, which it has not written over yet, have other ones. */
  const salts = bytes.subarray(16, 24);
  let commits = 0;
  for (let at = headLength; at + frameLength <= bytes.length; at += frameLength) {
    if (!bytes.subarray(at + 8, at + 16).equals(salts)) break;
    // The last frame of a transaction says how large the database is after it.
    if (bytes.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}
