import { cleanText } from "../../contract/clean-text.ts";
import type { Money } from "../../contract/money.ts";
import { notKnown, type Payments, paymentTotals } from "../../contract/payments.ts";
import { byAccount, type Payer, payerText } from "../../contract/payer.ts";
import { type Column, layOut } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { paymentSums, whole } from "./money-columns.ts";
import { sumText } from "./table-cells.ts";

/** What is bought, or may be, and who pays for it. */
export interface Paid {
  readonly payer: Partial<Payer>;
  readonly price?: Money | undefined;
  readonly payments?: Payments | undefined;
  /** It is known to be bought; else it may be. */
  readonly isBought: boolean;
}

/** What each account pays: a table; empty where nothing is bought. */
export function accountsText(all: readonly Paid[], width: number, paint: Paint, title = "bought"): string {
  const accounts = byAccount(all, ({ payer }) => payer).map(([account, own]) => {
    const bought = own.filter(({ isBought }) => isBought);
    const open = own.filter(({ isBought }) => !isBought);
    const { dueNow, monthly, unknown } = paymentSums(paymentTotals(bought));
    const rest = unknown.length === 0 ? [] : [whole(notKnown)];
    return {
      payer: cleanText(payerText(account)),
      bought: sumOf(bought),
      dueNow: [...dueNow, ...rest].join(", "),
      monthly: [...monthly, ...rest].join(", "),
      open: open.length === 0 ? "" : sumOf(open),
    };
  });
  if (accounts.length === 0) return "";
  const column = (title: string, cellOf: (account: (typeof accounts)[number]) => string, changes?: Partial<Column>) => {
    const cells = accounts.map(cellOf);
    return { column: { title, minimum: 0, isWhole: true, align: "right" as const, ...changes }, cells };
  };
  const isKnown = all.some(({ isBought, payments }) => isBought && payments !== undefined);
  const columns = [
    column("account that pays", ({ payer }) => payer, { align: "left" }),
    column(title, ({ bought }) => bought),
    ...(isKnown ? [column("due now", ({ dueNow }) => dueNow), column("monthly", ({ monthly }) => monthly)] : []),
    ...(all.every(({ isBought }) => isBought)
      ? []
      : [column("may be bought", ({ open }) => open, { paint: (line) => paint("yellow", line) })]),
  ];
  return layOut(
    columns.map((each) => each.column),
    accounts.map((_account, row) => columns.map(({ cells }) => cells[row] ?? "")),
    width,
    paint,
  );
}

/** Sums that are not torn from their currencies. */
function sumOf(own: readonly Paid[]): string {
  return sumText(own).split("   ").map(whole).join(", ");
}
