import { isInDoubt, mayBeBought, unprovenOf } from "../../contract/at-risk.ts";
import { atRiskPrices } from "../../contract/counted-price.ts";
import { payerOf } from "../../contract/payer.ts";
import { recordedPrice, recordedPriced } from "../../inspect/recorded.ts";
import type { LedgerStatus, RecordStatus } from "../../inspect/read-status.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { decisionText } from "../../contract/decision.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { saidBought } from "../../contract/said-bought.ts";
import { type Column, layOutFirst, type Table, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

import { failuresFirst, type Tone } from "../../report/failures-first.ts";
import type { LookForByToken } from "../../inspect/look-for.ts";
import { lookForText } from "./look-for-text.ts";
import type { CommandLine } from "./next-steps.ts";
import { type SaidOnce, saidOnce } from "./said-once.ts";
import { accountsText, type Paid } from "./accounts-text.ts";
import { moneyColumns, paymentLines } from "./money-columns.ts";
import {
  below,
  executionHeadings,
  shorten,
  statusStyle,
  sumText,
  timeText,
  whatText,
  wordsText,
} from "./table-cells.ts";

/** How the status is written down for a person. */
export interface StatusTextOptions {
  /** What each recommendation asks for, in their order. */
  readonly descriptions: readonly string[];
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
  /** Writes the commands that it names. */
  readonly line: CommandLine;
  /** What a person looks for at the providers, by token. */
  readonly lookFor?: LookForByToken | undefined;
}

const order: readonly RecordStatus[] = [
  "purchased",
  "in-progress",
  "unresolved",
  "written-off",
  "waiting",
  "refused",
  "rejected",
  "not-bought",
  "abandoned",
];

const labelWidth = 22;

/** What the ledger knows, for a person: the table, how many of each, sums, and what to do next. */
export function statusText(
  { recommendations: inOrder, more, payments }: LedgerStatus,
  { descriptions: inTheirOrder, width, paint, line, lookFor }: StatusTextOptions,
): string {
  const recommendations = byExecution(inOrder.map((each, index) => ({ ...each, description: inTheirOrder[index] })));
  const descriptions = recommendations.map(({ description = "" }) => description);
  const said = saidOnce(
    recommendations.map(({ record }) => record.error),
    width,
  );
  const table = layOutFirst(tablesOf(recommendations, said.inRow, { descriptions, paint }), width, paint);
  const rest = more
    ? [`These are the last ${recommendations.length}; there are more: --limit shows them, --state narrows.`]
    : [];
  const steps = [...rest.map((text) => ({ text, command: undefined })), ...nextTexts(recommendations, line)];
  return [
    table,
    said.below(),
    "\n",
    sumsText({ recommendations, payments }, width, paint),
    "\n",
    accountsText(recommendations.flatMap(paidOf), width, paint),
    "\n",
    ...steps.flatMap(({ text, command }) => [
      ...wrap(text, width).map((part) => `${part}\n`),
      ...(command === undefined ? [] : [`    ${command}\n`]),
    ]),
    looksText(recommendations, { descriptions, width, paint, line, lookFor }),
  ].join("");
}

const tones: Readonly<Record<RecordStatus, Tone>> = {
  unresolved: "alarm",
  refused: "bad",
  rejected: "bad",
  "written-off": "bad",
  "in-progress": "wait",
  waiting: "wait",
  abandoned: "wait",
  planned: "wait",
  "not-bought": "wait",
  purchased: "good",
  skipped: "good",
};

type Shown = LedgerStatus["recommendations"][number];

function toneOf({ status, record }: Shown): Tone {
  if (status === "in-progress" || status === "written-off") return tones[status];
  return mayBeBought(record) || isInDoubt(record) ? "alarm" : tones[status];
}

/** Each execution in one piece, failures first, and those executions first that hold some. */
function byExecution<Item extends Shown>(all: readonly Item[]): readonly Item[] {
  const executions = Map.groupBy(all, ({ record }) => record.executionId).values();
  const sorted = [...executions].map((own) => failuresFirst(own, toneOf));
  return failuresFirst(sorted, ([worst]) => (worst === undefined ? "good" : toneOf(worst))).flat();
}

/** What a person looks for at the providers, after an empty line; empty for nothing. */
function looksText(
  recommendations: LedgerStatus["recommendations"],
  { descriptions, width, paint, line, lookFor }: StatusTextOptions,
): string {
  const ids = new Set(recommendations.map(({ record }) => record.executionId));
  const looks = recommendations.flatMap(({ record }, index) => {
    const found = lookFor?.get(record.token);
    if (found === undefined) return [];
    const { executionId, recIndex, recommendation } = record;
    const name = ids.size > 1 ? `${cleanText(executionId)} #${recIndex}` : `#${recIndex}`;
    return [{ name, what: whatText(descriptions[index], payerOf(recommendation)), lookFor: found }];
  });
  const [only = ""] = ids;
  const all = ids.size > 1 ? line("status", "--json") : line("report", only);
  return looks.length === 0 ? "" : `\n${lookForText(looks, width, paint, all)}`;
}

/** The same table, with room for all columns, and with fewer of them. */
function tablesOf(
  recommendations: LedgerStatus["recommendations"],
  say: SaidOnce["inRow"],
  { descriptions, paint }: Pick<StatusTextOptions, "descriptions" | "paint">,
): readonly Table[] {
  const colour = (status: RecordStatus) =>
    status === "abandoned" || status === "waiting" || status === "planned" || status === "not-bought"
      ? "yellow"
      : statusStyle[status].colour;
  const ids = recommendations.map(({ record }) => record.executionId);
  const several = new Set(ids).size > 1;
  const headings = several ? executionHeadings(recommendations.map(({ record }) => record)) : [];
  const rows = recommendations.map(({ status, record }, index) => ({
    number: String(record.recIndex),
    what: whatText(descriptions[index], payerOf(record.recommendation)),
    status,
    ids: cleanText([record.commitment?.id ?? [], ...(record.commitment?.furtherIds ?? [])].flat().join(" ")),
    priced: recordedPriced(record),
    changed: timeText(record.updatedAt),
    why: shorten(
      cleanText([whyText(status, record, say), ...wordsText(record)].filter((part) => part !== "").join(" ")),
    ),
  }));
  const dim = (line: string) => paint("dim", line);
  const number: Column = { title: "#", minimum: 5, align: "right", paint: dim };
  const what: Column = { title: "what", minimum: 16, isWhole: true };
  const state: Column = {
    title: "status",
    minimum: 11,
    paint: (line, row) => paint(colour(recommendations[row]?.status ?? "refused"), line),
  };
  const commitment: Column = { title: "commitment", minimum: 0, isWhole: true, paint: dim };
  const changed: Column = { title: "changed (UTC)", minimum: 13, paint: dim };
  const [three, one] = moneyColumns(rows.map(({ priced }) => priced));
  return [
    ...[three, one].map((money) => ({
      columns: [number, what, state, commitment, ...money.columns, changed, { title: "why", minimum: 16 }],
      rows: rows.map((row) => {
        return [row.number, row.what, row.status, row.ids, ...money.cells(row.priced), row.changed, row.why];
      }),
      headings,
    })),
    {
      columns: [number, what, state, ...one.columns],
      rows: rows.map((row) => {
        const all = below(row.what, row.ids, row.why, `changed ${row.changed}`);
        return [row.number, all, row.status, ...one.cells(row.priced)];
      }),
      headings,
    },
  ];
}

/** How many of each status, and what is bought and may be. */
function sumsText(
  { recommendations, payments }: Pick<LedgerStatus, "recommendations" | "payments">,
  width: number,
  paint: Paint,
): string {
  const counts = order.flatMap((status) => {
    const count = recommendations.filter((each) => each.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const sum = (label: string, text: string) => `${paint("dim", label.padEnd(labelWidth))}${text}\n`;
  const bought = recommendations.flatMap(({ record }) => {
    const price = recordedPrice(record);
    return record.state === "purchased" ? [price ? { price } : {}] : [];
  });
  const atRisk = recommendations.flatMap(({ record }) => atRiskPrices(record));
  const open = atRisk.map((price) => (price === "unknown" ? {} : { price }));
  return [
    sum("shown", wrap(counts.join(", "), width - labelWidth).join(`\n${" ".repeat(labelWidth)}`)),
    sum("bought", sumText(bought)),
    ...paymentLines(payments, width, paint),
    ...(open.length > 0 ? [sum("sent, may be bought", sumText(open))] : []),
  ].join("");
}

/** What is bought, and beside it what may be, for the sums by account. */
function paidOf({ record }: LedgerStatus["recommendations"][number]): readonly Paid[] {
  const payer = payerOf(record.recommendation);
  const atRisk = atRiskPrices(record).map((price) => {
    return { payer, price: price === "unknown" ? undefined : price, isBought: false };
  });
  return [...(record.state === "purchased" ? [{ payer, ...recordedPriced(record), isBought: true }] : []), ...atRisk];
}

/** Why it is not plainly done, and whether an earlier send may have bought. */
function whyText(status: RecordStatus, record: TokenRecord, say: SaidOnce["inRow"]): string {
  const attempts = unprovenOf(record).map(({ attempt }) => attempt);
  const why = standingText(status, record, say);
  if (attempts.length === 0) return why;
  const beside = record.state === "purchased" ? " as well" : "";
  const risk = `what was sent before (attempt ${attempts.join(" and ")}) may be bought${beside}: drive it again, which looks`;
  return [risk, ...(why === "" ? [] : [why])].join("; ");
}

function standingText(status: RecordStatus, record: TokenRecord, say: SaidOnce["inRow"]): string {
  const { commitment, error, decision, holder, leaseUntil } = record;
  const decided = decision === undefined ? [] : [decisionText(decision)];
  switch (status) {
    case "in-progress":
      return `${holder ?? "a driver"} holds it until ${timeText(leaseUntil ?? record.updatedAt)}${mayBeBought(record) ? "; it may be sent" : ""}`;
    case "waiting":
      return error === undefined || error.code === "identical-purchase-open"
        ? "an equal purchase is not decided yet; nothing was sent for this one"
        : `only the total of one run stopped it, the next run tries it again: ${say(error)}`;
    case "planned": {
      const elsewhere = saidBought(record);
      return elsewhere === undefined
        ? "no drive has come to it yet"
        : `another engine says that it bought it as ${elsewhere}, and the provider did not show it: nothing is bought for it until it does, or a person decides (buyonce resolve)`;
    }
    case "skipped":
      return "a person dropped it";
    case "abandoned":
      return `its driver ended before anything was sent${error ? `; before that: ${say(error)}` : ""}`;
    case "not-bought":
      return [...decided, "the next drive buys it"].join("; ");
    case "written-off":
      return [...decided, "it may be bought, and is never bought again"].join("; ");
    case "unresolved": {
      const since = record.parkedAt;
      const parked = since === undefined ? [] : [`parked since ${timeText(since)}: a person decides (buyonce resolve)`];
      const ended = since === undefined ? ["its driver ended before it recorded what became of it"] : [];
      return [...parked, ...decided, ...(error ? [say(error)] : ended)].join("; ");
    }
    case "refused":
      if (error?.code === "resolved-as-not-this") return decided.join("");
      return [...(error ? [say(error)] : []), ...decided].join("; before that: ");
    case "rejected":
      return error ? say(error) : "";
    case "purchased":
      return [
        ...decided,
        ...(commitment?.settled === false ? [`not yet settled (${commitment.state})`] : []),
        ...(commitment?.marked === false ? ["its marker is missing at the provider"] : []),
        ...(commitment?.standing === "live" || commitment === undefined ? [] : [`its state is ${commitment.state}`]),
      ].join("; ");
  }
}

/** What to do, and the command that does it, which is not broken over two lines: it is there to be copied. */
function nextTexts(
  recommendations: LedgerStatus["recommendations"],
  line: CommandLine,
): readonly { readonly text: string; readonly command?: string }[] {
  const has = (keep: (each: LedgerStatus["recommendations"][number]) => boolean) => recommendations.some(keep);
  return [
    ...(has(
      ({ status, record }) =>
        (status === "unresolved" && record.parkedAt === undefined) ||
        ["abandoned", "waiting", "planned", "not-bought"].includes(status),
    )
      ? [{ text: "next: find out what became of it, and buy what was not bought:", command: line("redrive") }]
      : []),
    ...(has(({ record }) => record.parkedAt !== undefined)
      ? [
          {
            text: "next: look for what is parked at the provider, as said below, and say what you found with buyonce resolve.",
          },
        ]
      : []),
    ...(has(({ status, record }) => status === "purchased" && record.commitment?.settled === false)
      ? [{ text: "next: wait until the provider's state is final:", command: line("settle") }]
      : []),
  ];
}
