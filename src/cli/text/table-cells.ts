import { cleanText } from "../../contract/clean-text.ts";
import { capitalised, decisionText } from "../../contract/decision.ts";
import { labelsText, type Words } from "../../contract/labels.ts";
import { formatMoney, type Money, totals } from "../../contract/money.ts";
import type { Payer } from "../../contract/payer.ts";
import type { Outcome, OutcomeStatus } from "../../contract/report.ts";
import { lineEnd } from "../terminal/table.ts";
import { errorText } from "./said-once.ts";

/**
 * A recommendation's description for a cell of a table, and who pays: `2 × m5.large, us-east-1, P1Y, aws 123456789012`. Neither is
 * the count torn from what is counted, nor the account from its cloud. For a column with `isWhole`: no id is broken.
 */
export function whatText(description = "", { provider = "", account }: Partial<Payer> = {}): string {
  const payer = account === undefined ? [] : [`${provider}\u00A0${account}`];
  return [description.replaceAll(" × ", "\u00A0×\u00A0"), ...payer].map((part) => cleanText(part)).join(", ");
}

/** A line above the first row of each execution, for its rows that follow each other. */
export function executionHeadings(
  records: readonly { readonly executionId: string }[],
): readonly (string | undefined)[] {
  return records.map(({ executionId }, index) =>
    records[index - 1]?.executionId === executionId ? undefined : `execution ${cleanText(executionId)}`,
  );
}

/** What stands in one cell, each on lines of its own: where there is no room for a column of each. */
export function below(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(lineEnd);
}

/** A time of the ledger (milliseconds since 1970) for a table: `2026-11-22 09:05:00`, in UTC. */
export function timeText(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

/** Prices summed per currency, and how many there are without one: `24.00 GBP   1160.52 USD   1 without a known price`. */
export function sumText(priced: readonly { readonly price?: Money | undefined }[]): string {
  if (priced.length === 0) return "nothing";
  const unknown = priced.filter(({ price }) => price === undefined).length;
  const sums = totals(priced.flatMap(({ price }) => price ?? [])).map(formatMoney);
  return [...sums, ...(unknown === 0 ? [] : [`${unknown} without a known price`])].join("   ");
}

/** Longer reasons drown the table; `--json` and the log lines of a drive hold them whole. */
const maxLength = 360;

/** A long reason without its middle: it begins with what happened and ends with what to do. */
export function shorten(text: string): string {
  if (text.length <= maxLength) return text;
  const half = Math.floor(maxLength / 2);
  const head = text.slice(0, half).replace(/\s+\S*$/, "");
  const tail = text.slice(-half).replace(/^\S*\s+/, "");
  return `${head} […] ${tail}`;
}

/** What its file says for people: a note in parentheses, labels in brackets. It stands behind what the program says. */
export function wordsText({ note, labels }: Words): readonly string[] {
  return [...(note === undefined ? [] : [`(${note})`]), ...(labels === undefined ? [] : [`[${labelsText(labels)}]`])];
}

/**
 * Why an outcome is not plainly done: the error, what a person decided, what is still missing, or that it is not yet settled.
 * Behind it what its file says. Else empty. `say` is how the error is said.
 */
export function why({ commitment, error, note, labels, decision, warnings = [] }: Outcome, say = errorText): string {
  const decided = decision && decisionText(decision);
  // A message that begins with it need not be told it again.
  const isSaid = decided === undefined || error?.message.toLowerCase().startsWith(decided.toLowerCase());
  const reasons = [
    ...(error ? [say(error)] : []),
    ...(isSaid ? [] : [`${capitalised(decided)}.`]),
    ...warnings,
    ...(commitment && !commitment.settled ? [`not yet settled (${commitment.state})`] : []),
    ...wordsText({ note, labels }),
  ];
  return cleanText(reasons.join(" "));
}

/** How a status looks on a terminal: a sign and a colour. */
export const statusStyle: Readonly<
  Record<OutcomeStatus, { readonly sign: string; readonly colour: "green" | "cyan" | "yellow" | "red" }>
> = {
  purchased: { sign: "✔", colour: "green" },
  "already-purchased": { sign: "✔", colour: "cyan" },
  "in-progress": { sign: "…", colour: "yellow" },
  refused: { sign: "✖", colour: "red" },
  rejected: { sign: "✖", colour: "red" },
  unresolved: { sign: "?", colour: "yellow" },
  skipped: { sign: "–", colour: "cyan" },
  "written-off": { sign: "?", colour: "yellow" },
};
