import { Big } from "big.js";
import { money, type Money, totals } from "../../src/contract/money.ts";
import { paidHourly, type Priced } from "../../src/contract/payments.ts";

/** What AWS says about the price of an offering or of what was bought; amounts are for one instance or node. */
export interface Charges {
  readonly CurrencyCode?: string | undefined;
  readonly FixedPrice?: number | undefined;
  readonly UsagePrice?: number | undefined;
  readonly RecurringCharges?:
    readonly { readonly Amount?: number | undefined; readonly Frequency?: string | undefined }[] | undefined;
  /** Seconds. */
  readonly Duration?: number | undefined;
}

/** The price of a number of instances or nodes. */
export interface Price {
  /** To be paid at once. */
  readonly upfront: Money;
  /** Upfront and recurring charges over the whole term. */
  readonly total: Money;
  /** Of the term. */
  readonly hours: number;
}

/**
 * The price of so many instances, exact; undefined where AWS does not say enough to know it: no currency, a part
 * missing, a charge that is not hourly, or a price per hour of use, which depends on the use.
 */
export function priceOf(charges: Charges, quantity: number): Price | undefined {
  const { CurrencyCode: currency, FixedPrice: fixed, UsagePrice: usage = 0, Duration: seconds } = charges;
  const { RecurringCharges: recurring } = charges;
  if (!currency || fixed === undefined || seconds === undefined || recurring === undefined || usage !== 0) {
    return undefined;
  }
  const hours = seconds / 3_600;
  let each = new Big(fixed);
  for (const { Amount, Frequency } of recurring) {
    if (Frequency !== "Hourly" || Amount === undefined) return undefined;
    each = each.plus(new Big(Amount).times(seconds).div(3_600));
  }
  return {
    upfront: money(new Big(fixed).times(quantity).toFixed(), currency),
    total: money(each.times(quantity).toFixed(), currency),
    hours,
  };
}

/** What several parts of one purchase cost together; undefined where they differ in currency or term, or there is none. */
export function sumOf(prices: readonly Price[]): Price | undefined {
  const [upfront, ...others] = totals(prices.map((price) => price.upfront));
  const [total] = totals(prices.map((price) => price.total));
  const [hours, ...further] = new Set(prices.map((price) => price.hours));
  if (!upfront || !total || hours === undefined || others.length > 0 || further.length > 0) return undefined;
  return { upfront, total, hours };
}

/**
 * How AWS is paid: a fixed price at once, and a recurring charge for each hour of the term, whether it is used or not:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/reserved-instances-concepts.html
 */
export function pricedByTheHour({ upfront, total, hours }: Price): Priced & { readonly price: Money } {
  const payments = paidHourly(total, { hours, dueNow: upfront.amount });
  return { price: total, ...(payments ? { payments } : {}) };
}
