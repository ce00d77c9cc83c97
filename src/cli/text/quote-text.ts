import type { PlannedRecommendation, Verdict } from "../../drive/plan-recommendation.ts";
import type { ExecutionPlan } from "../../drive/plan-execution.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { installCommand } from "../../contract/optional-package.ts";
import { formatMoney, type Money } from "../../contract/money.ts";
import { failuresFirst, type Tone } from "../../report/failures-first.ts";
import { type Column, layOutFirst, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

import { accountsText } from "./accounts-text.ts";
import { indexRanges } from "./index-ranges.ts";
import { moneyColumns, paymentLines, whole } from "./money-columns.ts";
import { errorText, type SaidOnce, saidOnce } from "./said-once.ts";
import { below, shorten, sumText, whatText, wordsText } from "./table-cells.ts";

/** How a quotation is written down for a person. */
export interface QuoteTextOptions {
  /** What each recommendation asks for, by recIndex. */
  readonly descriptions: readonly string[];
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
  /** The totals that the drive has, if any. */
  readonly maxTotals: readonly Money[] | undefined;
}

const words: Readonly<
  Record<Verdict, { readonly text: string; readonly tone: Tone; readonly colour: "green" | "cyan" | "yellow" | "red" }>
> = {
  buy: { text: "buy it", tone: "good", colour: "green" },
  bought: { text: "buy nothing: bought before", tone: "good", colour: "cyan" },
  adopt: { text: "buy nothing: bought before, found at the provider", tone: "good", colour: "cyan" },
  reconcile: { text: "find out first whether it was bought", tone: "alarm", colour: "yellow" },
  "written-off": { text: "buy nothing", tone: "bad", colour: "yellow" },
  held: { text: "leave it to the other driver", tone: "wait", colour: "yellow" },
  refuse: { text: "refuse it", tone: "bad", colour: "red" },
  skip: { text: "buy nothing: skipped", tone: "good", colour: "cyan" },
};

/** What a drive would do and cost, for a person: prices, limits, sums, and why something would not be bought. */
export function quoteText(
  { recommendations: inOrder, payments, error }: ExecutionPlan,
  { descriptions, width, paint, maxTotals }: QuoteTextOptions,
): string {
  const recommendations = failuresFirst(inOrder, ({ verdict }) => words[verdict].tone);
  const said = saidOnce(
    recommendations.map((each) => each.error),
    width,
  );
  const number: Column = { title: "#", minimum: 5, align: "right", paint: (line) => paint("dim", line) };
  const what: Column = { title: "what", minimum: 20, isWhole: true };
  const limit: Column = { title: "limit", minimum: 0, isWhole: true, align: "right" };
  const would: Column = {
    title: "a drive would",
    minimum: 22,
    paint: (line, row) => paint(words[recommendations[row]?.verdict ?? "refuse"].colour, line),
  };
  const rows = recommendations.map((quoted) => ({
    quoted,
    number: String(quoted.recIndex),
    what: whatText(descriptions[quoted.recIndex], quoted),
    limit: limitText(quoted),
    would: wouldText(quoted, said.inRow),
  }));
  const [three, one] = moneyColumns(recommendations, { paint: (line) => paint("bold", line) });
  const tables = [
    ...[three, one].map((money) => ({
      columns: [number, what, ...money.columns, limit, would],
      rows: rows.map((row) => [row.number, row.what, ...money.cells(row.quoted), row.limit, row.would]),
    })),
    {
      columns: [number, what, { ...limit, title: "price, limit" }],
      rows: rows.map((row) => [
        row.number,
        below(row.what, `${would.title} ${row.would}`),
        below(...one.cells(row.quoted), row.limit && whole(`limit ${row.limit}`)),
      ]),
    },
  ];
  const table = layOutFirst(tables, width, paint);
  const of = (...verdicts: readonly Verdict[]) => recommendations.filter(({ verdict }) => verdicts.includes(verdict));
  const line = (label: string, text: string) => `${paint("dim", label.padEnd(22))}${text}\n`;
  const open = of("reconcile", "written-off");
  const sums = [
    line("would be bought", paint("bold", sumText(of("buy")))),
    ...paymentLines(payments, width, paint),
    ...(maxTotals ? [line("total allowed", maxTotals.map(formatMoney).join("   "))] : []),
    ...(open.length > 0 ? [line("sent, may be bought", sumText(open))] : []),
    line("bought before", sumText(of("bought", "adopt"))),
  ];
  const warnings = [error && `A drive would buy nothing. ${errorText(error)}`, anyPrice(of("refuse"), maxTotals)]
    .flatMap((text) => (text ? wrap(cleanText(text), width) : []))
    .map((text) => `${paint("red", text)}\n`);
  const twins = twinWarnings(recommendations)
    .flatMap((text) => wrap(cleanText(text), width))
    .map((text) => `${paint("yellow", text)}\n`);
  const paid = recommendations.flatMap(({ verdict, price, payments, ...payer }) =>
    verdict === "buy" ? [{ payer, price, payments, isBought: true }] : [],
  );
  const accounts = accountsText(paid, width, paint, "would be bought");
  const install = installCommand(recommendations.map((each) => each.error));
  return [
    `${table}${said.below()}\n${[...sums, ...twins, ...warnings].join("")}`,
    ...(install === undefined ? [] : [`To install what is missing:\n  ${install}\n`]),
    ...(accounts === "" ? [] : [accounts]),
  ].join("\n");
}

function limitText({ verdict, limit }: PlannedRecommendation): string {
  if (verdict === "bought" || verdict === "adopt" || verdict === "written-off") return "";
  return limit ? whole(formatMoney(limit)) : "none";
}

function wouldText(
  { verdict, commitment, error, note, labels }: PlannedRecommendation,
  say: SaidOnce["inRow"],
): string {
  const { text } = words[verdict];
  const pending = commitment && !commitment.settled ? ` (not yet settled: ${commitment.state})` : "";
  const said = error ? shorten(`${text}: ${say(error)}`) : `${text}${pending}`;
  return cleanText([said, ...wordsText({ note, labels })].join(" "));
}

/** As many recommendations are named that have a twin. */
const mostTwins = 10;

function twinWarnings(recommendations: readonly PlannedRecommendation[]): readonly string[] {
  const warned = recommendations.flatMap(({ recIndex, ...planned }) => {
    const { warnings = [] } = planned.verdict === "buy" ? planned : {};
    return warnings.length === 0 ? [] : [`#${recIndex} Is it meant? ${warnings.join(" ")}`];
  });
  const rest = warned.length - mostTwins;
  return rest > 0 ? [...warned.slice(0, mostTwins), `${rest} more have twins: see --json.`] : warned;
}

/** What has neither a price now nor a limit is bought at any price that the drive gets. */
function anyPrice(
  refused: readonly PlannedRecommendation[],
  maxTotals: readonly Money[] | undefined,
): string | undefined {
  const open = maxTotals ? [] : refused.filter(({ price, limit }) => !price && !limit);
  if (open.length === 0) return undefined;
  const numbers = indexRanges(open.map(({ recIndex }) => recIndex));
  return `${numbers}: no price is known and the file sets no maxPrice. If the drive gets a price, it buys at any price.`;
}
