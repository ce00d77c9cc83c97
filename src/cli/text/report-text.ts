import { indexRanges } from "./index-ranges.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { formatMoney } from "../../contract/money.ts";
import type { Outcome, Report } from "../../contract/report.ts";
import { layOut, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

import { accountsText, type Paid } from "./accounts-text.ts";
import { shorten, statusStyle, sumText, whatText, why } from "./table-cells.ts";
import { saidOnce } from "./said-once.ts";
import { type Again, type NextStep, nextSteps } from "./next-steps.ts";
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

/** From so many columns on, ids (at most 40 characters) are not broken over two lines: they are there to be copied. */
const roomForWholeIds = 116;

/** A report for a person: the table, totals per currency, and what to do next. */
export function reportText(
  report: Report,
  { descriptions, width, paint, again, pendingAgain, newLedger, lookFor, page = "" }: ReportTextOptions,
): string {
  const { outcomes } = report;
  const colour = (row: number) => {
    const outcome = outcomes[row];
    return outcome === undefined ? "white" : statusStyle[outcome.status].colour;
  };
  const said = saidOnce(
    outcomes.map(({ error }) => error),
    width,
  );
  const table = layOut(
    [
      { title: "#", minimum: 5, align: "right", paint: (line) => paint("dim", line) },
      { title: "what", minimum: 20 },
      { title: "status", minimum: 10, paint: (line, row) => paint(colour(row), line) },
      { title: "commitment", minimum: width < roomForWholeIds ? 19 : 40, paint: (line) => paint("dim", line) },
      { title: "price", minimum: 24, align: "right" },
      { title: "why", minimum: 24 },
    ],
    outcomes.map((outcome) => [
      String(outcome.recIndex),
      whatText(descriptions[outcome.recIndex], outcome),
      outcome.status,
      cleanText([outcome.commitment?.id ?? [], ...(outcome.commitment?.furtherIds ?? [])].flat().join(" ")),
      outcome.price === undefined ? "" : formatMoney(outcome.price),
      shorten(why(outcome, said.inRow)),
    ]),
    width,
    paint,
  );
  return [
    `${table}${said.below()}`,
    totalsText(report, paint, newLedger),
    accountsText(outcomes.filter(({ commitment, price }) => commitment ?? price).map(paidOf), width, paint),
    stepsText(nextSteps(outcomes, again, pendingAgain), width, paint),
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

function paidOf({ provider, account, price, commitment }: Outcome): Paid {
  const payer = { ...(provider ? { provider } : {}), ...(account ? { account } : {}) };
  return { payer, price, isBought: commitment !== undefined };
}

function totalsText({ outcomes, atRisk }: Report, paint: Paint, newLedger: string | undefined): string {
  const now = outcomes.filter(({ status }) => status === "purchased");
  const before = outcomes.filter(({ status }) => status === "already-purchased");
  const line = (label: string, text: string) => `${paint("dim", label.padEnd(22))}${text}\n`;
  // All three lines, always: a drive that spent nothing says so.
  return [
    line("bought by this drive", sumText(now)),
    line("bought before", sumText(before)),
    line("total", paint("bold", sumText([...now, ...before]))),
    ...(atRisk.length > 0 ? [line("sent, may be bought", paint("yellow", atRisk.map(formatMoney).join("   ")))] : []),
    ...(newLedger === undefined ? [] : [line("ledger", `new and empty before this drive: ${cleanText(newLedger)}`)]),
  ].join("");
}

function stepsText(steps: readonly NextStep[], width: number, paint: Paint): string {
  if (steps.length === 0) return "";
  const lines = steps.flatMap(({ recIndexes, text }) => {
    const [first = "", ...rest] = wrap(`${indexRanges(recIndexes)}: ${text}`, width - 4);
    return [`  ${paint("yellow", "→")} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  // Not broken over two lines: they are there to be copied.
  const commands = [...new Set(steps.flatMap(({ command }) => command ?? []))].map((command) => `\n    ${command}\n`);
  return `${paint("bold", "next")}\n${lines.join("\n")}\n${commands.join("")}`;
}

/** The line below a report of imitated purchases: how many requests for one the imitation has got. */
export function sandboxText(purchaseRequests: number, paint: Paint): string {
  return `\n${paint("dim", `Sandbox: nothing was spent. Purchase requests that it received: ${purchaseRequests}.`)}\n`;
}
