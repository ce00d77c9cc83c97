/**
 * By how many milliseconds the clock of whoever wrote a `Date` header is ahead of this machine's, `now`; the header counts whole
 * seconds. Undefined where there is none, or one that cannot be read.
 */
export function clockOffset(date: string | undefined, now: number): number | undefined {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? undefined : theirs - now;
}
