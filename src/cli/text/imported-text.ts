import { cleanText } from "../../contract/clean-text.ts";
import type { Provider } from "../../contract/executor.ts";
import { isSkip } from "../../contract/recommendation.ts";
import { shellWord } from "../../contract/shell-word.ts";
import { findExecutor } from "../../drive/validate.ts";
import type { RecommendationImport } from "../../import/import-recommendations.ts";
import { payerOf } from "../../contract/payer.ts";
import { layOut, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { whatText } from "./table-cells.ts";

/** How an import of recommendations is written down for a person. */
export interface ImportedTextOptions {
  readonly file: string;
  /** Where the execution went; `-` is standard output. */
  readonly out: string;
  readonly providers: readonly Provider[];
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

/** What an execution was made of: a line for each place, then what was left out, and what to do next. */
export function importedText(
  { execution, records }: RecommendationImport,
  { file, out, providers, width, paint }: ImportedTextOptions,
): string {
  const at = new Map(records.map((record) => [record.recIndex, record]));
  const rows = execution.recommendations.map((place, recIndex) => {
    const from = String(at.get(recIndex)?.position ?? "");
    if (isSkip(place)) return [String(recIndex), "left empty", cleanText(place.skip), from];
    const description = findExecutor(providers, place)?.describe(place);
    return [String(recIndex), whatText(description, payerOf(place)), place.note ?? "", from];
  });
  const table = layOut(
    [
      { title: "#", minimum: 3, align: "right", paint: (line) => paint("dim", line) },
      { title: "what", minimum: 20 },
      { title: "note", minimum: 16 },
      { title: "record", minimum: 6, align: "right", paint: (line) => paint("dim", line) },
    ],
    rows,
    width,
    paint,
  );
  const count = (result: (typeof records)[number]["result"]) =>
    records.filter((record) => record.result === result).length;
  const counts = [
    `${records.length} recommendation${records.length === 1 ? "" : "s"} in ${file}: ${count("translated")} taken`,
    ...(count("skipped") > 0 ? [`${count("skipped")} not translatable, their places left empty`] : []),
    ...(count("left-out") > 0 ? [`${count("left-out")} left out by --only`] : []),
  ];
  const end = `${counts.join(", ")}. Nothing was bought or recorded.`;
  return `${table}\n${wrap(cleanText(end), width).join("\n")}\n${writtenTo(out)}`;
}

/** Where an execution file went, and the commands that come next: not broken, to be copied. Nothing of standard output, `-`. */
export function writtenTo(out: string): string {
  if (out === "-") return "";
  const file = shellWord(cleanText(out));
  return [
    `Written to ${cleanText(out)}; what it costs: buyonce quote ${file}`,
    `A try in the sandbox, which spends nothing: buyonce drive ${file} --sandbox\n`,
  ].join("\n");
}
