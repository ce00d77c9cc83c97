import { type BuyonceError, type BuyonceErrorOptions, RefusedError } from "./errors.ts";

/** Which numbers a setting may have. */
export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  /** What is counted, such as `milliseconds`. Left out where the name says it. */
  readonly unit?: string;
}

/** The longest that a timer of Node can wait, in milliseconds, about 25 days: anything above fires at once. */
export const longestTimer = 2 ** 31 - 1;

/**
 * A whole number that a caller set, as it is. What is no number at all (`"5"`, null), NaN, infinite, a fraction or out of
 * range is refused in one sentence that names the setting, its range and its unit. Throws `invalid-configuration`: a
 * RefusedError, unless another class is given.
 */
export function checkNumber(
  name: string,
  value: unknown,
  { minimum, maximum, unit }: NumberRange,
  ErrorClass: new (options: BuyonceErrorOptions) => BuyonceError = RefusedError,
): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  const range = `a whole number from ${minimum} to ${maximum}${unit === undefined ? "" : ` (${unit})`}`;
  throw new ErrorClass({
    code: "invalid-configuration",
    message: `${name} must be ${range}, not ${shown(value)}.`,
  });
}

/** The latest time that a Date of JavaScript can hold, in milliseconds since 1970: the year 275760. */
const latestTime = 8.64e15;

/** A time in milliseconds since 1970 that a caller set. Throws a RefusedError `invalid-configuration` for anything else. */
export function checkTime(name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= latestTime) return value;
  throw new RefusedError({
    code: "invalid-configuration",
    message: `${name} must be a time in milliseconds since 1970, not ${shown(value)}.`,
  });
}

function shown(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint" || value === null || value === undefined) {
    return String(value);
  }
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return Array.isArray(value) ? "an array" : `of type ${typeof value}`;
}
