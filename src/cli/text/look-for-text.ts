import { cleanText } from "../../contract/clean-text.ts";
import { formatMoney } from "../../contract/money.ts";
import type { LookFor } from "../../inspect/look-for.ts";
import { type LookForLine, placeLines, sendLines } from "../../inspect/look-for-words.ts";
import { plainSpaces, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

/** Something to look for, and how a table calls it: `#3`. */
export interface NamedLookFor {
  readonly name: string;
  /** What it buys. */
  readonly what: string;
  readonly lookFor: LookFor;
}

/** A person looks for one after the other: more of them at once drown the rest. */
const mostShown = 10;

const labelWidth = 16;

/**
 * What a person looks for at the providers, and the commands that look and that say what was found, which are not broken over lines: they
 * are there to be copied. Empty for nothing. `more` is the command that shows all of them.
 */
export function lookForText(all: readonly NamedLookFor[], width: number, paint: Paint, more: string): string {
  if (all.length === 0) return "";
  const shown = all.slice(0, mostShown).map((one) => oneText(one, width, paint));
  const left = all.length - shown.length;
  const rest =
    left === 0 ? [] : [`${wrap(`And ${left} more. This shows all of them:`, width).join("\n")}\n    ${more}\n`];
  return plainSpaces([`${paint("bold", "look for, at the provider")}\n`, ...shown, ...rest].join("\n"));
}

function oneText({ name, what, lookFor }: NamedLookFor, width: number, paint: Paint): string {
  const label = (text: string) => paint("dim", `    ${text.padEnd(labelWidth)}`);
  const lines = (all: readonly LookForLine[]) =>
    all.map(([title, text]) => {
      const rows = wrap(cleanText(text), Math.max(24, width - labelWidth - 4));
      return `${label(title.toLowerCase())}${rows.join(`\n${" ".repeat(labelWidth + 4)}`)}\n`;
    });
  const command = (text: string) => `        ${text}\n`;
  const { sent, decide } = lookFor;
  return [
    `  ${paint("yellow", name)} ${wrap(cleanText(what), Math.max(24, width - name.length - 3)).join("\n    ")}\n`,
    ...lines(placeLines(lookFor)),
    ...sent.flatMap((send) => [
      ...lines(sendLines(send, formatMoney)),
      ...(send.command === undefined ? [] : [`${label("look with").trimEnd()}\n`, command(cleanText(send.command))]),
    ]),
    ...decide.flatMap(({ finding, command: say }) => [
      `${label("if").trimEnd()} ${finding.toLowerCase()}:\n`,
      command(say),
    ]),
  ].join("");
}
