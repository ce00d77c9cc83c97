import { type Money, totals } from "../contract/money.ts";
import { type Account, byAccount } from "../contract/payer.ts";
import { paymentTotals } from "../contract/payments.ts";
import type { Outcome } from "../contract/report.ts";
import { amountText, type Html, html } from "./html.ts";
import { paidLines } from "./page-parts.ts";
import { refusedThoughMaybeBought } from "./what-next.ts";

/** Outcomes by what they mean for money: each is in one list. */
export interface ByMoney {
  readonly boughtNow: readonly Outcome[];
  readonly boughtBefore: readonly Outcome[];
  /** Sent, or held by another run, and not known to be bought or not. */
  readonly open: readonly Outcome[];
  readonly over: readonly Outcome[];
  readonly notBought: readonly Outcome[];
  /** As the ledger has it: no run has finished it. */
  readonly undone: readonly Outcome[];
  readonly skipped: readonly Outcome[];
}

/** Sorts outcomes by what they mean for money. */
export function byMoney(outcomes: readonly Outcome[]): ByMoney {
  const groups = Map.groupBy(outcomes, kindOf);
  const of = (kind: keyof ByMoney) => groups.get(kind) ?? [];
  return {
    boughtNow: of("boughtNow"),
    boughtBefore: of("boughtBefore"),
    open: of("open"),
    over: of("over"),
    notBought: of("notBought"),
    undone: of("undone"),
    skipped: of("skipped"),
  };
}

function kindOf(outcome: Outcome): keyof ByMoney {
  const { status, error } = outcome;
  if (error?.code === "purchase-over") return "over";
  if (error?.code === "identical-purchase-open") return "notBought";
  switch (status) {
    case "purchased":
      return "boughtNow";
    case "already-purchased":
      return "boughtBefore";
    case "skipped":
      return "skipped";
    case "refused":
      return refusedThoughMaybeBought(outcome) ? "open" : "notBought";
    case "rejected":
      return "notBought";
    case "in-progress":
      // Of the ledger: what was sent has a price.
      return error === undefined && outcome.price === undefined ? "undone" : "open";
    case "unresolved":
    case "written-off":
      return "open";
  }
}

/** Money by result and currency. `fromLedger`: it is of no run. */
export function totalsTable(outcomes: readonly Outcome[], fromLedger: boolean): Html {
  const { boughtNow, boughtBefore, open, over, notBought, undone, skipped } = byMoney(outcomes);
  const paid = [...boughtNow, ...boughtBefore, ...open];
  const currencies = sumsOf(paid).map(({ currency }) => currency);
  const line = (name: string, own: readonly Outcome[], style = "") =>
    html`<tr class="${style}">
      <th scope="row">${name}${withoutPrice(own)}</th>
      ${countCell(own)} ${currencies.map((currency) => sumCell(currency, own))}
    </tr>`;
  const countLine = (name: string, own: readonly Outcome[]) =>
    own.length === 0
      ? undefined
      : html`<tr>
          <th scope="row">${name}</th>
          ${countCell(own)} ${currencies.map((currency) => sumCell(currency, []))}
        </tr>`;
  const ofRun = fromLedger
    ? undefined
    : html`${line("Bought in this run", boughtNow)} ${line("Bought earlier", boughtBefore)}`;
  return html`<div class="scroll">
    <table class="totals">
      <thead>
        <tr>
          <th>Total</th>
          <th class="money">Items</th>
          ${currencies.map((currency) => html`<th class="money">${currency}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${open.length > 0 ? line("Not confirmed, may be charged", open) : undefined}
        ${countLine("Not bought, nothing is charged", notBought)} ${countLine("Not done yet", undone)}
        ${countLine("Bought earlier, and over", over)} ${ofRun}
        ${line("Bought in all", [...boughtNow, ...boughtBefore], "sum")} ${countLine("Left out", skipped)}
      </tbody>
    </table>
  </div>`;
}

/** What each account pays, of what is bought, and how; what is not confirmed beside it. */
export function accountsTable(outcomes: readonly Outcome[]): Html | undefined {
  const accounts = byAccount(outcomes, (outcome) => outcome);
  if (accounts.length === 0) return undefined;
  const hasOpen = outcomes.some(isOpen);
  const line = (name: Html, own: readonly Outcome[], style = "") => {
    const bought = paymentTotals(own.filter(isBought));
    const paid = paidLines(bought);
    return html`<tr class="${style}">
      <th scope="row">${name}</th>
      ${linesCell(
        bought.map(({ price }) => amountText(price)),
        "bought",
      )}
      ${linesCell(paid.dueNow, "at purchase")} ${linesCell(paid.monthly, "monthly")}
      ${hasOpen ? linesCell(sumsOf(own.filter(isOpen)).map(amountText), "not confirmed") : undefined}
    </tr>`;
  };
  return html`<div class="scroll">
    <table class="totals">
      <thead>
        <tr>
          <th>Account that pays</th>
          <th class="money">Bought</th>
          <th class="money">Due at purchase</th>
          <th class="money">Monthly</th>
          ${hasOpen ? html`<th class="money">Not confirmed</th>` : undefined}
        </tr>
      </thead>
      <tbody>
        ${accounts.map(([account, own]) => line(accountName(account), own))}
        ${accounts.length > 1 ? line(html`All accounts`, outcomes, "sum") : undefined}
      </tbody>
    </table>
  </div>`;
}

function accountName({ provider, account }: Account): Html {
  return html`${provider} ${account === undefined ? undefined : html`<span class="id">${account}</span>`}`;
}

function isBought({ commitment }: Outcome): boolean {
  return commitment !== undefined;
}

function isOpen({ commitment, price }: Outcome): boolean {
  return commitment === undefined && price !== undefined;
}

function linesCell(lines: readonly string[], unit: string): Html {
  if (lines.length === 0) return html`<td class="money none">–</td>`;
  return html`<td class="money" data-unit="${unit}">
    ${lines.map((text) => html`<span class="line">${text}</span>`)}
  </td>`;
}

function countCell(own: readonly Outcome[]): Html {
  return html`<td class="money" data-unit="${own.length === 1 ? "item" : "items"}">${own.length}</td>`;
}

function withoutPrice(outcomes: readonly Outcome[]): Html | undefined {
  const unknown = outcomes.filter(({ price }) => price === undefined).length;
  return unknown === 0 ? undefined : html`<span class="soft small"> (${unknown} without a known price)</span>`;
}

function sumCell(currency: string, outcomes: readonly Outcome[]): Html {
  const sum = sumsOf(outcomes).find((one) => one.currency === currency);
  if (sum === undefined) return html`<td class="money none">–</td>`;
  return html`<td class="money" data-unit="${currency}">${amountText(sum).replace(` ${currency}`, "")}</td>`;
}

function sumsOf(outcomes: readonly Outcome[]): readonly Money[] {
  return totals(outcomes.flatMap(({ price }) => price ?? []));
}
