import { cleanText } from "../../contract/clean-text.ts";
import type { Money } from "../../contract/money.ts";
import { byAccount, type Payer, payerText } from "../../contract/payer.ts";
import { layOut } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { sumText } from "./table-cells.ts";

/** What is bought, or may be, and who pays for it. */
export interface Paid {
  readonly payer: Partial<Payer>;
  readonly price?: Money | undefined;
  /** It is known to be bought; else it may be. */
  readonly isBought: boolean;
}

/** What each account pays: a table; empty where nothing is bought. */
export function accountsText(all: readonly Paid[], width: number, paint: Paint): string {
  const accounts = byAccount(all, ({ payer }) => payer);
  if (accounts.length === 0) return "";
  const hasOpen = all.some(({ isBought }) => !isBought);
  const sum = (own: readonly Paid[]) =>
    sumText(own.map(({ price }) => (price === undefined ? {} : { price }))).replaceAll("   ", ", ");
  const table = layOut(
    [
      { title: "account that pays", minimum: 20 },
      { title: "bought", minimum: 14, align: "right" },
      ...(hasOpen
        ? [
            {
              title: "may be bought",
              minimum: 14,
              align: "right" as const,
              paint: (line: string) => paint("yellow", line),
            },
          ]
        : []),
    ],
    accounts.map(([account, own]) => {
      const open = own.filter(({ isBought }) => !isBought);
      return [
        cleanText(payerText(account)),
        sum(own.filter(({ isBought }) => isBought)),
        ...(hasOpen ? [open.length === 0 ? "" : sum(open)] : []),
      ];
    }),
    width,
    paint,
  );
  return table;
}
