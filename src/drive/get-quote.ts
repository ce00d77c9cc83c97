import { RefusedError } from "../contract/errors.ts";
import { todoOf } from "../contract/error-advice.ts";
import { isNothing } from "../contract/limits.ts";
import { compareMoney, formatMoney, isPayable, type Money } from "../contract/money.ts";
import type { Marker, Quote } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { maskToken } from "../contract/token.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { asRefusal } from "./as-refusal.ts";
import type { Stop } from "./stop.ts";

/** What a quote is asked for: a record, or a recommendation that was never driven. */
export type Asked = Pick<Task, "executor"> & {
  readonly record: Pick<TokenRecord, "token" | "recIndex" | "source" | "recommendation" | "generation" | "former">;
};

/** A quote, and the marker that it was made with. */
export interface Quoted {
  readonly quote: Quote;
  readonly marker: Marker;
}

/** What asking for a price needs. */
export interface Quoting extends Pick<DriveContext, "emit"> {
  readonly stop: Pick<Stop, "check" | "signal">;
}

/** Asks for the price of a recommendation. Moves no money. Throws a RefusedError. */
export async function getQuote({ stop, emit }: Quoting, { executor, record }: Asked): Promise<Quoted> {
  const { token, recIndex, source, recommendation, generation, former } = record;
  stop.check();
  emit({ type: "quoting", recIndex, token: maskToken(token) });
  const marker: Marker = { token, source, generation };
  const sentAs = former?.findLast((sent) => sent.generation === generation)?.handle;
  const onWait = (wait: number) => emit({ type: "waiting-for-provider", recIndex, token: maskToken(token), wait });
  const quote = await asRefusal("quote-failed", "The quote failed", () =>
    executor.quote(recommendation, marker, { signal: stop.signal, sentAs, onWait }),
  );
  checkPositive(quote.price);
  const { price, payments } = quote;
  emit({ type: "quoted", recIndex, token: maskToken(token), price, ...(payments && { payments }) });
  return { quote, marker };
}

/** Throws a RefusedError for a price that nobody could pay: a mistake, whose true price no limit has seen. */
function checkPositive(price: Money): void {
  if (isPayable(price)) return;
  throw new RefusedError({
    code: "quote-failed",
    message: `The provider quotes ${price.amount} ${price.currency}, which is no price. Nothing was sent. Ask the provider what it costs, then drive again.`,
  });
}

/** Compares a quote with the caller's limit. Throws a RefusedError when it is above it, or in another currency. */
export function checkPrice(price: Money, limit: Money | undefined): void {
  if (limit === undefined) return;
  if (isNothing(limit)) {
    throw notInPlan("its limit (maxPrice) is 0, which a plan gives to what it does not buy");
  }
  if (price.currency !== limit.currency) {
    throw new RefusedError({
      code: "price-currency-mismatch",
      message: `The quote is ${formatMoney(price)}, but maxPrice is in ${limit.currency}. Nothing was sent. Give the limit in ${price.currency}.`,
    });
  }
  if (compareMoney(price, limit) > 0) {
    throw new RefusedError({
      code: "price-above-limit",
      message: `The quote is ${formatMoney(price)}, above the limit of ${formatMoney(limit)} (maxPrice). Nothing was sent. Raise maxPrice if the price is right, then drive again.`,
    });
  }
}

/** The refusal of what is not to be bought. `why`: within a sentence. */
export function notInPlan(why: string): RefusedError {
  return new RefusedError({
    code: "not-in-plan",
    message: `It is not to be bought: ${why}. Nothing was sent for it. ${todoOf("not-in-plan")}`,
  });
}
