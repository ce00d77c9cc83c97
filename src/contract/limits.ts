import { Big } from "big.js";
import { compareMoney, type Money } from "./money.ts";
import { longerTwinsWithin } from "./twin.ts";

/** Whether a limit allows more than the former one; one in another currency does, and none (undefined) does. */
export function raisesPrice(before: Money | undefined, after: Money | undefined): boolean {
  if (before === undefined) return false;
  return after === undefined || after.currency !== before.currency || compareMoney(after, before) > 0;
}

/** Whether totals allow more than the former ones, in any currency. */
export function raisesTotals(before: readonly Money[] | undefined, after: readonly Money[] | undefined): boolean {
  if (before === undefined) return false;
  if (after === undefined) return true;
  return after.some((total) => {
    const former = before.find(({ currency }) => currency === total.currency);
    return former === undefined || compareMoney(total, former) > 0;
  });
}

/** Whether two limits, or none, are the same, however they are written. */
export function sameMoney(left: Money | undefined, right: Money | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.currency === right.currency && compareMoney(left, right) === 0;
}

/** Whether twins are forbidden for a shorter time than before, or not at all any more. */
export function allowsMoreTwins(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && longerTwinsWithin(before, after) !== after;
}

/** Whether totals, or none, are the same, however they are written and ordered. */
export function sameTotals(before: readonly Money[] = [], now: readonly Money[] = []): boolean {
  return before.length === now.length && before.every((total) => now.some((one) => sameMoney(one, total)));
}

/** A limit of nothing: what has it is not to be bought, and what it cost if it is bought is not said by it. */
export function isNothing(limit: Money): boolean {
  return new Big(limit.amount).eq(0);
}

/** The lower of two limits; none is no limit. One in another currency stays: what may be paid in it is not known. */
export function lowerLimit(limit: Money | undefined, other: Money): Money {
  if (limit === undefined) return other;
  return limit.currency !== other.currency || compareMoney(limit, other) <= 0 ? limit : other;
}
