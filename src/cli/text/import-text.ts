import { cleanText } from "../../contract/clean-text.ts";
import type { ImportedExecution, ImportedPlace, ImportReport } from "../../import/import-report.ts";
import { layOut, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

const results = {
  recorded: { words: "recorded", colour: "green" },
  updated: { words: "updated", colour: "green" },
  known: { words: "known", colour: "dim" },
  nothing: { words: "nothing selected", colour: "dim" },
  "not-taken": { words: "not taken", colour: "red" },
} as const;

/** What an import did: a line for each row, then what a person has to look at. */
export function importText({ executions }: ImportReport, width: number, paint: Paint): string {
  const count = ({ places }: ImportedExecution, result: ImportedPlace["result"]) =>
    String(places.filter((place) => place.result === result).length || "");
  const table = layOut(
    [
      { title: "row", minimum: 5 },
      { title: "execution", minimum: 12 },
      {
        title: "result",
        minimum: 9,
        paint: (line, row) => paint(results[executions[row]?.result ?? "not-taken"].colour, line),
      },
      { title: "there", minimum: 6 },
      { title: "bought", minimum: 6, align: "right" },
      { title: "waits", minimum: 5, align: "right" },
      { title: "open", minimum: 4, align: "right" },
      { title: "skipped", minimum: 7, align: "right" },
    ],
    executions.map((each) => [
      each.row,
      cleanText(each.executionId ?? ""),
      results[each.result].words,
      each.status ?? "",
      count(each, "bought"),
      count(each, "waits"),
      count(each, "open"),
      count(each, "skipped"),
    ]),
    width,
    paint,
  );
  const lines = executions.flatMap(linesOf);
  const found = lines.length === 0 ? "" : `\n${lines.flatMap((line) => wrap(cleanText(line), width)).join("\n")}\n`;
  return `${table}${found}\n${wrap(nextOf(executions), width).join("\n")}\n`;
}

function linesOf({ row, places, problems }: ImportedExecution): readonly string[] {
  return [
    ...problems.map(({ path, message }) => `${path}: ${message}`),
    ...places
      .filter(({ result, note }) => note !== undefined && result !== "skipped")
      .map(({ recIndex, result, commitment, note }) => {
        return `${row}, #${recIndex} ${result}${commitment === undefined ? "" : ` (${commitment})`}: ${note}`;
      }),
  ];
}

function nextOf(executions: readonly ImportedExecution[]): string {
  const has = (result: ImportedPlace["result"]) =>
    executions.some(({ places }) => places.some((place) => place.result === result));
  const sentences = [
    "Nothing was bought.",
    ...(executions.some(({ result }) => result === "not-taken")
      ? ["Of a row that was not taken the ledger knows nothing new: put right what is named, then import again."]
      : []),
    ...(has("waits")
      ? [
          "What waits is not bought: say what became of it (buyonce resolve ID N --bought or --not-this), or import again once it shows.",
        ]
      : []),
    ...(has("open")
      ? [
          "What is open is bought once its execution is approved (buyonce executions ID, buyonce approve ID) and driven (buyonce redrive ID).",
        ]
      : []),
  ];
  return sentences.join(" ");
}
