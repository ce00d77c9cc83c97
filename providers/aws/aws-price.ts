import { Big } from "big.js";
import { money, type Money } from "../../src/contract/money.ts";

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
  let each = new Big(fixed);
  for (const { Amount, Frequency } of recurring) {
    if (Frequency !== "Hourly" || Amount === undefined) return undefined;
    each = each.plus(new Big(Amount).times(seconds).div(3_600));
  }
  return {
    upfront: money(new Big(fixed).times(quantity).toFixed(), currency),
    total: money(each.times(quantity).toFixed(), currency),
  };
}
