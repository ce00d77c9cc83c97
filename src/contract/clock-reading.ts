import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";

/** What the clocks of a driver's machine said at one moment. */
export interface ClockReading {
  /** The boot that `monotonic` counts from: of two readings with one boot, the difference is time that has passed. */
  readonly boot: string;
  /** Milliseconds of a clock that nobody sets. It may stand still while the machine sleeps, and is never ahead. */
  readonly monotonic: number;
  /** The machine's wall clock, in milliseconds since 1970. */
  readonly wall: number;
}

/** When something happened, on two kinds of clocks. */
export interface Moment {
  /** Ledger time, in milliseconds since 1970. */
  readonly at: number;
  /** The clocks of the driver that did it; undefined in records of an older version. */
  readonly clock?: ClockReading | undefined;
}

/** Milliseconds that have passed between two readings of one process, or fewer: of its two clocks the one that says more. */
export function passedAtMost(before: ClockReading, now: ClockReading): number {
  return Math.max(now.monotonic - before.monotonic, now.wall - before.wall);
}

let boot: string | undefined;

/** Reads the machine's clocks. On Linux all its processes share one monotonic clock; elsewhere each has its own. */
export function readSystemClock(): ClockReading {
  boot ??= bootOf();
  return { boot, monotonic: Number(process.hrtime.bigint() / 1_000_000n), wall: Date.now() };
}

/** The machine's boot and, because it may shift the clock, the time namespace; where they cannot be read, this process. */
function bootOf(): string {
  try {
    const id = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${id} ${readlinkSync("/proc/self/ns/time")}`;
  } catch {
    return randomUUID();
  }
}
