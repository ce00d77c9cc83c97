import type { AccessFinding, AccessReport, AccessResult } from "../../access/access-report.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { layOut, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { shorten } from "./table-cells.ts";

/** How the findings are written down for a person. */
export interface DoctorTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
  /** Whether a file says what is bought where. */
  readonly hasFile: boolean;
}

const words: Readonly<
  Record<AccessResult, { readonly sign: string; readonly colour: "green" | "cyan" | "yellow" | "red" }>
> = {
  ok: { sign: "✔ ok", colour: "green" },
  warning: { sign: "! warning", colour: "yellow" },
  failed: { sign: "✖ failed", colour: "red" },
  unknown: { sign: "? unknown", colour: "cyan" },
};

/** What was found out, for a person: a table, whether a drive could go through, and what to install. */
export function doctorText(
  { ready, findings, install }: AccessReport,
  { width, paint, hasFile }: DoctorTextOptions,
): string {
  const table = layOut(
    [
      { title: "account", minimum: 16 },
      { title: "what", minimum: 8 },
      {
        title: "result",
        minimum: 9,
        paint: (line, row) => paint(words[findings[row]?.result ?? "failed"].colour, line),
      },
      { title: "found", minimum: 24 },
      { title: "known by", minimum: 16, paint: (line) => paint("dim", line) },
      { title: "what to do", minimum: 16 },
    ],
    findings.map(({ subject, result, where, by, detail, todo }) => [
      subject === "ledger" || where === "" ? "all" : cleanText(shortIds(where)),
      subject,
      words[result].sign.replaceAll(" ", "\u00A0"),
      cleanText(shorten(subject === "ledger" ? `${where}: ${detail}` : detail)),
      cleanText(subject === "purchase" ? by : by.split(", ", 1).join("")),
      cleanText(todo ?? ""),
    ]),
    width,
    paint,
  );
  const lines = [verdict(ready, findings), ...notes(findings, hasFile)].flatMap((text) => wrap(text, width));
  const below = install === undefined ? "" : `\nTo install what is missing:\n    ${install}\n`;
  return `${table}\n${lines.join("\n")}\n${below}Nothing was bought, nothing was changed.\n`;
}

function verdict(ready: boolean, findings: readonly AccessFinding[]): string {
  if (ready) return "A drive could go through.";
  const failed = findings.filter(({ result }) => result === "failed").length;
  return `${failed === 1 ? "1 thing" : `${failed} things`} failed: a drive would refuse what it is about, or all of it.`;
}

function notes(findings: readonly AccessFinding[], hasFile: boolean): readonly string[] {
  const open = findings.filter(({ subject, result }) => subject === "purchase" && result === "unknown").length;
  return [
    ...(open === 0
      ? []
      : [`Whether ${open === 1 ? "1 purchase" : `${open} purchases`} would be allowed is not known beforehand.`]),
    ...(hasFile ? [] : ["List, price and purchase are looked at for what a file buys: buyonce doctor execution.json"]),
  ];
}

/** GUIDs by their first digits: those of a table differ there, and `--json` has them whole. */
function shortIds(text: string): string {
  return text.replaceAll(/\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "$1…");
}
