import { cleanText } from "../../contract/clean-text.ts";
import type { LedgerCounts, LedgerSummary } from "../../ledger/ledger-summary.ts";
import { type Paint } from "../terminal/terminal.ts";
import type { CommandLine } from "./next-steps.ts";

/** What `buyonce ledger check` says of a ledger. */
export function checkText(summary: LedgerSummary, paint: Paint): string {
  const { place, files, schema, knownSchema, backupAt, restoredAt, counts, problems } = summary;
  const line = (label: string, text: string) => `${paint("dim", label.padEnd(10))}${text}\n`;
  const older = schema !== undefined && schema < knownSchema ? `; the next drive brings it to ${knownSchema}` : "";
  return [
    line(backupAt === undefined ? "ledger" : "backup", cleanText(place)),
    ...files.map(({ path, bytes }) => line("file", `${cleanText(path)}, ${bytes.toLocaleString("en-US")} bytes`)),
    ...(schema === undefined ? [] : [line("schema", `${schema}${older}`)]),
    ...(backupAt === undefined ? [] : [line("made", timeText(backupAt))]),
    ...(restoredAt === undefined ? [] : [line("restored", `${timeText(restoredAt)}, from a backup`)]),
    ...(counts === undefined ? [] : [line("holds", countsText(counts))]),
    ...(problems.length === 0
      ? [
          line(
            "whole",
            files.length === 0
              ? "as far as it shows here; its files are the server's"
              : "yes, nothing is damaged or missing",
          ),
        ]
      : problems.map((problem) => line(paint("red", "problem"), cleanText(problem)))),
  ].join("");
}

/** What `buyonce ledger backup` says. */
export function backupText({ place, counts }: LedgerSummary, line: CommandLine): string {
  return `Backed up to ${cleanText(place)}: ${countsText(counts)}. It is whole, and on the disk.\nnext: keep it on another disk. To go back to it:\n    ${line("ledger", "restore", place)}\n`;
}

/** What `buyonce ledger restore` says. */
export function restoreText({ place, counts, backupAt }: LedgerSummary, line: CommandLine): string {
  const since = backupAt === undefined ? "since it was copied" : `since the backup was made, at ${timeText(backupAt)},`;
  return `Restored to ${cleanText(place)}: ${countsText(counts)}.\n${forgotten(since, line)}`;
}

/** What `buyonce ledger restore` says of a ledger that was put into its place by other means. */
export function markedText(place: string, line: CommandLine): string {
  return `Marked as restored: ${cleanText(place)}.\n${forgotten("since its backup was made", line)}`;
}

function forgotten(since: string, line: CommandLine): string {
  return `What was sent, bought, cancelled or limited ${since} is not in it. So nothing of what it holds is sent until a person confirms each execution, which compares it with the providers first.\nnext: see which wait, and confirm each (buyonce confirm).\n    ${line("executions")}\n`;
}

/** How much is in it, in words. */
function countsText(counts: LedgerCounts | undefined): string {
  if (counts === undefined) return "what is in it cannot be counted";
  const { executions, recommendations, bought, mayBeBought } = counts;
  const counted = (count: number, word: string) => `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;
  if (recommendations === 0) return "nothing";
  const open = mayBeBought === 0 ? "" : `, ${mayBeBought.toLocaleString("en-US")} sent and may be bought`;
  return `${counted(executions, "execution")} with ${counted(recommendations, "recommendation")}: ${bought.toLocaleString("en-US")} bought${open}`;
}

function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
