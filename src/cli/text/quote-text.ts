import type { PlannedRecommendation, Verdict } from "../../drive/plan-recommendation.ts";
import type { ExecutionPlan } from "../../drive/plan-execution.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { formatMoney, type Money } from "../../contract/money.ts";
import { layOutFirst, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

import { accountsText } from "./accounts-text.ts";
import { moneyColumns, paymentLines } from "./money-columns.ts";
import { errorText, type SaidOnce, saidOnce } from "./said-once.ts";
import { shorten, sumText, whatText, wordsText } from "./table-cells.ts";

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
  Record<Verdict, { readonly text: string; readonly colour: "green" | "cyan" | "yellow" | "red" }>
> = {
  buy: { text: "buy it", colour: "green" },
  bought: { text: "buy nothing: bought before", colour: "cyan" },
  adopt: { text: "buy nothing: bought before, found at the provider", colour: "cyan" },
  reconcile: { text: "find out first whether it was bought", colour: "yellow" },
  "written-off": { text: "buy nothing", colour: "yellow" },
  held: { text: "leave it to the other driver", colour: "yellow" },
  refuse: { text: "refuse it", colour: "red" },
  skip: { text: "buy nothing: skipped", colour: "cyan" },
};

/** What a drive would do and cost, for a person: prices, limits, sums, and why something would not be bought. */
export function quoteText(
  { recommendations, payments, error }: ExecutionPlan,
  { descriptions, width, paint, maxTotals }: QuoteTextOptions,
): string {
  const said = saidOnce(
    recommendations.map((each) => each.error),
    width,
  );
  const tables = moneyColumns(recommendations, { paint: (line) => paint("bold", line) }).map((money) => ({
    columns: [
      { title: "#", minimum: 5, align: "right" as const, paint: (line: string) => paint("dim", line) },
      { title: "what", minimum: 20 },
      ...money.columns,
      { title: "limit", minimum: 0, isWhole: true, align: "right" as const },
      {
        title: "a drive would",
        minimum: 22,
        paint: (line: string, row: number) => paint(words[recommendations[row]?.verdict ?? "refuse"].colour, line),
      },
    ],
    rows: recommendations.map((quoted) => [
      String(quoted.recIndex),
      whatText(descriptions[quoted.recIndex], quoted),
      ...money.cells(quoted),
      limitText(quoted),
      wouldText(quoted, said.inRow),
    ]),
  }));
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
  return `${table}${said.below()}\n${[...sums, ...twins, ...warnings].join("")}${accounts && `\n${accounts}`}`;
}

function limitText({ verdict, limit }: PlannedRecommendation): string {
  if (verdict === "bought" || verdict === "adopt" || verdict === "written-off") return "";
  return limit ? formatMoney(limit).replaceAll(" ", "\u00A0") : "none";
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
  const numbers = open.map(({ recIndex }) => `#${recIndex}`).join(" ");
  return `${numbers}: no price is known and the file sets no maxPrice. If the drive gets a price, it buys at any price.`;
}
