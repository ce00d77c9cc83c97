// Which limits somebody asks for on a page, and what follows from them.
import { raisesPrice, raisesTotals, sameMoney } from "../../contract/limits.ts";
import { compareMoney, type Money, moneySchema } from "../../contract/money.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { type DoorContext, notFound } from "../door-context.ts";
import { executionPath, withQuery } from "./console-links.ts";
import type { ShownExecution, ShownPlace } from "./read-execution.ts";

/** A limit that is to be changed: of the whole execution, or of one recommendation. */
export interface LimitTarget {
  /** Undefined: the limit for the whole execution. */
  readonly place: (ShownPlace & { readonly record: TokenRecord }) | undefined;
  /** One amount for each currency; none: no limit. */
  readonly before: readonly Money[];
}

/** What was typed, as it stands in the address of the page that asks once more: amounts and currencies, in pairs. */
export interface TypedLimits {
  readonly amounts: readonly string[];
  readonly currencies: readonly string[];
}

/** The limits that were typed, or what is wrong with them: sentences. */
export type ReadLimits = { readonly after: readonly Money[] } | { readonly problems: readonly string[] };

/** The limit that a page is about, by its query. Throws a RequestError for a recommendation that is not there. */
export function limitTarget(c: DoorContext, { recorded, places }: ShownExecution): LimitTarget {
  const named = c.req.query("place");
  if (named === undefined) return { place: undefined, before: recorded.execution.maxTotals ?? [] };
  const place = places.find(({ outcome }) => String(outcome.recIndex) === named);
  if (place?.record === undefined) throw notFound("There is no such recommendation in this execution.");
  const { record } = place;
  const { maxPrice } = record.recommendation;
  return { place: { ...place, record }, before: maxPrice === undefined ? [] : [maxPrice] };
}

/** What was typed; undefined where nothing was yet. */
export function typedLimits(c: DoorContext): TypedLimits | undefined {
  const [amounts, currencies] = [c.req.queries("amount"), c.req.queries("currency")];
  if (amounts === undefined || currencies?.length !== amounts.length) return undefined;
  return { amounts: amounts.map((text) => text.trim()), currencies: currencies.map((text) => text.trim()) };
}

/** Reads what was typed. An amount that is left empty is none. */
export function readLimits({ amounts, currencies }: TypedLimits, { place, before }: LimitTarget): ReadLimits {
  const problems: string[] = [];
  const after: Money[] = [];
  for (const [index, amount] of amounts.entries()) {
    const currency = (currencies[index] ?? "").toUpperCase();
    if (amount === "") continue;
    const read = moneySchema.safeParse({ amount, currency });
    if (!read.success) problems.push(problemWith(amount, currency));
    else if (after.some((other) => other.currency === currency))
      problems.push(`${currency} has two amounts: name one.`);
    else after.push(read.data);
  }
  if (place !== undefined && after.length > 1) problems.push("A recommendation has one limit, in one currency.");
  if (problems.length === 0 && isSame(before, after)) problems.push("This is the limit already: change an amount.");
  return problems.length > 0 ? { problems } : { after };
}

function problemWith(amount: string, currency: string): string {
  if (!/^[A-Z]{3}$/.test(currency)) {
    return currency === ""
      ? `The amount ${amount} has no currency: name it by its three letters, such as EUR.`
      : `${currency} is no currency: name it by its three letters, such as EUR.`;
  }
  return `${amount} is not an amount: write it with digits and a point, such as 1250.00.`;
}

function isSame(before: readonly Money[], after: readonly Money[]): boolean {
  const found = (money: Money) => after.find(({ currency }) => currency === money.currency);
  return before.length === after.length && before.every((money) => sameMoney(money, found(money)));
}

/** Whether more may be spent then: an approval is cleared. */
export function isRaise({ place, before }: LimitTarget, after: readonly Money[]): boolean {
  if (place !== undefined) return raisesPrice(before[0], after[0]);
  return raisesTotals(before.length === 0 ? undefined : before, after.length === 0 ? undefined : after);
}

/** Whether a price was refused that fits now: it is tried again when somebody asks for it. */
export function fitsNow({ place }: LimitTarget, after: readonly Money[]): boolean {
  const [limit] = after;
  const price = place?.outcome.price;
  if (place?.record.state !== "refused") return false;
  if (limit === undefined || price === undefined) return true;
  return price.currency === limit.currency && compareMoney(price, limit) <= 0;
}

/** The page where a limit is typed: of a recommendation, or of the whole execution. */
export function limitsPath(executionId: string, record?: Pick<TokenRecord, "recIndex">): string {
  return withQuery(executionPath(executionId, "limits"), { place: record && String(record.recIndex) });
}

/** The page that asks once more, with what was typed. */
export function confirmPath(executionId: string, { place }: LimitTarget, { amounts, currencies }: TypedLimits): string {
  const query = new URLSearchParams(place === undefined ? {} : { place: String(place.outcome.recIndex) });
  for (const [index, amount] of amounts.entries()) {
    query.append("amount", amount);
    query.append("currency", currencies[index] ?? "");
  }
  return `${executionPath(executionId, "limits")}/confirm?${query.toString()}`;
}

/** The same change, as the door is asked for it. */
export function changeBody({ place }: LimitTarget, after: readonly Money[]): object {
  if (place === undefined) return { maxTotals: after.length === 0 ? null : after };
  return { maxPrices: { [place.outcome.recIndex]: after[0] ?? null } };
}
