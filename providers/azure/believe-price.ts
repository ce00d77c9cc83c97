import { Big } from "big.js";
import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import { compareMoney, decimalsOf, formatMoney, isPayable, money, type Money } from "../../src/contract/money.ts";
import { isObject, type UnknownObject } from "../http/answer.ts";

const total = z
  .object({ currencyCode: z.string().regex(/^[A-Z]{3}$/), amount: z.number() })
  .optional()
  .catch(undefined);

/** Every other amount of the answer. What is null, absent or of another type says nothing. */
const siblingsSchema = z.object({
  pricingCurrencyTotal: total,
  netTotal: z.number().optional().catch(undefined),
  taxTotal: z.number().optional().catch(undefined),
  grandTotal: z.number().optional().catch(undefined),
  paymentSchedule: z
    .array(z.object({ pricingCurrencyTotal: total, billingCurrencyTotal: total }).catch({}))
    .optional()
    .catch(undefined),
});

type Siblings = z.infer<typeof siblingsSchema>;

/**
 * Whether a price can be bought at. Throws a RefusedError `quote-failed` where it is nothing, negative, less than the
 * currency's smallest unit, or contradicted by the same answer: by another total, the sum of its instalments, or what it says
 * is sold. A total of 0 beside it is normal (in every recording), and **amounts in two currencies are not compared**: where
 * Azure prices in one currency and bills in another, a wrong billing total can only be seen against `maxPrice`.
 */
export function believePrice(price: Money, properties: UnknownObject, request: JsonObject): void {
  if (!isPayable(price)) throw unbelievable(price, "which is no price");
  const contradiction =
    contradictingTotal(price, siblingsSchema.parse(properties)) ?? contradictingEcho(properties, request);
  if (contradiction !== undefined) throw unbelievable(price, `but the same answer says ${contradiction}`);
}

function unbelievable(price: Money, why: string): RefusedError {
  return new RefusedError({
    code: "quote-failed",
    message: `Azure prices it at ${price.amount} ${price.currency}, ${why}. Nothing was sent. Have it priced in the Azure portal, then try again.`,
  });
}

/** `netTotal`, `taxTotal` and `grandTotal` are in the pricing currency, by the specification. */
function contradictingTotal(price: Money, siblings: Siblings): string | undefined {
  const { pricingCurrencyTotal, netTotal = 0, taxTotal = 0, grandTotal = 0 } = siblings;
  const pricing = toMoney(pricingCurrencyTotal);
  if (pricing && !isZero(pricing) && differ(price, pricing)) return `pricingCurrencyTotal ${formatMoney(pricing)}`;
  // Where no pricing total says in which currency they are, it is that of the price.
  const totals = pricing === undefined || isZero(pricing) ? [price] : [price, pricing];
  const fits = (amount: number, tax = 0) =>
    amount === 0 || totals.some((one) => !differ(one, plus(money(amount, one.currency), -tax)));
  if (!fits(netTotal)) return `netTotal ${netTotal}`;
  if (taxTotal < 0 || totals.every(({ amount }) => new Big(taxTotal).gt(amount))) return `taxTotal ${taxTotal}`;
  if (!fits(grandTotal) && !fits(grandTotal, taxTotal)) return `grandTotal ${grandTotal}`;
  return contradictingSchedule(totals, siblings.paymentSchedule ?? []);
}

/**
 * The instalments come to the total, give or take a smallest unit each. The first alone may name the billing currency
 * (recorded): the others are as high.
 */
function contradictingSchedule(totals: readonly Money[], schedule: NonNullable<Siblings["paymentSchedule"]>) {
  for (const field of ["pricingCurrencyTotal", "billingCurrencyTotal"] as const) {
    const known = schedule.flatMap((instalment) => toMoney(instalment[field]) ?? []);
    const [first] = known;
    if (first === undefined || known.some(({ currency }) => currency !== first.currency)) continue;
    const named = known.reduce((sum, { amount }) => sum.plus(amount), new Big(0));
    const sum = money(named.times(schedule.length).div(known.length).toFixed(), first.currency);
    if (isZero(sum)) continue;
    if (totals.some((one) => differ(one, sum, schedule.length))) {
      return `${schedule.length} instalments that come to ${formatMoney(sum)}`;
    }
  }
  return undefined;
}

function toMoney(amount: z.infer<typeof total>): Money | undefined {
  return amount && money(amount.amount, amount.currencyCode);
}

const isZero = ({ amount }: Money) => new Big(amount).eq(0);

const plus = ({ amount, currency }: Money, more: number): Money =>
  money(new Big(amount).plus(more).toFixed(), currency);

/** Whether two amounts of one currency differ by more than so many of its smallest units. Two currencies never do. */
function differ(left: Money, right: Money, units = 1): boolean {
  if (left.currency !== right.currency) return false;
  const difference = new Big(left.amount).minus(right.amount).abs();
  const tolerance = new Big(10).pow(-decimalsOf(left.currency)).times(units);
  return compareMoney(money(difference.toFixed(), left.currency), money(tolerance.toFixed(), left.currency)) > 0;
}

/** What the answer repeats of the request, where it does. The recorded ones name the SKU and the term in `skuTitle`. */
function contradictingEcho(echo: UnknownObject, request: JsonObject): string | undefined {
  const asked = isObject(request["properties"]) ? request["properties"] : {};
  return (
    differingField(asked, echo, ["quantity", "term", "billingPlan", "reservedResourceType"]) ??
    differingField(asked["commitment"], echo["commitment"], ["amount", "currencyCode", "grain"]) ??
    contradictingTitle(echo, request, asked["term"])
  );
}

function differingField(asked: unknown, echo: unknown, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const [wanted, said] = [asked, echo].map((one) => (isObject(one) ? one[field] : undefined));
    if (isTold(wanted) && isTold(said) && lower(wanted) !== lower(said)) return `${field} ${said}, not ${wanted}`;
  }
  return undefined;
}

function contradictingTitle(echo: UnknownObject, request: JsonObject, term: unknown): string | undefined {
  const sku = isObject(request["sku"]) ? request["sku"]["name"] : undefined;
  // Of a term of months no years are told.
  const asked = /P(\d+)Y$/i.exec(String(term))?.[1] ?? (/^P\d+M$/i.test(String(term)) ? 0 : undefined);
  for (const text of [echo["skuTitle"], echo["skuDescription"]].map(String)) {
    const years = /\b(\d+) Years?\b/i.exec(text)?.[1];
    if (years !== undefined && asked !== undefined && Number(years) !== Number(asked)) {
      return `"${years} years", not ${String(term)}`;
    }
    // Only virtual machines are recorded, and have a name that is told apart from other words.
    const named = /\bStandard_\w+/i.exec(text)?.[0];
    if (named !== undefined && isTold(sku) && /^Standard_/i.test(String(sku)) && lower(named) !== lower(sku)) {
      return `SKU ${named}, not ${sku}`;
    }
  }
  return undefined;
}

const isTold = (value: unknown): value is string | number =>
  (typeof value === "string" && value !== "") || typeof value === "number";

const lower = (value: string | number) => String(value).toLowerCase();
