import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A clock that drivers, their ledger and the cloud share, and that a test moves on instead of waiting. */
export interface MovableClock {
  /** Holds the milliseconds by which it is ahead of the machine's, for drivers in processes of their own. */
  readonly file: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** By so many milliseconds; whoever runs has then stood still for so long. */
  move(milliseconds: number): void;
}

/** Long enough that no machine is so busy that a driver which lives does not renew it. */
export const longLease = 30_000;

/** After that, a lease that was not renewed has run out. */
export const afterLease = longLease + 1000;

/** Longer than any lease, and than any provider may take to show what it sold. */
export const untilProven = 6 * 60_000;

/** Makes one in a folder of the test's. */
export function createMovableClock(folder: string): MovableClock {
  const file = join(folder, "clock");
  let ahead = 0;
  const write = () => {
    // In one step: nobody reads half of it.
    writeFileSync(`${file}.new`, String(ahead));
    renameSync(`${file}.new`, file);
  };
  write();
  return {
    file,
    now: () => Date.now() + ahead,
    move: (milliseconds) => {
      ahead += milliseconds;
      write();
    },
  };
}
