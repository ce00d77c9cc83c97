import { Big } from "big.js";
import { sameMoney } from "./limits.ts";
import { decimalsOf, formatMoney, type Money } from "./money.ts";

/** What is paid in each month, after what is due when it is bought. */
export interface MonthlyPayment extends Money {
  /** In how many months. */
  readonly months: number;
  /**
   * - `fixed`: the provider bills this very amount each month.
   * - `average`: it bills by the hour, or in another currency than this, so a month differs; this is the mean over the term: a
   *   year of 8,760 hours has twelve months of 730.
   */
  readonly kind: "fixed" | "average";
  /** The exact amount cannot be written, or not be billed, so it is rounded to the currency's smallest unit; the price is exact. */
  readonly rounded?: true | undefined;
}

/**
 * How the price of a whole term is paid, before tax: what is due now and all months come to the price, but for what a `rounded`
 * month lacks.
 */
export interface Payments {
  /** Charged when it is bought; "0" where nothing is. */
  readonly dueNow: Money;
  /** Left out where nothing is due later. */
  readonly monthly?: MonthlyPayment | undefined;
}

/** A price of the whole term, and how it is paid, as far as that is known. */
export interface Priced {
  readonly price?: Money;
  readonly payments?: Payments;
}

/** All of it is due when it is bought. */
export function paidAtOnce(price: Money): Payments {
  return { dueNow: price };
}

/** What is not due when it is bought is paid in so many equal months. */
export function paidMonthly(
  price: Money,
  { months, kind, dueNow = "0" }: Pick<MonthlyPayment, "months" | "kind"> & { readonly dueNow?: string },
): Payments {
  const { currency } = price;
  const now = { amount: new Big(dueNow).toFixed(), currency };
  const rest = new Big(price.amount).minus(dueNow);
  if (rest.lte(0)) return { dueNow: now };
  const each = rest.div(months);
  const billed = each.round(decimalsOf(currency));
  const isExact = each.times(months).eq(rest) && (kind === "average" || each.eq(billed));
  const amount = (isExact ? each : billed).toFixed();
  return { dueNow: now, monthly: { amount, currency, months, kind, ...(isExact ? {} : { rounded: true }) } };
}

/** The hours of an average month: a year of 8,760 hours has twelve of them. */
export const hoursPerMonth = 730;

/**
 * What is not due when it is bought is billed for each hour of the term: an average month has 730. Undefined where the term is no
 * whole number of such months, or more than the price is said to be due.
 */
export function paidHourly(
  price: Money,
  { hours, dueNow = "0" }: { readonly hours: number; readonly dueNow?: string },
): Payments | undefined {
  if (new Big(price.amount).eq(dueNow)) return paidAtOnce(price);
  const months = hours / hoursPerMonth;
  return Number.isInteger(months) && months > 0 && new Big(price.amount).gt(dueNow)
    ? paidMonthly(price, { months, kind: "average", dueNow })
    : undefined;
}

/** The same where a record or a provider says it. */
type Said = { readonly [Part in keyof Priced]?: Priced[Part] | undefined };

/** The first price that is known, and how it is paid: only what is said of that very price. */
export function pricedAs(...sources: readonly (Said | undefined)[]): Priced {
  const price = sources.find((source) => source?.price !== undefined)?.price;
  if (price === undefined) return {};
  const payments = sources.find((source) => source?.payments !== undefined && sameMoney(source.price, price))?.payments;
  return { price, ...(payments === undefined ? {} : { payments }) };
}

/** The same at another price, the first of these that is known, and as that one is paid. */
export function repriced<Item extends Said>(item: Item, ...sources: readonly (Said | undefined)[]): Item {
  return { ...item, payments: undefined, ...pricedAs(...sources) };
}

/** What several cost in one currency, and how that is paid. */
export interface PaymentTotals {
  /** Over the whole term. */
  readonly price: Money;
  readonly dueNow: Money;
  /** One for each number of months, the fewest first: what is paid in 12 months is not added to what is paid in 36. */
  readonly monthly: readonly MonthlyPayment[];
  /** The part of the price of which nobody knows how it is paid: it is in neither of the two. */
  readonly unknown?: Money | undefined;
}

/** What people read where nobody knows how a price is paid: it was recorded before that was. */
export const notKnown = "not known";

/** How a price is paid, for people: `40.00 GBP now, 11 × 40.00 GBP`, or `all now`. */
export function formatPayments({ dueNow, monthly }: Payments): string {
  if (monthly === undefined) return "all now";
  const now = new Big(dueNow.amount).eq(0) ? [] : [`${formatMoney(dueNow)} now`];
  return [...now, formatMonthly(monthly)].join(", ");
}

/** Whether it is known of some of it how it is paid. */
export function isPartlyKnown({ price, unknown }: PaymentTotals): boolean {
  return unknown === undefined || !sameMoney(price, unknown);
}

/** What is paid every month, for people: `11 × 4.00 GBP`; an average, or a rounded amount, to the smallest unit: `12 × ~96.71 USD`. */
export function formatMonthly({ amount, currency, months, kind, rounded }: MonthlyPayment): string {
  if (kind === "fixed" && !rounded) return `${months} × ${formatMoney({ amount, currency })}`;
  return `${months} × ~${formatMoney({ amount: new Big(amount).toFixed(decimalsOf(currency)), currency })}`;
}

/** Sums per currency, in the order in which the currencies first appear; what has no price is left out. */
export function paymentTotals(items: readonly Said[]): readonly PaymentTotals[] {
  const known = items.flatMap(({ price, payments }) => (price === undefined ? [] : [{ price, payments }]));
  return [...Map.groupBy(known, ({ price }) => price.currency)].map(([currency, own]) => {
    const sum = (amounts: readonly Money[]): Money => {
      return { amount: amounts.reduce((all, { amount }) => all.plus(amount), new Big(0)).toFixed(), currency };
    };
    const monthly = own.flatMap(({ payments }) => payments?.monthly ?? []).toSorted((a, b) => a.months - b.months);
    const unknown = own.flatMap(({ price, payments }) => (payments === undefined ? [price] : []));
    return {
      price: sum(own.map(({ price }) => price)),
      dueNow: sum(own.flatMap(({ payments }) => payments?.dueNow ?? [])),
      monthly: [...Map.groupBy(monthly, ({ months }) => months)].map(([months, each]) => ({
        ...sum(each),
        months,
        kind: each.every(({ kind }) => kind === "fixed") ? ("fixed" as const) : ("average" as const),
        ...(each.some(({ rounded }) => rounded) ? { rounded: true as const } : {}),
      })),
      ...(unknown.length === 0 ? {} : { unknown: sum(unknown) }),
    };
  });
}
