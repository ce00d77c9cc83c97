import type { ExecutionProblem } from "../contract/errors.ts";

/** A record of a CSV text. */
export interface CsvRecord {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** What follows a cell: a comma, the end of a line, or the end of the text. */
const afterCell = /,|\r?\n|$/y;
const plainCell = /[^",\r\n]*/y;
/** One part of a quoted cell: the quote after it is doubled, or closes it. */
const quotedPart = /[^"]*"/y;

/**
 * The records of a CSV text as RFC 4180 has them: commas, double quotes around what holds one, a quote in it doubled; empty lines
 * are passed over. A text that is not is one problem, with its line and column.
 */
export function readCsv(text: string): readonly CsvRecord[] | ExecutionProblem {
  const records: CsvRecord[] = [];
  let [at, line, lineStart] = [0, 1, 0];
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const problem = (message: string) => ({ path: `line ${line}, column ${at - lineStart + 1}`, message });
  const noteLines = (taken: string) => {
    const breaks = taken.split("\n").length - 1;
    line += breaks;
    if (breaks > 0) lineStart = at - (taken.length - taken.lastIndexOf("\n") - 1);
  };

  let [begin, cells] = [line, [] as string[]];
  while (at < text.length || cells.length > 0) {
    let cell: string | undefined;
    if (text[at] === '"') {
      at += 1;
      cell = "";
      for (let isOpen = true; isOpen;) {
        const part = take(quotedPart);
        if (part === undefined) return { path: `line ${begin}`, message: "holds a quoted value that never ends" };
        noteLines(part);
        isOpen = text[at] === '"';
        cell += isOpen ? part : part.slice(0, -1);
        if (isOpen) at += 1;
      }
    } else cell = take(plainCell) ?? "";
    cells.push(cell);
    const end = take(afterCell);
    if (end === undefined) return problem('must be a comma or the end of the line: a value with a " is quoted');
    if (end === ",") continue;
    noteLines(end);
    if (cells.length > 1 || cells[0] !== "") records.push({ line: begin, cells });
    [begin, cells] = [line, []];
  }
  return records;
}
