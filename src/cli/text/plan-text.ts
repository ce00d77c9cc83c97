import { cleanText } from "../../contract/clean-text.ts";
import { formatMoney } from "../../contract/money.ts";
import type { OutcomeError } from "../../contract/report.ts";
import type { PlanDocument } from "../../drive/plan-document.ts";
import { wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { indexRanges } from "./index-ranges.ts";
import type { CommandLine } from "./next-steps.ts";
import { timeText } from "./table-cells.ts";

/** How a plan is written about. */
export interface PlanTextOptions {
  /** The file that it was written to. */
  readonly file: string;
  readonly line: CommandLine;
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

/** What a plan that was written allows, until when, and how it is used. */
export function planText({ seen, execution, holdsUntil, termsHash }: PlanDocument, options: PlanTextOptions): string {
  const { file, line, width, paint } = options;
  const numbers = (...verdicts: readonly string[]) =>
    indexRanges(seen.filter(({ verdict }) => verdicts.includes(verdict)).map(({ recIndex }) => recIndex));
  const { maxTotals } = execution;
  const [buys, unsure, not] = [numbers("buy"), numbers("reconcile"), numbers("refuse", "adopt")];
  const row = (label: string, text: string) =>
    text === "" ? [] : [`${paint("dim", label.padEnd(22))}${cleanText(text)}`];
  const rows = [
    ...row("plan", file),
    ...row("holds until", `${timeText(Date.parse(holdsUntil))} UTC`),
    ...row("buys", buys),
    ...row("finds out first", unsure),
    ...row("does not buy", not),
    ...row(
      "all of it at most",
      maxTotals?.map(formatMoney).join("   ") ?? "no total: the price of something bought is not known",
    ),
    ...row("terms", termsHash),
  ];
  const end = wrap("Each price is a limit now. A drive of the plan does that, or refuses what changed:", width);
  const two = wrap("For two people, one submits it and the other approves its terms:", width);
  const commands = {
    drive: line("drive", file),
    submit: line("submit", file, "--require-approval"),
  };
  return [...rows, "", ...end, `  ${commands.drive}`, ...two, `  ${commands.submit}`, ""].join("\n");
}

/** Why no plan was written. */
export function noPlanText(error: OutcomeError, { width, paint }: Pick<PlanTextOptions, "width" | "paint">): string {
  const text = `No plan was written: ${error.message} (${error.code})`;
  return `${wrap(cleanText(text), width)
    .map((each) => paint("red", each))
    .join("\n")}\n`;
}
