import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import { findJsonProblem } from "../contract/find-json-problem.ts";
import { readCsv } from "./read-csv.ts";

/** A row of an export, not yet looked into. */
export interface ExportedRow {
  /** For a person: `row 3`, and where it begins on another line `row 3 (line 7)`. */
  readonly name: string;
  /** By column. In CSV all are texts. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** More than any export of executions holds. */
const maxRows = 100_000;

/**
 * The rows of an export, which is a JSON array of objects, JSON lines, or CSV with a line of names; its first character says which.
 * `needed` and `known` are the columns that there have to be, and that there may be. Throws an InvalidExecutionError that lists
 * each problem with its row, or its line and column.
 */
export function readExport(
  text: string,
  { needed, known }: { readonly needed: readonly string[]; readonly known: readonly string[] },
): readonly ExportedRow[] {
  const plain = text.replace(/^\uFEFF/, "");
  const [first] = /\S/.exec(plain) ?? [];
  const rows =
    first === undefined ? [] : first === "[" ? inArray(plain) : first === "{" ? inLines(plain) : inCsv(plain);
  if (rows.length === 0) throw invalid([{ path: "export", message: "holds no row" }]);
  if (rows.length > maxRows) throw invalid([{ path: "export", message: `must hold at most ${maxRows} rows` }]);
  const problems = rows.flatMap(({ name, fields }) => [
    ...needed
      .filter((column) => !Object.hasOwn(fields, column))
      .map((column) => ({ path: `${name}, ${column}`, message: "is missing: the export has to have this column" })),
    ...Object.keys(fields)
      .filter((column) => !known.includes(column))
      .map((column) => ({
        path: `${name}, ${column}`,
        message: `is not a known column; known are ${known.join(", ")}`,
      })),
  ]);
  if (problems.length > 0) throw invalid(problems.slice(0, mostNamed));
  return rows;
}

/** Of what is wrong with every row, so many problems are listed. */
const mostNamed = 20;

function inArray(text: string): readonly ExportedRow[] {
  const problem = findJsonProblem(text);
  if (problem !== undefined) throw invalid([notJson(problem, problem.line)]);
  return (JSON.parse(text) as readonly unknown[]).map((value, index) => rowOf(`row ${index + 1}`, value));
}

function inLines(text: string): readonly ExportedRow[] {
  const lines = text.split("\n").map((content, index) => ({ content, line: index + 1 }));
  const filled = lines.filter(({ content }) => content.trim() !== "");
  const problems = filled.flatMap(({ content, line }) => {
    const problem = findJsonProblem(content);
    return problem === undefined ? [] : [notJson(problem, line)];
  });
  if (problems.length > 0) throw invalid(problems.slice(0, mostNamed));
  return filled.map(({ content, line }, index) => rowOf(nameOf(index, line), JSON.parse(content)));
}

function inCsv(text: string): readonly ExportedRow[] {
  const records = readCsv(text);
  if ("path" in records) throw invalid([records]);
  const [head, ...rest] = records;
  const names = head?.cells.map((name) => name.trim()) ?? [];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw invalid(twice.map((name) => ({ path: `line 1, ${name}`, message: "is named twice" })));
  return rest.map(({ line, cells }, index) => {
    const name = nameOf(index, line);
    if (cells.length !== names.length) {
      throw invalid([
        { path: name, message: `must have ${names.length} values as the first line, not ${cells.length}` },
      ]);
    }
    return { name, fields: Object.fromEntries(names.map((column, position) => [column, cells[position]])) };
  });
}

function nameOf(index: number, line: number): string {
  return line === index + 1 ? `row ${index + 1}` : `row ${index + 1} (line ${line})`;
}

function rowOf(name: string, value: unknown): ExportedRow {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { name, fields: { ...value } };
  throw invalid([{ path: name, message: "must be an object with the columns as names" }]);
}

function notJson({ column, message }: { readonly column: number; readonly message: string }, line: number) {
  return { path: `line ${line}, column ${column}`, message: `is not JSON: ${message}` };
}

function invalid(problems: readonly ExecutionProblem[]): InvalidExecutionError {
  return new InvalidExecutionError(problems, "export");
}
