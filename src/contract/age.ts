import type { ClockReading, Moment } from "./clock-reading.ts";

/** How old something is, in milliseconds, as far as clocks that are set now and then can tell. */
export interface Age {
  /** It is so old by every clock: what may be done only after a time asks for this. */
  readonly atLeast: number;
  /** It is not older by any clock: what may be done only up to a time asks for this. Infinity where no clock can tell. */
  readonly atMost: number;
}

/** Nothing is known. */
export const unknownAge: Age = { atLeast: 0, atMost: Infinity };

/** A look at the ledger's clock and at the driver's, at once. */
export interface Look extends Moment {
  readonly clock: ClockReading;
}

/** By so much (milliseconds) clocks of several machines differ in peace, and are set back without anybody noticing. */
const tolerance = 60_000;

/**
 * How old something is at a look; `first` is the first look of the same driver. Undefined where the clocks contradict each
 * other: by one of them it has not happened yet.
 *
 * A wall clock may be set: both the ledger's and the driver's own are asked. A monotonic clock is not set, but it can be
 * compared within one boot only, may stand still while the machine sleeps, and is another's after a copy of a virtual machine was
 * started. So the least of them all is certain, and within one boot the most of them bounds it. Of another boot, or of a record
 * without a reading, the wall clocks are believed for the time before the first look, and no clock bounds it.
 */
export function ageAt({ at, clock }: Moment, now: Look, first: Look): Age | undefined {
  const isComparable = clock?.boot === now.clock.boot;
  const counted = isComparable
    ? now.clock.monotonic - clock.monotonic
    : first.at - at + (now.clock.monotonic - first.clock.monotonic);
  const ages = [now.at - at, counted, ...(clock === undefined ? [] : [now.clock.wall - clock.wall])];
  const atLeast = Math.min(...ages);
  if (atLeast < -tolerance) return undefined;
  return { atLeast: Math.max(0, atLeast), atMost: isComparable ? Math.max(0, ...ages) : Infinity };
}
