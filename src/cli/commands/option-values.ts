// How the values of options are written. All that is thrown here is a usage error.
import { InvalidArgumentError } from "commander";
import type { Money } from "../../contract/money.ts";

/** A parser of option values: whole numbers within limits. Its error is a usage error. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A parser of a number of days, as ISO 8601: `7` and `7d` are `P7D`. Its error is a usage error. */
export function days(text: string): string {
  return `P${wholeNumber(1, 999)(text.replace(/d$/, ""))}D`;
}

/** The units of a duration, longest first, in seconds. */
const units = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/**
 * A parser of option values: durations in seconds, within limits in seconds. `90` is 90 seconds, as are `90s` and `1m30s`; units are
 * `d`, `h`, `m` and `s`, each once, the longest first. Its error is a usage error.
 */
export function duration(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const seconds = secondsIn(text);
    if (seconds !== undefined && seconds >= minimum && seconds <= maximum) return seconds;
    throw new InvalidArgumentError(
      `It must be from ${durationText(minimum)} to ${durationText(maximum)}: seconds, or with units such as 90s, 10m, 1h30m, 2d.`,
    );
  };
}

function secondsIn(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const [whole, ...counts] = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/.exec(text) ?? [];
  if (whole === undefined || whole === "") return undefined;
  return Object.values(units).reduce((sum, unit, index) => sum + unit * Number(counts[index] ?? 0), 0);
}

/** As it would be written: `1d`, `10m`. */
function durationText(seconds: number): string {
  let rest = seconds;
  const parts = Object.entries(units).flatMap(([name, unit]) => {
    const count = Math.floor(rest / unit);
    rest %= unit;
    return count === 0 ? [] : [`${count}${name}`];
  });
  return parts.length === 0 ? "0s" : parts.join("");
}

/**
 * Money as people write it: `1700 USD`, `1,700.00 USD`, `USD 1,700`, as the decimal string that `moneySchema` takes. Decimals follow a
 * point, and commas group thousands. What may be read in two ways (`1.700 USD`, `1,7 USD`) is refused with how to write it: a usage
 * error. It loads no schema: every command is parsed, most without money.
 */
export function moneyOf(text: string): Money {
  const [, before, first, last, behind] =
    /^(?:([A-Z]{3}) +([\d.,]{1,60})|([\d.,]{1,60}) +([A-Z]{3}))$/.exec(text.trim()) ?? [];
  const [written, currency] = [first ?? last, before ?? behind];
  if (written === undefined || currency === undefined) throw notAnAmount();
  const [, whole, decimals] = /^([1-9]\d{0,2})\.(\d{3})$/.exec(written) ?? [];
  if (whole !== undefined && decimals !== undefined) {
    const longer = decimals.endsWith("0") ? decimals.slice(0, -1) : `${decimals}0`;
    throw new InvalidArgumentError(
      `It can be read in two ways: write "${whole}${decimals} ${currency}" or "${whole}.${longer} ${currency}".`,
    );
  }
  if (written.includes(",") && !/^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(written)) {
    throw new InvalidArgumentError(
      `It can be read in two ways: decimals follow a point, and commas group thousands by three, as in "1,700.00 ${currency}".`,
    );
  }
  const amount = written.replaceAll(",", "");
  if (amount.length > 40 || !/^\d+(\.\d+)?$/.test(amount)) throw notAnAmount();
  return { amount, currency };
}

function notAnAmount(): InvalidArgumentError {
  return new InvalidArgumentError('It must be an amount and its currency, such as "12000.00 USD".');
}

/** A parser of amounts that may be given once per currency, as `moneyOf` reads them. Its error is a usage error. */
export function moneyPerCurrency(text: string, before: readonly Money[] | undefined): readonly Money[] {
  const total = moneyOf(text);
  if (before?.some(({ currency }) => currency === total.currency)) {
    throw new InvalidArgumentError(`It is given twice for ${total.currency}.`);
  }
  return [...(before ?? []), total];
}
