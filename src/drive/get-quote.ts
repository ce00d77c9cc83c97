import type { Marker, Quote } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { maskToken } from "../contract/token.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { checkPositive } from "./check-price.ts";
import { asRefusal } from "./as-refusal.ts";

/** What a quote is asked for: a record, or a recommendation that was never driven. */
export type Asked = Pick<Task, "executor"> & {
  readonly record: Pick<TokenRecord, "token" | "recIndex" | "source" | "recommendation" | "generation">;
};

/** Asks for the price of a recommendation. Moves no money. Throws a RefusedError. */
export async function getQuote(
  { stop, emit }: Pick<DriveContext, "stop" | "emit">,
  { executor, record }: Asked,
): Promise<{ readonly quote: Quote; readonly marker: Marker }> {
  const { token, recIndex, source, recommendation, generation } = record;
  stop.check();
  emit({ type: "quoting", recIndex, token: maskToken(token) });
  const marker: Marker = { token, source, generation };
  const quote = await asRefusal("quote-failed", "The quote failed", () => executor.quote(recommendation, marker, stop));
  checkPositive(quote.price);
  emit({ type: "quoted", recIndex, token: maskToken(token), price: quote.price });
  return { quote, marker };
}
