import type { Facts } from "../../../src/contract/listed.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import type { Charges } from "../aws-price.ts";

/** What the SDKs of these services say about the price of an offering or a reservation, all in the same words. */
interface SdkCharges extends Omit<Charges, "RecurringCharges"> {
  readonly RecurringCharges?:
    | readonly {
        readonly RecurringChargeAmount?: number | undefined;
        readonly RecurringChargeFrequency?: string | undefined;
      }[]
    | undefined;
}

/** The charges of an offering or a reservation; `assumed` is the currency where the service does not say one. */
export function chargesOf(terms: SdkCharges, assumed?: string): Charges {
  const { CurrencyCode = assumed, FixedPrice, UsagePrice, Duration } = terms;
  const RecurringCharges = terms.RecurringCharges?.map(({ RecurringChargeAmount, RecurringChargeFrequency }) => ({
    Amount: RecurringChargeAmount,
    Frequency: RecurringChargeFrequency,
  }));
  return { CurrencyCode, FixedPrice, UsagePrice, Duration, RecurringCharges };
}

/** The payment of a service that writes it in capitals. */
export function paymentIn(word: string | undefined): string | undefined {
  return word && (inCapitals[word] ?? word);
}

const inCapitals: Readonly<Record<string, string>> = {
  NO_UPFRONT: offeringTypes["no-upfront"],
  PARTIAL_UPFRONT: offeringTypes["partial-upfront"],
  ALL_UPFRONT: offeringTypes["all-upfront"],
};

/** Payment and term, by the field of the recommendation; the payment in the words of `offeringTypes`. */
export function termFacts(payment: string | undefined, seconds: number | undefined) {
  return { payment, term: seconds === undefined ? undefined : `${seconds} s` } satisfies Facts;
}

/** The seconds of a term that a service counts in months: of whole years; undefined for any other. */
export function secondsOfMonths(duration: number | undefined, units: string | undefined): number | undefined {
  if (duration === undefined || units !== "MONTHS" || duration % 12 !== 0) return undefined;
  return (duration / 12) * durations.P1Y;
}

/**
 * The currency of a service whose answers name none (ElastiCache, MemoryDB). An assumption: AWS lists its prices in US
 * dollars, in its Chinese regions in yuan. Undefined for the European Sovereign Cloud, which bills in euros perhaps:
 * there is no price then, and nothing is bought.
 */
export function assumedCurrency(region: string): string | undefined {
  if (region.startsWith("cn-")) return "CNY";
  return region.startsWith("eusc-") ? undefined : "USD";
}
