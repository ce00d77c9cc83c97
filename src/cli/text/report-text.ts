import { indexRanges } from "./index-ranges.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { formatMoney } from "../../contract/money.ts";
import { installCommand } from "../../contract/optional-package.ts";
import type { Outcome, Report } from "../../contract/report.ts";
import { type Column, layOutFirst, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

import { accountsText, type Paid } from "./accounts-text.ts";
import { moneyColumns, paymentLines } from "./money-columns.ts";
import { below, shorten, statusStyle, sumText, whatText, why } from "./table-cells.ts";
import { saidOnce } from "./said-once.ts";
import { type Again, type NextStep, nextSteps } from "./next-steps.ts";
import { failuresFirst } from "../../report/failures-first.ts";
import { verdictOf } from "../../report/report-words.ts";
import type { LookForByToken } from "../../inspect/look-for.ts";
import { lookForText, type NamedLookFor } from "./look-for-text.ts";

/** How a report is written down for a person. */
export interface ReportTextOptions {
  /** What each recommendation asks for, by recIndex. */
  readonly descriptions: readonly string[];
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
  /** How to drive it again; default: in the words of who has the file. */
  readonly again?: Again;
  /** How to see settled what is pending; default: by driving it again. */
  readonly pendingAgain?: Again;
  /** Where the ledger is, if it was new: it knew of nothing that was bought before. */
  readonly newLedger?: string | undefined;
  /** What a person looks for at the providers, by token. */
  readonly lookFor?: LookForByToken;
  /** The command that makes the page. */
  readonly page?: string;
}

/** A report for a person: the table, totals per currency, and what to do next. */
export function reportText(
  report: Report,
  { descriptions, width, paint, again, pendingAgain, newLedger, lookFor, page = "" }: ReportTextOptions,
): string {
  const outcomes = failuresFirst(report.outcomes, (outcome) => verdictOf(outcome).tone);
  const colour = (row: number) => {
    const outcome = outcomes[row];
    return outcome === undefined ? "white" : statusStyle[outcome.status].colour;
  };
  const said = saidOnce(
    outcomes.map(({ error }) => error),
    width,
  );
  const rows = outcomes.map((outcome) => ({
    outcome,
    number: String(outcome.recIndex),
    what: whatText(descriptions[outcome.recIndex], outcome),
    ids: cleanText([outcome.commitment?.id ?? [], ...(outcome.commitment?.furtherIds ?? [])].flat().join(" ")),
    why: shorten(why(outcome, said.inRow)),
  }));
  const number: Column = { title: "#", minimum: 5, align: "right", paint: (line) => paint("dim", line) };
  const what: Column = { title: "what", minimum: 20, isWhole: true };
  const status: Column = { title: "status", minimum: 10, paint: (line, row) => paint(colour(row), line) };
  const ids: Column = { title: "commitment", minimum: 0, isWhole: true, paint: (line) => paint("dim", line) };
  const [three, one] = moneyColumns(outcomes);
  const tables = [
    ...[three, one].map((money) => ({
      columns: [number, what, status, ids, ...money.columns, { title: "why", minimum: 20 }],
      rows: rows.map((row) => [
        row.number,
        row.what,
        row.outcome.status,
        row.ids,
        ...money.cells(row.outcome),
        row.why,
      ]),
    })),
    {
      columns: [number, what, status, ...one.columns],
      rows: rows.map((row) => [
        row.number,
        below(row.what, row.ids, row.why),
        row.outcome.status,
        ...one.cells(row.outcome),
      ]),
    },
  ];
  const table = layOutFirst(tables, width, paint);
  return [
    `${table}${said.below()}`,
    totalsText(report, { width, paint, newLedger }),
    accountsText(outcomes.filter(({ commitment, price }) => commitment ?? price).map(paidOf), width, paint),
    stepsText(
      nextSteps(outcomes, again, pendingAgain),
      installCommand(outcomes.map(({ error }) => error)),
      width,
      paint,
    ),
    lookForText(looksIn(outcomes, descriptions, lookFor), width, paint, page),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function looksIn(
  outcomes: readonly Outcome[],
  descriptions: readonly string[],
  lookFor: LookForByToken = new Map(),
): readonly NamedLookFor[] {
  return outcomes.flatMap((outcome) => {
    const found = lookFor.get(outcome.token);
    const what = whatText(descriptions[outcome.recIndex], outcome);
    return found === undefined ? [] : [{ name: `#${outcome.recIndex}`, what, lookFor: found }];
  });
}

function paidOf({ provider, account, price, payments, commitment }: Outcome): Paid {
  const payer = { ...(provider ? { provider } : {}), ...(account ? { account } : {}) };
  return { payer, price, payments, isBought: commitment !== undefined };
}

function totalsText(
  { outcomes, atRisk, payments }: Report,
  { width, paint, newLedger }: Pick<ReportTextOptions, "width" | "paint" | "newLedger">,
): string {
  const now = outcomes.filter(({ status }) => status === "purchased");
  const before = outcomes.filter(({ status }) => status === "already-purchased");
  const line = (label: string, text: string) => `${paint("dim", label.padEnd(22))}${text}\n`;
  // All three lines, always: a drive that spent nothing says so.
  return [
    line("bought by this drive", sumText(now)),
    line("bought before", sumText(before)),
    line("total", paint("bold", sumText([...now, ...before]))),
    ...paymentLines(payments, width, paint),
    ...(atRisk.length > 0 ? [line("sent, may be bought", paint("yellow", atRisk.map(formatMoney).join("   ")))] : []),
    ...(newLedger === undefined ? [] : [line("ledger", `new and empty before this drive: ${cleanText(newLedger)}`)]),
  ].join("");
}

function stepsText(steps: readonly NextStep[], install: string | undefined, width: number, paint: Paint): string {
  if (steps.length === 0) return "";
  const lines = steps.flatMap(({ recIndexes, text }) => {
    const [first = "", ...rest] = wrap(`${indexRanges(recIndexes)}: ${text}`, width - 4);
    return [`  ${paint("yellow", "→")} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  // Not broken over two lines: they are there to be copied.
  const commands = new Set([install ?? [], ...steps.map(({ command }) => command ?? [])].flat());
  return `${paint("bold", "next")}\n${lines.join("\n")}\n${[...commands].map((command) => `\n    ${command}\n`).join("")}`;
}

/** The line below a report of imitated purchases: how many requests for one the imitation has got. */
export function sandboxText(purchaseRequests: number, paint: Paint): string {
  return `\n${paint("dim", `Sandbox: nothing was spent. Purchase requests that it received: ${purchaseRequests}.`)}\n`;
}
