import { checkNumber, checkTime } from "../contract/check-number.ts";
import type { DriveOptions } from "./drive-execution.ts";

/** The numbers that a caller may set, each undefined for its default. */
interface CheckedOptions extends Pick<DriveOptions, "concurrency" | "deadline"> {
  readonly olderThan?: number | undefined;
  readonly limit?: number | undefined;
}

/** About ten years in milliseconds: nothing was left behind for longer. */
const longestAge = 10 * 365 * 86_400_000;

/** The longest lease, in milliseconds: a day. A crash costs the next driver at most that. */
const longestLease = 86_400_000;

/** As many as one call drives again. */
const mostRecommendations = 10_000;

/** Throws a RefusedError `invalid-configuration` that names the option, before anything is claimed or asked. */
export function checkOptions({ concurrency, deadline, olderThan, limit }: CheckedOptions): void {
  if (concurrency !== undefined) checkNumber("concurrency", concurrency, { minimum: 1, maximum: 1000 });
  if (deadline !== undefined) checkTime("deadline", deadline);
  if (olderThan !== undefined) {
    checkNumber("olderThan", olderThan, { minimum: 0, maximum: longestAge, unit: "milliseconds" });
  }
  if (limit !== undefined) checkNumber("limit", limit, { minimum: 1, maximum: mostRecommendations });
}

/** The same for the lease of a purchaser. A shorter one would be lost by every hiccup. */
export function checkLease(leaseLength: number): void {
  checkNumber("leaseLength", leaseLength, { minimum: 1000, maximum: longestLease, unit: "milliseconds" });
}
