import { type ClockReading, readSystemClock } from "../src/contract/clock-reading.ts";

/** The machine's clocks so many milliseconds later: not set, but after that time has passed. */
export function clockAhead(milliseconds: number): ClockReading {
  const { boot, monotonic, wall } = readSystemClock();
  return { boot, monotonic: monotonic + milliseconds, wall: wall + milliseconds };
}
