import { Big } from "big.js";
import { formatMoney, type Money } from "../../contract/money.ts";
import {
  formatMonthly,
  isPartlyKnown,
  notKnown,
  type Payments,
  type PaymentTotals,
  type Priced,
} from "../../contract/payments.ts";
import { type Column, lineEnd, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

/** A price of the whole term, and how it is paid, as far as that is known. */
type MaybePriced = { readonly [Part in keyof Priced]?: Priced[Part] | undefined };

/** What a recommendation costs, in a table: columns, and their cells for one row. */
export interface MoneyColumns {
  readonly columns: readonly Column[];
  readonly cells: (priced: MaybePriced) => readonly string[];
}

/** A text that is not broken: an amount is not torn from its currency, nor a number of months from what is paid in each. */
export const whole = (text: string) => text.replaceAll(" ", "\u00A0");

/** The currency, of three letters, stands beside the price of the term. */
const withoutCurrency = (text: string) => text.slice(0, -" USD".length);

const column = (title: string, changes: Partial<Column> = {}): Column => {
  return { title, minimum: 0, isWhole: true, align: "right", ...changes };
};

const nothing = "–";

/**
 * Due now, monthly and over the term, where there is room for three columns; and all of it in one, a line each, where there is
 * not, or where nobody knows how any of these is paid: for `layOutFirst`. What has no price has empty cells.
 */
export function moneyColumns(
  items: readonly MaybePriced[],
  changes: Partial<Column> = {},
): readonly [MoneyColumns, MoneyColumns] {
  const isAnyKnown = items.some(({ payments }) => payments !== undefined);
  const three: MoneyColumns = {
    columns: [column("due now"), column("monthly"), column("over the term", changes)],
    cells: ({ price, payments }) => [
      payments === undefined ? unknownText(price) : dueNowText(payments),
      payments === undefined ? unknownText(price) : monthlyText(payments),
      price === undefined ? "" : whole(formatMoney(price)),
    ],
  };
  const one: MoneyColumns = {
    columns: [column("price", changes)],
    cells: ({ price, payments }) => {
      if (price === undefined) return [""];
      return [[whole(formatMoney(price)), ...(isAnyKnown ? inLines(payments) : [])].join(lineEnd)];
    },
  };
  return isAnyKnown ? [three, one] : [one, one];
}

function unknownText(price: Money | undefined): string {
  return price === undefined ? "" : whole(notKnown);
}

function dueNowText({ dueNow }: Payments): string {
  return isNothing(dueNow.amount) ? nothing : whole(withoutCurrency(formatMoney(dueNow)));
}

function monthlyText({ monthly }: Payments): string {
  return monthly === undefined ? nothing : whole(withoutCurrency(formatMonthly(monthly)));
}

function inLines(payments: Payments | undefined): readonly string[] {
  if (payments === undefined) return [whole(`paid: ${notKnown}`)];
  if (payments.monthly === undefined) return [whole("all now")];
  const now = dueNowText(payments);
  return [...(now === nothing ? [] : [whole(`${now} now`)]), monthlyText(payments)];
}

const isNothing = (amount: string) => new Big(amount).eq(0);

/** How sums are paid, per currency, for people. */
export function paymentSums(payments: readonly PaymentTotals[]): {
  readonly dueNow: readonly string[];
  readonly monthly: readonly string[];
  readonly unknown: readonly string[];
} {
  return {
    dueNow: payments.filter(isPartlyKnown).map(({ dueNow }) => whole(formatMoney(dueNow))),
    monthly: payments.flatMap(({ monthly }) => monthly.map((each) => whole(formatMonthly(each)))),
    unknown: payments.flatMap(({ unknown }) => (unknown === undefined ? [] : [whole(formatMoney(unknown))])),
  };
}

const labelWidth = 22;

/** How a sum is paid: lines below it, in a terminal of so many columns; none where nobody knows. */
export function paymentLines(payments: readonly PaymentTotals[], width: number, paint: Paint): readonly string[] {
  const { dueNow, monthly, unknown } = paymentSums(payments);
  if (dueNow.length === 0) return [];
  const line = (label: string, texts: readonly string[]) => {
    const lines = wrap(texts.join(", "), Math.max(24, width - labelWidth)).join(`\n${" ".repeat(labelWidth)}`);
    return texts.length === 0
      ? []
      : [`${paint("dim", `  ${label}`.padEnd(labelWidth))}${lines.replaceAll("\u00A0", " ")}\n`];
  };
  const isAverage = monthly.some((text) => text.includes("~"));
  const legend = isAverage ? [whole("(~ an average month)")] : [];
  return [
    ...line("due now", dueNow),
    ...line("monthly", monthly.length === 0 ? [] : [[monthly.join(", "), ...legend].join(" ")]),
    ...line("not known how", unknown),
  ];
}
