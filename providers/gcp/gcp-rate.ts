import { Big } from "big.js";
import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import { money, type Money } from "../../src/contract/money.ts";
import type { Sku } from "./gcp-price-list.ts";

/** A price per unit and hour: a decimal string with its currency. */
export type Rate = Money;

const schema = z.object({
  pricingInfo: z.tuple([
    z.object({
      pricingExpression: z.object({
        usageUnit: z.string(),
        /** How many base units, such as seconds, a usage unit has; 0 where Google leaves it out. */
        baseUnitConversionFactor: z.number().nullish(),
        tieredRates: z.tuple([
          z.object({
            startUsageAmount: z.literal(0),
            unitPrice: z.object({
              currencyCode: z.string(),
              /** int64: text, or a number. */
              units: z.union([z.string().regex(/^\d+$/), z.int().min(0)]),
              /** Billionths of a unit of the currency. */
              nanos: z.int().min(0).max(999_999_999),
            }),
          }),
        ]),
      }),
    }),
  ]),
});

/** The units that are priced, in base units: an hour in seconds, a GiB for an hour or a month (of 30 days there) in byte-seconds. */
const baseUnits = { h: 3_600, "GiBy.h": 3_600 * 1_024 ** 3, "GiBy.mo": 30 * 86_400 * 1_024 ** 3 } as const;

/**
 * The rate of a SKU, exact. Throws a RefusedError `quote-failed` where it is not one flat price above 0, per the unit and
 * in the currency that were asked for: a GB for a GiB would be wrong by 7 %. A unit whose base units contradict its name is
 * none.
 */
export function rateOf(
  sku: Sku,
  { unit, currency }: { readonly unit: keyof typeof baseUnits; readonly currency: string },
): Rate {
  const parsed = schema.safeParse(sku);
  const wrong = (problem: string) =>
    new RefusedError({
      code: "quote-failed",
      message: `The price of Google's SKU ${sku.skuId} "${sku.description}" ${problem}. Nothing was bought.`,
    });
  if (!parsed.success) throw wrong("is not a single flat rate");
  const { usageUnit, baseUnitConversionFactor, tieredRates } = parsed.data.pricingInfo[0].pricingExpression;
  const { currencyCode, units, nanos } = tieredRates[0].unitPrice;
  if (usageUnit !== unit) throw wrong(`is per "${usageUnit}", not per "${unit}"`);
  if (baseUnitConversionFactor && baseUnitConversionFactor !== baseUnits[unit]) {
    throw wrong(`is per "${usageUnit}" of ${baseUnitConversionFactor} base units, not of ${baseUnits[unit]}`);
  }
  if (currencyCode !== currency) throw wrong(`is in ${currencyCode}, though ${currency} was asked for`);
  const rate = new Big(units).plus(new Big(nanos).div(1_000_000_000));
  if (rate.lte(0)) throw wrong("is 0");
  return money(rate.toFixed(), currency);
}
